//! How we prove ourselves in the senders' own ways, beside a signature over the body: a key, a token
//! fetched by OAuth2 client credentials, a fixed header.
//!
//! Wire facts: SePay's "Webhooks, authentication" for the key and for the two forms in which a token
//! is asked for and answered; RFC 6749 §4.4 for the standard one.

use bytes::Bytes;
use domain::{Answer, DestinationAuth, Grant, Secret, Settings, Token, Unsendable};
use form_urlencoded::Serializer;
use http::{HeaderName, HeaderValue, Request, header};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use url::Url;

use crate::request::{self, post_json, secret_value};

/// A token that does not say how long it lasts is used this long.
const UNSAID: i64 = 300;
/// No token is used longer than a day.
const LONGEST: i64 = 24 * 3600;

/// The header that proves us, where it is one.
pub(super) fn header(
    settings: &Settings,
    token: Option<&Token>,
) -> Result<Option<(HeaderName, HeaderValue)>, Unsendable> {
    Ok(match &settings.auth {
        DestinationAuth::None | DestinationAuth::SepayHmac(_) => None,
        DestinationAuth::ApiKey(key) => {
            Some((header::AUTHORIZATION, secret_value("Apikey ", key)?))
        }
        DestinationAuth::OAuth2 { .. } => {
            let missing = || Unsendable("no token was fetched for the request".to_owned());
            let token = token.ok_or_else(missing)?;
            Some((header::AUTHORIZATION, secret_value("Bearer ", &token.value)?))
        }
        DestinationAuth::Header { name, value } => Some((name.clone(), secret_value("", value)?)),
    })
}

/// The requests for a token: the standard one, then SePay's older one.
pub(super) fn grant(settings: &Settings) -> Option<Grant> {
    let DestinationAuth::OAuth2 { token_url, client_id, client_secret } = &settings.auth else {
        return None;
    };
    let form = Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("client_id", client_id)
        .append_pair("client_secret", client_secret.expose())
        .finish();
    let json = serde_json::json!({ "clientId": client_id, "clientSecret": client_secret.expose() });
    let requests = [post_form(token_url, form), post_json(token_url, json.to_string())];
    Some(Grant { requests: requests.into_iter().filter_map(Result::ok).collect() })
}

fn post_form(url: &Url, form: String) -> Result<Request<Bytes>, Unsendable> {
    let mut request = post_json(url, form)?;
    let kind = HeaderValue::from_static(request::FORM);
    request.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(request)
}

/// The token in either form of answer: `access_token` and `expires_in`, or `accessToken` and
/// `expiredIn` under `data`.
pub(super) fn token(answer: &Answer, now: Timestamp) -> Option<Token> {
    if !answer.status.is_success() {
        return None;
    }
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    let custom = &body["data"];
    let value = body["access_token"].as_str().or_else(|| custom["accessToken"].as_str())?;
    let value = Secret::parse(value)?;
    // Nothing that could not be sent is kept.
    secret_value("Bearer ", &value).ok()?;
    let lasts = [&body["expires_in"], &custom["expiredIn"]];
    let lasts = lasts.into_iter().find_map(seconds).unwrap_or(UNSAID);
    // A tenth early, at most a minute: our clock and theirs differ, and the request takes a while.
    let used = lasts.min(LONGEST) - (lasts / 10).min(60);
    if used <= 0 {
        return None;
    }
    Some(Token { value, until: now.saturating_add(SignedDuration::from_secs(used)).ok()? })
}

fn seconds(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{NOW, answer, secret};

    fn oauth2() -> Settings {
        Settings {
            auth: DestinationAuth::OAuth2 {
                token_url: Url::parse("https://shop.example/token").unwrap(),
                client_id: "shop & co".to_owned(),
                client_secret: secret("s=1"),
            },
            ..Settings::default()
        }
    }

    #[test]
    fn a_token_is_asked_for_in_the_standard_form_first_and_then_in_sepays() {
        let sent: Vec<(String, String)> = grant(&oauth2())
            .unwrap()
            .requests
            .iter()
            .map(|request| {
                assert_eq!(request.uri().to_string(), "https://shop.example/token");
                assert_eq!(request.method(), http::Method::POST);
                let kind = request.headers()["content-type"].to_str().unwrap().to_owned();
                (kind, String::from_utf8(request.body().to_vec()).unwrap())
            })
            .collect();
        assert_eq!(
            sent,
            [
                (
                    "application/x-www-form-urlencoded".to_owned(),
                    "grant_type=client_credentials&client_id=shop+%26+co&client_secret=s%3D1"
                        .to_owned()
                ),
                (
                    "application/json; charset=utf-8".to_owned(),
                    r#"{"clientId":"shop & co","clientSecret":"s=1"}"#.to_owned()
                ),
            ]
        );
        assert!(grant(&Settings::default()).is_none());
    }

    #[test]
    fn both_answers_are_read() {
        let now = Timestamp::from_second(NOW).unwrap();
        for (status, body, expected) in [
            (200, r#"{"access_token":"t","token_type":"Bearer","expires_in":3600}"#, Some(3540)),
            (201, r#"{"access_token":"t","expires_in":"3600"}"#, Some(3540)),
            (200, r#"{"data":{"accessToken":"t","refreshToken":"r","expiredIn":100}}"#, Some(90)),
            (200, r#"{"access_token":"t"}"#, Some(270)),
            (200, r#"{"access_token":"t","expires_in":9223372036854775807}"#, Some(86_340)),
            (200, r#"{"access_token":"t","expires_in":0}"#, None),
            (200, r#"{"access_token":"t","expires_in":-9223372036854775808}"#, None),
            (200, r#"{"access_token":""}"#, None),
            (200, "{\"access_token\":\"a\\nb\"}", None),
            (200, r#"{"error":"invalid_client"}"#, None),
            (200, "[]", None),
            (200, "<html>", None),
            (401, r#"{"access_token":"t"}"#, None),
        ] {
            let token = token(&answer(status, body), now);
            let lasts = token.map(|token| token.until.as_second() - NOW);
            assert_eq!(lasts, expected, "{status} {body}");
        }
    }

    #[test]
    fn each_proof_is_the_header_it_should_be() {
        let token = Token { value: secret("t"), until: Timestamp::MAX };
        let name = HeaderName::from_static("x-thueapi");
        for (auth, expected) in [
            (DestinationAuth::None, None),
            (DestinationAuth::SepayHmac(secret("s")), None),
            (DestinationAuth::ApiKey(secret("k")), Some(("authorization", "Apikey k"))),
            (oauth2().auth, Some(("authorization", "Bearer t"))),
            (DestinationAuth::Header { name, value: secret("v") }, Some(("x-thueapi", "v"))),
        ] {
            let settings = Settings { auth, ..Settings::default() };
            let made = header(&settings, Some(&token)).unwrap();
            let made = made.as_ref().map(|(name, value)| {
                assert!(value.is_sensitive());
                (name.as_str(), value.to_str().unwrap())
            });
            assert_eq!(made, expected);
        }
        assert!(header(&oauth2(), None).is_err());
    }
}
