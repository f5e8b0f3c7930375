//! `tingting sepay webhooks`.

use http::header;
use serde_json::{Value, json};
use testkit::sink::{Received, Sink};

use crate::{Ended, configure, run, silent};

const TOKEN: &[(&str, &str)] = &[("SEPAY_ACCESS_TOKEN", "jwt.hide-me.0123456789")];
const URL: &str = "https://hooks.example.com/hooks/sepay/shop";
const CREATE: [&str; 7] =
    ["create", "--url", "https://hooks.example.com", "--source", "shop", "--bank-account-id", "19"];

fn source(auth: &str) -> String {
    format!("[[source]]\nprovider = \"sepay\"\nname = \"shop\"\n{auth}\n")
}

fn with_key() -> String {
    source("auth = \"api_key\"\nsecrets = [\"first-secret-0001\", \"second-secret-0002\"]")
}

/// A webhook on SePay's page.
fn webhook(id: u64, name: &str) -> Value {
    json!({
        "id": id, "bank_account_id": 19, "name": name, "event_type": "In_only",
        "authen_type": "Api_Key", "webhook_url": "https://example.com/webhook/payment",
        "is_verify_payment": true, "skip_if_no_code": true,
        "retry_conditions": { "non_2xx_status_code": 0 }, "only_va": true, "active": true,
        "created_at": "2025-02-15 14:23:56", "api_key": "a-whole-key-from-sepay",
        "request_content_type": "Json", "bank_sub_account_ids": [25, 26],
        "a_field_of_tomorrow": "hide-me",
    })
}

async fn sepay(sink: &Sink, more: &[&str]) -> Ended {
    sepay_at(&sink.url(""), more, &with_key()).await
}

async fn sepay_at(base: &str, more: &[&str], source: &str) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    let config = configure(folder.path(), source);
    run(&config, &[&["sepay", "webhooks"], more, &["--api-base", base]].concat(), TOKEN).await
}

/// Method, path and JSON of what came.
fn asked(received: &[Received]) -> Vec<(String, String, Value)> {
    let one = |request: &Received| {
        assert_eq!(request.headers[header::AUTHORIZATION], "Bearer jwt.hide-me.0123456789");
        let body = if request.body.is_empty() { Value::Null } else { request.json() };
        (request.method.to_string(), request.target.clone(), body)
    };
    received.iter().map(one).collect()
}

fn did(method: &str, target: &str, body: Value) -> (String, String, Value) {
    (method.to_owned(), target.to_owned(), body)
}

const MADE: &str =
    r#"{"status":"success","message":"Webhook created successfully","data":{"id":23}}"#;

