//! The webhooks that Casso's own API makes: `/v2/webhooks` (developer.casso.vn, casso-api, "Thiết lập
//! webhook"). They are of the first generation, with the key in `secure-token`; Webhook V2 is made on
//! Casso's page alone. There is no call that lists them.
//!
//! Not documented, and so taken as it is safest: `PUT` is given every field, because it may replace the
//! whole; what `param2` holds is treated as a secret, because it may be the key.

use bytes::Bytes;
use domain::{Answer, Secret, Setback};
use http::{Method, Request};
use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use super::api::OWN;
use crate::denied::{self, Denied};
use crate::listing::{address, request};
use crate::webhooks::{Door, flag, secret, text, whole};

const PATH: &str = "/v2/webhooks";

/// A webhook as Casso tells it, under Casso's names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its number.
    pub id: u64,
    /// What it is: `webhook`.
    pub channel: Option<String>,
    /// The URL that is called.
    pub param1: Option<String>,
    /// Not documented; perhaps the key.
    pub param2: Option<Secret>,
    /// Whether it tells of money in alone.
    pub send_only_income: Option<bool>,
}

/// What a webhook is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The URL to call.
    pub webhook: Url,
    /// The key to call it with.
    pub secure_token: Secret,
    /// Whether to tell of money in alone.
    pub income_only: bool,
}

/// Which webhook is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// The one of this number.
    Id(u64),
    /// Whichever call this URL.
    Url(Url),
}

/// The request for one webhook.
pub fn show(door: &Door, id: u64) -> Result<Request<Bytes>, Setback> {
    ask(door, Method::GET, &format!("{PATH}/{id}"), &[], None)
}

/// The request that makes one.
pub fn create(door: &Door, draft: &Draft) -> Result<Request<Bytes>, Setback> {
    ask(door, Method::POST, PATH, &[], Some(draft))
}

/// The request that makes one say something else.
pub fn update(door: &Door, id: u64, draft: &Draft) -> Result<Request<Bytes>, Setback> {
    ask(door, Method::PUT, &format!("{PATH}/{id}"), &[], Some(draft))
}

/// The request that removes one.
pub fn delete(door: &Door, which: &Which) -> Result<Request<Bytes>, Setback> {
    match which {
        Which::Id(id) => ask(door, Method::DELETE, &format!("{PATH}/{id}"), &[], None),
        Which::Url(url) => ask(door, Method::DELETE, PATH, &[("webhook", url.as_str())], None),
    }
}

/// The webhook in an answer.
pub fn read(answer: &Answer, now: Timestamp) -> Result<Webhook, Denied> {
    let root = outline(answer, now)?;
    let data = &root["data"];
    let lacking = Denied::Stranger(answer.status.as_u16(), "a success without a webhook's id");
    Ok(Webhook {
        id: whole(&data["id"]).ok_or(lacking)?,
        channel: text(&data["channel"]),
        param1: text(&data["param1"]),
        param2: secret(&data["param2"]),
        send_only_income: flag(&data["send_only_income"]),
    })
}

/// Whether it was done, where nothing is to be read.
pub fn done(answer: &Answer, now: Timestamp) -> Result<(), Denied> {
    outline(answer, now).map(|_| ())
}

fn ask(
    door: &Door,
    method: Method,
    path: &str,
    query: &[(&str, &str)],
    draft: Option<&Draft>,
) -> Result<Request<Bytes>, Setback> {
    let url = address(door.base.as_ref(), OWN, path, query);
    let body = draft.map(|draft| {
        json!({
            "webhook": draft.webhook.as_str(),
            "secure_token": draft.secure_token.expose(),
            "income_only": draft.income_only,
        })
        .to_string()
    });
    request(method, &url, ("Apikey", &door.credential), body)
}

/// `{error, message, data}` without an error, which also comes with status 200.
fn outline(answer: &Answer, now: Timestamp) -> Result<Value, Denied> {
    let root = denied::root(answer, now)?;
    match whole(&root["error"]) {
        Some(0) => Ok(root),
        Some(code) => Err(denied::judge(u16::try_from(code).unwrap_or(u16::MAX), &root, None)),
        None => Err(Denied::Stranger(answer.status.as_u16(), "no JSON that this API speaks")),
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode, header};

    use super::*;

    fn door() -> Door {
        Door { base: None, credential: Secret::parse("AK_1").unwrap() }
    }

    fn answer(body: &str) -> Answer {
        let body = Bytes::copy_from_slice(body.as_bytes());
        Answer { status: StatusCode::OK, headers: HeaderMap::new(), body }
    }

    #[test]
    fn requests_are_as_the_document_has_them() {
        let draft = Draft {
            webhook: Url::parse("https://example.com/hook").unwrap(),
            secure_token: Secret::parse("K1").unwrap(),
            income_only: true,
        };
        let url = Url::parse("https://example.com/hook?a=1&b").unwrap();
        let body =
            r#"{"income_only":true,"secure_token":"K1","webhook":"https://example.com/hook"}"#;
        let one = "https://oauth.casso.vn/v2/webhooks/114";
        for (request, expected) in [
            (show(&door(), 114), ("GET", one, "")),
            (create(&door(), &draft), ("POST", "https://oauth.casso.vn/v2/webhooks", body)),
            (update(&door(), 114, &draft), ("PUT", one, body)),
            (delete(&door(), &Which::Id(114)), ("DELETE", one, "")),
            (
                delete(&door(), &Which::Url(url)),
                (
                    "DELETE",
                    "https://oauth.casso.vn/v2/webhooks?webhook=https%3A%2F%2Fexample.com%2Fhook%3Fa%3D1%26b",
                    "",
                ),
            ),
        ] {
            let request = request.unwrap();
            let uri = request.uri().to_string();
            let body = std::str::from_utf8(request.body()).unwrap();
            assert_eq!((request.method().as_str(), &*uri, body), expected);
            assert_eq!(request.headers()[header::AUTHORIZATION], "Apikey AK_1");
        }
    }

    #[test]
    fn answers_are_read_as_the_document_has_them() {
        let now = Timestamp::UNIX_EPOCH;
        let made = r#"{"error":0,"message":"success","data":{"id":114,"channel":"webhook",
            "param1":"https://example.com/hook","param2":"","send_only_income":1}}"#;
        let expected = Webhook {
            id: 114,
            channel: Some("webhook".to_owned()),
            param1: Some("https://example.com/hook".to_owned()),
            param2: None,
            send_only_income: Some(true),
        };
        assert_eq!(read(&answer(made), now), Ok(expected));
        let error = |code: &str| {
            format!(r#"{{"error":{code},"message":"Unauthorized Access","data":null}}"#)
        };
        let said = "Unauthorized Access".to_owned();
        assert_eq!(done(&answer(&error("401")), now), Err(Denied::Unauthorized(said.clone())));
        assert_eq!(done(&answer(&error("7")), now), Err(Denied::Failed(7, said.clone())));
        assert_eq!(done(&answer(&error("70000")), now), Err(Denied::Failed(u16::MAX, said)));
        assert_eq!(done(&answer(r#"{"error":0,"message":"success","data":null}"#), now), Ok(()));
        let stranger = Denied::Stranger(200, "no JSON that this API speaks");
        assert_eq!(done(&answer("{}"), now), Err(stranger));
        let lacking = Denied::Stranger(200, "a success without a webhook's id");
        assert_eq!(read(&answer(r#"{"error":0,"data":null}"#), now), Err(lacking));
    }
}
