//! An operator's login at SePay's OAuth2 (developer.sepay.vn, sepay-oauth2): authorization code alone; SePay
//! documents no client credentials. The address to open, what it leads back to, and the two ways to tokens.
//!
//! A code lives five minutes, an access token an hour, a refresh token a month. Whether a refresh token
//! changes when it is used is not documented: the caller keeps the new one where one comes. This login is not
//! the one in a source's `api`: `reconcile` keeps that, and two who use one refresh token may lock each other out.

use bytes::Bytes;
use domain::{Answer, Issued, Secret};
use http::Request;
use jiff::Timestamp;
use url::Url;

use super::api::OWN;
use super::oauth2;
use crate::denied::{self, Denied};
use crate::listing::address;

/// What managing webhooks needs.
pub const SCOPES: &[&str] = &["webhook:read", "webhook:write", "webhook:delete"];

/// An application that was registered at SePay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Where SePay is, if not at its own address.
    pub base: Option<Url>,
    /// The application's id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: Secret,
}

/// Why an address does not lead back from a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Astray {
    /// There is no code in it.
    NoCode,
    /// It is of another login: its state is not ours.
    Foreign,
    /// Whoever was asked said no, or SePay did.
    Refused,
}

/// The address that a person opens to say yes.
pub fn authorize(application: &Application, redirect_uri: &Url, state: &str) -> String {
    let scope = SCOPES.join(" ");
    let query = [
        ("response_type", "code"),
        ("client_id", &application.client_id),
        ("redirect_uri", redirect_uri.as_str()),
        ("scope", &scope),
        ("state", state),
    ];
    address(application.base.as_ref(), OWN, "/oauth/authorize", &query)
}

/// The code in the address that the login led back to.
pub fn code(returned: &str, state: &str) -> Result<Secret, Astray> {
    let query = returned.trim().split_once('?').map_or("", |(_, query)| query);
    let query = query.split('#').next().unwrap_or_default();
    let of = |name: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    };
    if of("error").is_some() {
        return Err(Astray::Refused);
    }
    let code = of("code").and_then(|code| Secret::parse(&code)).ok_or(Astray::NoCode)?;
    if of("state").as_deref() == Some(state) { Ok(code) } else { Err(Astray::Foreign) }
}

/// The request that turns a code into tokens.
pub fn exchange(
    application: &Application,
    code: &Secret,
    redirect_uri: &Url,
) -> Option<Request<Bytes>> {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.expose()),
        ("redirect_uri", redirect_uri.as_str()),
        ("client_id", &application.client_id),
        ("client_secret", application.client_secret.expose()),
    ];
    oauth2::token_request(application.base.as_ref(), &form)
}

/// The request that buys an access token for a refresh token.
pub fn refresh(application: &Application, refresh: &Secret) -> Option<Request<Bytes>> {
    let Application { base, client_id, client_secret } = application;
    oauth2::refresh_request(base.as_ref(), client_id, client_secret, refresh)
}

/// The tokens in an answer.
pub fn issued(answer: &Answer, now: Timestamp) -> Result<Issued, Denied> {
    denied::root(answer, now)?;
    let lacking = Denied::Stranger(answer.status.as_u16(), "a success without a token");
    oauth2::issued(answer, now).map_err(|_| lacking)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn application() -> Application {
        let client_secret = Secret::parse("c s").unwrap();
        Application { base: None, client_id: "id&1".to_owned(), client_secret }
    }

    #[test]
    fn a_person_opens_this_address_and_comes_back_with_a_code() {
        let back = Url::parse("https://example.com/back?x=1").unwrap();
        let expected = "https://my.sepay.vn/oauth/authorize?response_type=code&client_id=id%261&\
                        redirect_uri=https%3A%2F%2Fexample.com%2Fback%3Fx%3D1&\
                        scope=webhook%3Aread+webhook%3Awrite+webhook%3Adelete&state=s1";
        assert_eq!(authorize(&application(), &back, "s1"), expected);
        let found = |address| code(address, "s1").map(|code| code.expose().to_owned());
        let good = "https://example.com/back?x=1&code=a%2Bb&state=s1#here";
        assert_eq!(found(good), Ok("a+b".to_owned()));
        for (address, astray) in [
            ("https://example.com/back?code=a&state=s2", Astray::Foreign),
            ("https://example.com/back?code=a", Astray::Foreign),
            ("https://example.com/back?state=s1", Astray::NoCode),
            ("https://example.com/back?error=access_denied&state=s1", Astray::Refused),
            ("https://my.sepay.vn/login", Astray::NoCode),
            ("", Astray::NoCode),
        ] {
            assert_eq!(found(address), Err(astray), "{address}");
        }
    }

    #[test]
    fn tokens_are_asked_for_in_a_form() {
        let back = Url::parse("https://example.com/back").unwrap();
        let secret = Secret::parse("x y").unwrap();
        let request = exchange(&application(), &secret, &back).unwrap();
        let expected = "grant_type=authorization_code&code=x+y&\
                        redirect_uri=https%3A%2F%2Fexample.com%2Fback&client_id=id%261&\
                        client_secret=c+s";
        assert_eq!(request.body(), expected);
        assert_eq!(request.uri(), "https://my.sepay.vn/oauth/token");
        let request = refresh(&application(), &secret).unwrap();
        let expected =
            "grant_type=refresh_token&refresh_token=x+y&client_id=id%261&client_secret=c+s";
        assert_eq!(request.body(), expected);
    }
}