#[tokio::test(flavor = "multi_thread")]
async fn one_command_registers_our_hook() {
    let api = Sink::answering(201, MADE).await;
    let said = sepay(&api, &CREATE).await;
    assert_eq!(said, Ended::well(&format!("SePay calls {URL} from now on: webhook 23\n")));
    let more = [
        "--name",
        "Quán",
        "--event-type",
        "In_only",
        "--only-va",
        "1",
        "--bank-sub-account-ids",
        "25,26",
        "--skip-if-no-code",
        "1",
        "--is-verify-payment",
        "1",
        "--active",
        "0",
        "--json",
    ];
    let said = sepay(&api, &[&CREATE[..], &more].concat()).await;
    assert_eq!(said.json(), json!({ "id": 23, "webhook_url": URL }));
    let plain = json!({
        "bank_account_id": 19, "name": "tingting shop", "event_type": "All",
        "authen_type": "Api_Key", "api_key": "first-secret-0001", "request_content_type": "Json",
        "webhook_url": URL, "is_verify_payment": 0, "skip_if_no_code": 0, "active": 1,
        "only_va": 0, "retry_conditions": ["non_2xx_status_code"],
    });
    let full = json!({
        "bank_account_id": 19, "name": "Quán", "event_type": "In_only",
        "authen_type": "Api_Key", "api_key": "first-secret-0001", "request_content_type": "Json",
        "webhook_url": URL, "is_verify_payment": 1, "skip_if_no_code": 1, "active": 0,
        "only_va": 1, "bank_sub_account_ids": [25, 26],
        "retry_conditions": ["non_2xx_status_code"],
    });
    let path = "/api/v1/webhooks";
    assert_eq!(asked(&api.received()), [did("POST", path, plain), did("POST", path, full)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn sepay_is_told_to_prove_itself_as_the_source_says() {
    let api = Sink::answering(201, MADE).await;
    for (auth, expected) in [
        (
            "auth = \"hmac\"\nsecrets = [\"s1\"]",
            json!({ "authen_type": "HMAC_SHA256", "secret_key": "s1",
                    "request_content_type": "Json" }),
        ),
        (
            "auth = \"oauth2\"\nclient_id = \"c1\"\nsecrets = [\"s1\"]",
            json!({ "authen_type": "OAuth2.0", "oauth2_client_id": "c1",
                    "oauth2_client_secret": "s1",
                    "oauth2_access_token_url": format!("{URL}/token") }),
        ),
        ("auth = \"none\"", json!({ "authen_type": "No_Authen", "request_content_type": "Json" })),
    ] {
        let said = sepay_at(&api.url(""), &CREATE, &source(auth)).await;
        assert_eq!(said.code, 0, "{said:?}");
        let mut body = api.received().pop().unwrap().json();
        let common = [
            "bank_account_id",
            "name",
            "event_type",
            "webhook_url",
            "active",
            "only_va",
            "is_verify_payment",
            "skip_if_no_code",
            "retry_conditions",
        ];
        for name in common {
            body.as_object_mut().unwrap().remove(name).unwrap();
        }
        assert_eq!(body, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_pages_are_listed_without_keys_or_tricks() {
    let api = Sink::start(|_, request| {
        let page: u64 = request
            .target
            .split("page=")
            .nth(1)
            .unwrap()
            .split('&')
            .next()
            .unwrap()
            .parse()
            .unwrap();
        let name = ["Quán", "\u{202e}<b>\u{1b}[2J\n99  true\u{200b}", "Ba"][page as usize - 1];
        let body = json!({ "status": "success", "data": [webhook(page, name)],
            "meta": { "pagination": { "total": 3, "per_page": 1, "current_page": page,
                                      "last_page": 3 } } });
        (200, body.to_string())
    })
    .await;
    let said = sepay(&api, &["list"]).await;
    let expected = "\
id  active  event_type  authen_type  bank_account_id  webhook_url                          name
1   true    In_only     Api_Key      19               https://example.com/webhook/payment  Quán
2   true    In_only     Api_Key      19               https://example.com/webhook/payment  <b> [2J 99 true
3   true    In_only     Api_Key      19               https://example.com/webhook/payment  Ba
";
    assert_eq!(said, Ended::well(expected));
    let paths: Vec<String> = asked(&api.received()).into_iter().map(|(_, path, _)| path).collect();
    let path = |page: u32| format!("/api/v1/webhooks?page={page}&limit=100");
    assert_eq!(paths, [path(1), path(2), path(3)]);
    let said = sepay(&api, &["list", "--json", "--webhook-url", "example.com", "--active", "1"]);
    let said = said.await.json();
    assert_eq!(said.as_array().unwrap().len(), 3);
    assert_eq!(said[1]["name"], "<b> [2J 99 true");
    assert_eq!(said[0]["api_key"], "********epay");
    assert!(!said.to_string().contains("hide-me"), "what is not known is left out");
    let filtered = "/api/v1/webhooks?page=1&limit=100&webhook_url=example.com&active=1";
    assert_eq!(api.received()[3].target, filtered);

    let none = r#"{"status":"success","data":[]}"#;
    let api = Sink::answering(200, none).await;
    let expected = "none; make one with `tingting sepay webhooks create`\n";
    assert_eq!(sepay(&api, &["list"]).await, Ended::well(expected));
    assert_eq!(sepay(&api, &["list", "--json"]).await.json(), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_repeats_its_page_is_not_followed() {
    let body = json!({ "status": "success", "data": [webhook(1, "x")],
        "meta": { "pagination": { "current_page": 1, "last_page": 3 } } });
    let api = Sink::answering(200, &body.to_string()).await;
    let expected = "what answered 200 was not SePay's API (another page than was asked for): check \
                    --api-base, or try again later";
    assert_eq!(sepay(&api, &["list"]).await, Ended::badly(expected));
    assert_eq!(api.received().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_is_shown_field_by_field() {
    let body = json!({ "status": "success", "data": webhook(23, "Quán") }).to_string();
    let api = Sink::answering(200, &body).await;
    let said = sepay(&api, &["show", "23"]).await;
    let expected = "\
field                 value
active                true
api_key               ********epay
authen_type           Api_Key
bank_account_id       19
bank_sub_account_ids  [25,26]
created_at            2025-02-15 14:23:56
event_type            In_only
id                    23
is_verify_payment     true
name                  Quán
only_va               true
request_content_type  Json
retry_conditions      {\"non_2xx_status_code\":false}
skip_if_no_code       true
webhook_url           https://example.com/webhook/payment
";
    assert_eq!(said, Ended::well(expected));
    assert_eq!(sepay(&api, &["show", "23", "--json"]).await.json()["name"], "Quán");
    let expected = did("GET", "/api/v1/webhooks/23", Value::Null);
    assert_eq!(asked(&api.received()), [expected.clone(), expected]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_sends_what_is_given_and_nothing_else() {
    let api = Sink::answering(200, r#"{"status":"success"}"#).await;
    let said = sepay(&api, &["update", "23", "--active", "0", "--retry-non-2xx", "1"]).await;
    assert_eq!(said, Ended::well("webhook 23 is updated\n"));
    let again =
        ["update", "23", "--source", "shop", "--url", "https://hooks.example.com", "--json"];
    let said = sepay(&api, &again).await;
    assert_eq!(said.json(), json!({ "id": 23, "updated": true }));
    let path = "/api/v1/webhooks/23";
    let pointed = json!({ "webhook_url": URL, "authen_type": "Api_Key",
        "api_key": "first-secret-0001", "request_content_type": "Json" });
    let some = json!({ "active": 0, "retry_conditions": ["non_2xx_status_code"] });
    assert_eq!(asked(&api.received()), [did("PATCH", path, some), did("PATCH", path, pointed)]);
    let nothing =
        "nothing to change: say what, such as --active 0, or --source to point it at our hook";
    assert_eq!(sepay(&api, &["update", "23"]).await, Ended::badly(nothing));
    let alone = ["update", "23", "--url", "https://hooks.example.com"];
    assert_eq!(sepay(&api, &alone).await.code, 2, "a URL without a proof");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_is_deleted_whatever_success_looks_like() {
    for (status, body) in [(200, r#"{"status":"success","message":"x"}"#), (204, ""), (200, "")] {
        let api = Sink::answering(status, body).await;
        let said = sepay(&api, &["delete", "23"]).await;
        let expected = "webhook 23 is deleted: SePay does not call it any more\n";
        assert_eq!(said, Ended::well(expected));
        let expected = did("DELETE", "/api/v1/webhooks/23", Value::Null);
        assert_eq!(asked(&api.received()), [expected]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_say_whose_fault_it_is_and_never_a_secret() {
    let invalid = json!({ "error": "validation_error", "message": "Dữ liệu không hợp lệ", "errors": {
        "api_key": "first-secret-0001 is too short",
        "bank_account_id": ["không có tài khoản \u{202e}19\u{1b}[2J"] } });
    let unauthorized = "SePay refuses the credentials (401): unauthorized; an access token lives an hour: \
                        set a new SEPAY_ACCESS_TOKEN, or unset it and run `tingting sepay login`";
    let forbidden = |scope: &str| {
        format!(
            "SePay does not allow that (403): forbidden; the access token needs the scope {scope}, and the \
             user who logged in the right to do it on SePay's own page"
        )
    };
    let error = |code: &str| json!({ "error": code }).to_string();
    let perhaps = "; it may have been done all the same: look before you do it again";
    let (show, list, delete) = (&["show", "7"][..], &["list"][..], &["delete", "7"][..]);
    for (arguments, status, body, expected) in [
        (
            &CREATE[..],
            400,
            invalid.to_string(),
            "SePay refuses what was sent: Dữ liệu không hợp lệ\n  api_key: ******** is too short\n  \
             bank_account_id: không có tài khoản 19 [2J"
                .to_owned(),
        ),
        (list, 401, error("unauthorized"), unauthorized.to_owned()),
        (list, 403, error("forbidden"), forbidden("webhook:read")),
        (&CREATE[..], 403, error("forbidden"), forbidden("webhook:write")),
        (delete, 403, error("forbidden"), forbidden("webhook:delete")),
        (show, 404, error("not_found"), "SePay has no webhook 7 (404): not_found".to_owned()),
        (delete, 404, error("not_found"), "SePay has no webhook 7 (404): not_found".to_owned()),
        (&CREATE[..], 500, "oh".to_owned(), format!("SePay failed with 500{perhaps}")),
        (
            show,
            200,
            "<!doctype html>".to_owned(),
            "what answered 200 was not SePay's API (a page for people): check --api-base, or try again \
             later"
                .to_owned(),
        ),
        (
            delete,
            200,
            "deleted".to_owned(),
            format!(
                "what answered 200 was not SePay's API (no JSON that this API speaks): check --api-base, or \
                 try again later{perhaps}"
            ),
        ),
        (
            list,
            307,
            String::new(),
            "SePay answered 307, which leads elsewhere: that is not followed, so that no secret goes there; \
             correct --api-base"
                .to_owned(),
        ),
    ] {
        let api = Sink::answering(status, &body).await;
        assert_eq!(sepay(&api, arguments).await, Ended::badly(&expected), "{status} {body}");
        assert_eq!(api.received().len(), 1, "asked once");
    }
    let (_listener, base) = silent();
    for (arguments, perhaps) in [(list, ""), (&CREATE[..], perhaps)] {
        let slow = [arguments, &["--timeout", "300ms"]].concat();
        let expected = format!("SePay did not answer within 300ms (--timeout){perhaps}");
        assert_eq!(sepay_at(&base, &slow, &with_key()).await, Ended::badly(&expected));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_at_a_sandbox_is_registered_there() {
    let api = Sink::answering(201, MADE).await;
    let folder = tempfile::tempdir().unwrap();
    let base = api.url("");
    let config = configure(
        folder.path(),
        &format!(
            "{}\napi = {{ token = \"of-the-file\", base = \"{base}\" }}\n",
            with_key().trim_end()
        ),
    );
    let said = run(&config, &[&["sepay", "webhooks"][..], &CREATE].concat(), TOKEN).await;
    assert_eq!(said, Ended::well(&format!("SePay calls {URL} from now on: webhook 23\n")));
    assert_eq!(asked(&api.received()).len(), 1);
}
