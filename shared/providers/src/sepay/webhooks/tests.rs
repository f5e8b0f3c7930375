//! Requests and answers as SePay's page has them.

use domain::Answer;
use http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;

use super::*;
use crate::Denied;

fn door() -> Door {
    Door { base: None, credential: Secret::parse("jwt").unwrap() }
}

fn secret(text: &str) -> Secret {
    Secret::parse(text).unwrap()
}

fn answer(status: u16, body: &str) -> Answer {
    let status = StatusCode::from_u16(status).unwrap();
    Answer { status, headers: HeaderMap::new(), body: Bytes::copy_from_slice(body.as_bytes()) }
}

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

#[test]
fn requests_are_as_the_document_has_them() {
    let wanted = Wanted { webhook_url: Some("a&b".to_owned()), active: Some(false) };
    let draft = Draft { active: Some(false), ..Draft::default() };
    let own = "https://my.sepay.vn/api/v1/webhooks";
    let one = format!("{own}/23");
    for (request, method, uri, body) in [
        (list(&door(), &Wanted::default(), 2), "GET", format!("{own}?page=2&limit=100"), ""),
        (
            list(&door(), &wanted, 1),
            "GET",
            format!("{own}?page=1&limit=100&webhook_url=a%26b&active=0"),
            "",
        ),
        (show(&door(), 23), "GET", one.clone(), ""),
        (create(&door(), &draft), "POST", own.to_owned(), r#"{"active":0}"#),
        (update(&door(), 23, &draft), "PATCH", one.clone(), r#"{"active":0}"#),
        (delete(&door(), 23), "DELETE", one, ""),
    ] {
        let request = request.unwrap();
        assert_eq!((request.method().as_str(), request.uri().to_string()), (method, uri));
        assert_eq!(request.body(), body);
        assert_eq!(request.headers()[header::AUTHORIZATION], "Bearer jwt");
    }
}

#[test]
fn a_draft_says_what_is_given_and_nothing_else() {
    assert!(Draft::default().is_empty());
    let url = |text| Some(Url::parse(text).unwrap());
    let draft = Draft {
        bank_account_id: Some(19),
        name: Some("shop".to_owned()),
        event_type: Some("In_only"),
        webhook_url: url("https://x.example/hooks/sepay/shop"),
        proof: Some(Proof::ApiKey(secret("k"))),
        is_verify_payment: Some(false),
        skip_if_no_code: Some(true),
        active: Some(true),
        retry_non_2xx: Some(true),
        only_va: Some(true),
        bank_sub_account_ids: Some(vec![25, 26]),
    };
    let expected = json!({
        "bank_account_id": 19, "name": "shop", "event_type": "In_only", "authen_type": "Api_Key",
        "api_key": "k", "request_content_type": "Json", "is_verify_payment": 0,
        "webhook_url": "https://x.example/hooks/sepay/shop", "skip_if_no_code": 1, "active": 1,
        "retry_conditions": ["non_2xx_status_code"], "only_va": 1, "bank_sub_account_ids": [25, 26],
    });
    assert_eq!(Value::Object(draft.write()), expected);
    let proof = |proof| Value::Object(Draft { proof: Some(proof), ..Draft::default() }.write());
    let hmac = json!({
        "authen_type": "HMAC_SHA256", "secret_key": "s", "request_content_type": "Json" });
    assert_eq!(proof(Proof::Hmac(secret("s"))), hmac);
    let none = json!({ "authen_type": "No_Authen", "request_content_type": "Json" });
    assert_eq!(proof(Proof::None), none);
    let access_token_url = Url::parse("https://x.example/hooks/sepay/shop/token").unwrap();
    let (client_id, client_secret) = ("c".to_owned(), secret("s"));
    let oauth2 = json!({
        "authen_type": "OAuth2.0", "oauth2_client_id": "c", "oauth2_client_secret": "s",
        "oauth2_access_token_url": "https://x.example/hooks/sepay/shop/token",
    });
    assert_eq!(proof(Proof::OAuth2 { access_token_url, client_id, client_secret }), oauth2);
}

/// The list on SePay's page, in the two spellings that are told.
const LIST: [&str; 2] = [
    r#"{"status":"success","data":[{"id":23,"bank_account_id":19,"name":"Web\u202esite",
        "event_type":"In_only","authen_type":"Api_Key","webhook_url":"https://example.com/w",
        "is_verify_payment":true,"skip_if_no_code":true,
        "retry_conditions":{"non_2xx_status_code":0},"only_va":true,"active":true,
        "created_at":"2025-02-15 14:23:56","api_key":"key","request_content_type":"Json",
        "bank_sub_account_ids":[25,26]}],
        "meta":{"pagination":{"total":1,"per_page":20,"current_page":1,"last_page":1}}}"#,
    r#"{"data":[{"id":"23","bank_account_id":"19","name":"Website","event_type":"In_only",
        "authen_type":"Api_Key","webhook_url":"https://example.com/w","is_verify_payment":1,
        "skip_if_no_code":"1","retry_conditions":[],"only_va":1,"active":"1",
        "created_at":"2025-02-15 14:23:56","api_key":"key","request_content_type":"Json",
        "bank_sub_account_ids":["25",26]}]}"#,
];

