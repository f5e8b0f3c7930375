//! The bearer tokens of SePay's OAuth2 mode: SePay asks here with the client's credentials, and
//! comes back with what it got. Stateless: a token is its expiry and a MAC, so that any process can
//! verify what another issued, and a removed client secret ends the tokens made with it.
//!
//! Both documented formats of the call are taken and one answer suits both: the "custom" one (JSON,
//! `clientId`) and the "standard" one (form, or `Authorization: Basic`, where the page does not say).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::{Hook, Reading, Reject, Secret, Source};
use http::header::AUTHORIZATION;
use jiff::Timestamp;
use subtle::ConstantTimeEq as _;

use super::{body, proof};
use crate::check;
use crate::json::{Object, Unreadable};

const ACCESS_S: i64 = 3600;
/// As long as SePay's own refresh tokens live. How one would be used is not documented: a call with
/// it must carry the client's credentials as well.
const REFRESH_S: i64 = 30 * 24 * 3600;

/// What a token is for; one for refreshing opens no hook.
#[derive(Clone, Copy)]
enum Purpose {
    Access,
    Refresh,
}

/// Answers SePay's token call.
pub(super) fn grant(hook: &Hook<'_>, source: &Source, id: &str) -> Result<Reading, Reject> {
    let asked = asked(hook)?;
    let known_id = bool::from(asked.id.as_bytes().ct_eq(id.as_bytes()));
    // Every secret is compared, so that the time does not tell which one matched.
    let secret = source.secrets.iter().fold(None, |found, secret| {
        if secret.matches(asked.secret.as_bytes()) { Some(secret) } else { found }
    });
    let Some(secret) = secret.filter(|_| known_id) else {
        return Err(Reject::WrongProof("the client's id or secret".to_owned()));
    };
    let now = hook.received.as_second();
    let access = issue(Purpose::Access, source, secret, now.saturating_add(ACCESS_S));
    let refresh = issue(Purpose::Refresh, source, secret, now.saturating_add(REFRESH_S));
    let body = serde_json::json!({
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": ACCESS_S,
        "refresh_token": refresh,
        "data": { "accessToken": access, "refreshToken": refresh, "expiredIn": ACCESS_S },
    });
    Ok(Reading::Answer { status: 200, body: body.to_string() })
}

/// Whether a token was issued by this source, under a secret that is still live, and is not expired.
pub(super) fn verify(token: &[u8], source: &Source, now: Timestamp) -> Result<(), Reject> {
    let wrong = || Reject::WrongProof("Authorization".to_owned());
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| wrong())?;
    let (expiry, mac) = bytes.split_first_chunk::<8>().ok_or_else(wrong)?;
    let issued = source.secrets.iter().fold(false, |found, secret| {
        found | bool::from(sign(Purpose::Access, source, secret, *expiry).ct_eq(mac))
    });
    if !issued {
        return Err(wrong());
    }
    let live = now.as_second() < i64::from_be_bytes(*expiry);
    if live { Ok(()) } else { Err(Reject::TokenExpired) }
}

fn issue(purpose: Purpose, source: &Source, secret: &Secret, expiry: i64) -> String {
    let expiry = expiry.to_be_bytes();
    let mut bytes = expiry.to_vec();
    bytes.extend(sign(purpose, source, secret, expiry));
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The key is derived, so that a token is no MAC under the client secret itself.
fn sign(purpose: Purpose, source: &Source, secret: &Secret, expiry: [u8; 8]) -> Vec<u8> {
    let label: &[u8] = match purpose {
        Purpose::Access => b"tingting sepay access token",
        Purpose::Refresh => b"tingting sepay refresh token",
    };
    let key = check::hmac_sha256_bytes(secret.expose().as_bytes(), &[label]);
    check::hmac_sha256_bytes(&key, &[source.id.as_str().as_bytes(), &expiry])
}

/// The credentials that a call came with.
struct Asked {
    id: String,
    secret: String,
}

/// A Basic header decides alone; else the body's fields, in either spelling.
fn asked(hook: &Hook<'_>) -> Result<Asked, Reject> {
    let header = check::header(hook.headers, &AUTHORIZATION)?;
    if let Some(basic) = header.and_then(|header| proof::credentials(header, "Basic")) {
        return basic_pair(basic).ok_or(Reject::MalformedProof("Authorization"));
    }
    let fields = fields(hook).map_err(|_| Reject::MalformedProof("the token call's body"))?;
    fields.ok_or(Reject::NoProof("client id and secret"))
}

fn basic_pair(basic: &[u8]) -> Option<Asked> {
    let text = String::from_utf8(STANDARD.decode(basic).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some(Asked { id: id.to_owned(), secret: secret.to_owned() })
}

fn fields(hook: &Hook<'_>) -> Result<Option<Asked>, Unreadable> {
    if hook.body.is_empty() {
        return Ok(None);
    }
    let json = body::json(hook)?;
    let object = Object::parse(&json)?;
    let either = |one, other| Ok(object.text(one)?.or(object.text(other)?));
    let id = either("client_id", "clientId")?;
    let secret = either("client_secret", "clientSecret")?;
    Ok(id
        .zip(secret)
        .map(|(id, secret)| Asked { id: id.into_owned(), secret: secret.into_owned() }))
}

#[cfg(test)]
mod tests {
    use domain::SourceRecord;

    use super::*;

    fn source(name: &str, secrets: &[&str]) -> Source {
        let record = SourceRecord {
            provider: "sepay".into(),
            name: name.into(),
            secrets: secrets.iter().map(|s| (*s).to_owned()).collect(),
            auth: Some("oauth2".into()),
            client_id: Some("shop".into()),
            header: None,
            max_age: None,
            code_pattern: None,
            api: None,
            silence: None,
            active: None,
            created: None,
        };
        record.parse_alone().unwrap()
    }

    #[test]
    fn a_token_opens_its_own_source_under_a_live_secret_until_it_expires() {
        let (old, both, new) = (["old"], ["new", "old"], ["new"]);
        let shop = source("shop", &old);
        let token = issue(Purpose::Access, &shop, &shop.secrets[0], 1000);
        let at = |s| Timestamp::from_second(s).unwrap();
        let verify = |token: &str, source: &Source, s| verify(token.as_bytes(), source, at(s));
        let wrong = Err(Reject::WrongProof("Authorization".to_owned()));

        assert_eq!(verify(&token, &shop, 999), Ok(()));
        assert_eq!(verify(&token, &shop, 1000), Err(Reject::TokenExpired));
        assert_eq!(verify(&token, &source("shop", &both), 999), Ok(()));
        assert_eq!(verify(&token, &source("shop", &new), 999), wrong);
        assert_eq!(verify(&token, &source("other", &old), 999), wrong);
        let refresh = issue(Purpose::Refresh, &shop, &shop.secrets[0], 1000);
        assert_eq!(verify(&refresh, &shop, 999), wrong);

        let mut bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        bytes[6] ^= 1; // a later expiry
        assert_eq!(verify(&URL_SAFE_NO_PAD.encode(&bytes), &shop, 999), wrong);
        for bad in ["", "AAAA", "AAAAAAAAAAA", "%", &token[..53], &format!("{token}A")] {
            assert_eq!(verify(bad, &shop, 999), wrong, "{bad}");
        }
    }
}
