//! SePay's calls: one transaction per call, in each of its four ways to prove itself. From the
//! vendor's pages "Tạo webhook", "Xác thực" and "OAuth2 webhooks".

use anyhow::{Context as _, bail};
use bytes::Bytes;
use domain::Egress;
use http::{Request, header};
use serde_json::{Value, json};

use super::aim::Aim;
use super::send::PATIENCE;
use super::sign;
use super::story::{Call, Proof, Story};
use crate::args::AuthMode;

pub(super) const KINDS: &[&str] = &["in", "out", "test"];

pub(super) fn call(story: &Story, proof: &Proof) -> Call {
    let body = transaction(story).to_string();
    let headers = match proof.mode.unwrap_or(AuthMode::Hmac) {
        AuthMode::Hmac | AuthMode::V1 | AuthMode::V2 => {
            let stamp = story.at.as_second();
            let mac = sign::sha256(&proof.secret, &format!("{stamp}.{body}"));
            vec![
                ("X-SePay-Timestamp".to_owned(), stamp.to_string()),
                ("X-SePay-Signature".to_owned(), format!("sha256={mac}")),
            ]
        }
        AuthMode::ApiKey => vec![("Authorization".to_owned(), format!("Apikey {}", proof.secret))],
        AuthMode::OAuth2 => {
            let token = proof.token.as_deref().unwrap_or_default();
            vec![("Authorization".to_owned(), format!("Bearer {token}"))]
        }
        AuthMode::None => Vec::new(),
    };
    Call { tail: "", content_type: "application/json", headers, body }
}

/// Asks the source for a token, as SePay does before its call.
pub(super) async fn token(aim: &Aim, egress: &dyn Egress) -> anyhow::Result<String> {
    let Some(client_id) = &aim.proof.client_id else {
        bail!("the OAuth2 mode needs a client_id: configure the source with auth = \"oauth2\"");
    };
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "client_credentials")
        .append_pair("client_id", client_id)
        .append_pair("client_secret", &aim.proof.secret)
        .finish();
    let request = Request::post(aim.url("token"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Bytes::from(form))
        .context("no request for a token can be built")?;
    let answer = egress
        .send(request, PATIENCE, jiff::Timestamp::MAX)
        .await
        .with_context(|| format!("no token could be fetched{}", aim.remedy()))?;
    let read: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let token = read.as_ref().and_then(|body| body["access_token"].as_str());
    token
        .map(str::to_owned)
        .with_context(|| format!("the token endpoint answered {}", answer.status.as_u16()))
}

fn transaction(story: &Story) -> Value {
    let (test, direction) = (story.kind == "test", if story.kind == "out" { "out" } else { "in" });
    let code = story.content.split(' ').find(|word| {
        word.strip_prefix("DH").is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
    });
    json!({
        "id": if test { 0 } else { story.number },
        "gateway": "Vietcombank",
        "transactionDate": story.local_time(),
        "accountNumber": "0071000654321",
        "subAccount": "",
        "code": code,
        "content": story.content,
        "transferType": direction,
        "description": format!("{} {}", story.person, story.content),
        "transferAmount": story.amount,
        "accumulated": 105_000_000,
        "referenceCode": story.reference(),
    })
}