#[test]
fn a_list_is_read_in_every_spelling() {
    let expected = Webhook {
        id: 23,
        bank_account_id: Some(19),
        name: Some("Website".to_owned()),
        event_type: Some("In_only".to_owned()),
        authen_type: Some("Api_Key".to_owned()),
        webhook_url: Some("https://example.com/w".to_owned()),
        is_verify_payment: Some(true),
        skip_if_no_code: Some(true),
        active: Some(true),
        retry_non_2xx: Some(false),
        only_va: Some(true),
        bank_sub_account_ids: vec![25, 26],
        created_at: Some("2025-02-15 14:23:56".to_owned()),
        request_content_type: Some("Json".to_owned()),
        api_key: Some(secret("key")),
        secret_key: None,
        oauth2_access_token_url: None,
        oauth2_client_id: None,
        oauth2_client_secret: None,
    };
    for text in LIST {
        let page = Page { webhooks: vec![expected.clone()], more: false };
        assert_eq!(listed(&answer(200, text), 1, NOW), Ok(page), "{text}");
    }
}

#[test]
fn pages_go_on_as_long_as_they_say_so_and_are_those_asked_for() {
    let page = |current: u32, last: u32, rows: &str| {
        format!(
            r#"{{"status":"success","data":[{rows}],"meta":{{"pagination":
                {{"current_page":{current},"last_page":{last}}}}}}}"#
        )
    };
    let told = |asked, body: &str| listed(&answer(200, body), asked, NOW).map(|page| page.more);
    let row = r#"{"id":1}"#;
    assert_eq!(told(1, &page(1, 2, row)), Ok(true));
    assert_eq!(told(2, &page(2, 2, row)), Ok(false));
    assert_eq!(told(1, &page(1, 9, "")), Ok(false), "an empty page ends");
    // Without a word of it a full page has a successor.
    let silent = |rows: usize| format!(r#"{{"data":[{}]}}"#, vec![row; rows].join(","));
    assert_eq!(told(1, &silent(99)), Ok(false));
    assert_eq!(told(1, &silent(100)), Ok(true));
    let odd = |why| Err(Denied::Stranger(200, why));
    assert_eq!(told(2, &page(1, 2, row)), odd("another page than was asked for"));
    assert_eq!(told(1, &page(1, 1, r#"{"name":"x"}"#)), odd("a webhook without an id"));
    assert_eq!(told(1, "{}"), odd("a success without a list"));
}

#[test]
fn what_was_made_and_done_is_read_wherever_it_is_told() {
    for body in [
        r#"{"status":"success","message":"Webhook created successfully","data":{"id":23}}"#,
        r#"{"id":"23"}"#,
    ] {
        assert_eq!(created(&answer(200, body), NOW), Ok(23));
    }
    let lacking = Denied::Stranger(201, "a success without a webhook's id");
    assert_eq!(created(&answer(201, "{}"), NOW), Err(lacking));
    assert_eq!(done(&answer(204, ""), NOW), Ok(()));
    assert_eq!(done(&answer(200, r#"{"status":"success"}"#), NOW), Ok(()));
    let refused = Denied::Failed(200, "no".to_owned());
    assert_eq!(done(&answer(200, r#"{"status":"error","message":"no"}"#), NOW), Err(refused));
    let row = r#"{"status":"success","data":{"id":23}}"#;
    assert_eq!(shown(&answer(200, row), NOW).map(|webhook| webhook.id), Ok(23));
    let lacking = Denied::Stranger(200, "a success without a webhook");
    assert_eq!(shown(&answer(200, "{}"), NOW), Err(lacking));
}
