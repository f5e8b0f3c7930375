//! `tingting casso webhooks`.

use http::header;
use serde_json::{Value, json};
use testkit::sink::{Received, Sink};

use crate::{Ended, configure, run, silent};

const KEY: &[(&str, &str)] = &[("CASSO_API_KEY", "AK_hide-me")];
const SOURCE: &str = "[[source]]\nprovider = \"casso\"\nname = \"shop\"\n\
                      secrets = [\"first-secret-0001\", \"second-secret-0002\"]\n";

/// What Casso says of webhook 114, under its names.
fn webhook() -> Value {
    json!({ "id": 114, "channel": "webhook", "param1": "https://example.com/hook",
            "param2": "first-secret-0001", "send_only_income": 1 })
}

fn success(data: &Value) -> String {
    json!({ "error": 0, "message": "success", "data": data }).to_string()
}

async fn casso(sink: &Sink, more: &[&str]) -> Ended {
    casso_at(&sink.url(""), more, KEY, SOURCE).await
}

async fn casso_at(base: &str, more: &[&str], env: &[(&str, &str)], source: &str) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    let config = configure(folder.path(), source);
    run(&config, &[&["casso", "webhooks"], more, &["--api-base", base]].concat(), env).await
}

/// Method, path and JSON of what came.
fn asked(received: &[Received]) -> Vec<(String, String, Value)> {
    let one = |request: &Received| {
        assert_eq!(request.headers[header::AUTHORIZATION], "Apikey AK_hide-me");
        let body = if request.body.is_empty() { Value::Null } else { request.json() };
        (request.method.to_string(), request.target.clone(), body)
    };
    received.iter().map(one).collect()
}

fn did(method: &str, target: &str, body: Value) -> (String, String, Value) {
    (method.to_owned(), target.to_owned(), body)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_command_registers_our_hook_with_the_sources_first_secret() {
    let api = Sink::answering(200, &success(&webhook())).await;
    let create = ["create", "--url", "https://hooks.example.com", "--source", "shop"];
    let said = casso(&api, &create).await;
    let url = "https://hooks.example.com/hooks/casso/shop";
    assert_eq!(said, Ended::well(&format!("Casso calls {url} from now on: webhook 114\n")));
    let more = [&create[..], &["--income-only", "1", "--json"]].concat();
    assert_eq!(casso(&api, &more).await.json(), json!({ "id": 114, "webhook": url }));
    let body = |income_only: bool| json!({ "webhook": url, "secure_token": "first-secret-0001", "income_only": income_only });
    let expected =
        [did("POST", "/v2/webhooks", body(false)), did("POST", "/v2/webhooks", body(true))];
    assert_eq!(asked(&api.received()), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_shown_without_what_may_be_its_key() {
    let mut hostile = webhook();
    hostile["param1"] = json!("https://x.example/\u{202e}a\u{1b}[2J\n<b>\u{200b}");
    let api = Sink::answering(200, &success(&hostile)).await;
    let said = casso(&api, &["show", "114"]).await;
    let expected = "\
field             value
id                114
channel           webhook
param1            https://x.example/a [2J <b>
param2            ********0001
send_only_income  true
";
    assert_eq!(said, Ended::well(expected));
    let expected = json!({ "id": 114, "channel": "webhook",
        "param1": "https://x.example/a [2J <b>", "param2": "********0001",
        "send_only_income": true });
    assert_eq!(casso(&api, &["show", "114", "--json"]).await.json(), expected);
    assert_eq!(asked(&api.received())[0], did("GET", "/v2/webhooks/114", Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_says_everything_and_keeps_what_was() {
    let api = Sink::answering(200, &success(&webhook())).await;
    let update = ["update", "114", "--url", "https://hooks.example.com"];
    let url = "https://hooks.example.com/hooks/casso/shop";
    let said = casso(&api, &update).await;
    assert_eq!(said, Ended::well(&format!("webhook 114 is updated: Casso calls {url}\n")));
    let said = casso(&api, &[&update[..], &["--income-only", "0"]].concat()).await;
    assert_eq!(said.code, 0, "{said:?}");
    let body = |income_only: bool| json!({ "webhook": url, "secure_token": "first-secret-0001", "income_only": income_only });
    let expected = [
        did("GET", "/v2/webhooks/114", Value::Null),
        did("PUT", "/v2/webhooks/114", body(true)),
        did("PUT", "/v2/webhooks/114", body(false)),
    ];
    assert_eq!(asked(&api.received()), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_are_deleted_by_number_or_by_url() {
    let api = Sink::answering(200, &success(&Value::Null)).await;
    let said = casso(&api, &["delete", "114"]).await;
    assert_eq!(said, Ended::well("deleted: Casso has no webhook 114 any more\n"));
    let url = "https://example.com/hook?a=1";
    let said = casso(&api, &["delete", "--webhook", url, "--json"]).await;
    assert_eq!(said.json(), json!({ "deleted": true }));
    let by_url = "/v2/webhooks?webhook=https%3A%2F%2Fexample.com%2Fhook%3Fa%3D1";
    let expected =
        [did("DELETE", "/v2/webhooks/114", Value::Null), did("DELETE", by_url, Value::Null)];
    assert_eq!(asked(&api.received()), expected);
    assert_eq!(casso(&api, &["delete"]).await.code, 2, "which?");
    assert_eq!(casso(&api, &["list"]).await.code, 2, "Casso has no list");
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_say_whose_fault_it_is_and_never_a_secret() {
    let create = ["create", "--url", "https://hooks.example.com"];
    let show = ["show", "7"];
    let invalid = json!({ "error": 400, "message": "Sai", "data": { "errors": {
        "webhook": ["không phải https", "dài quá"],
        "secure_token": "first-secret-0001 is too short for AK_hide-me" } } });
    let denied = r#"{"error": 401, "message": "Unauthorized Access", "data": null}"#;
    let unauthorized = "Casso refuses the credentials (401): Unauthorized Access; copy the API key anew \
                        from Casso's settings into CASSO_API_KEY, or into api.key of the source";
    let stranger = |status: u16, what: &str, perhaps: &str| {
        format!(
            "what answered {status} was not Casso's API ({what}): check --api-base, or try again \
             later{perhaps}"
        )
    };
    let perhaps = "; it may have been done all the same: look before you do it again";
    for (arguments, status, body, expected) in [
        (
            &create[..],
            400,
            invalid.to_string(),
            "Casso refuses what was sent: Sai\n  secure_token: ******** is too short for ********\n  \
             webhook: không phải https; dài quá"
                .to_owned(),
        ),
        (&show[..], 401, denied.to_owned(), unauthorized.to_owned()),
        (&show[..], 200, denied.to_owned(), unauthorized.to_owned()),
        (
            &show[..],
            403,
            "{}".to_owned(),
            "Casso does not allow that (403); make an API key that may manage webhooks".to_owned(),
        ),
        (&show[..], 404, "{}".to_owned(), "Casso has no webhook 7 (404)".to_owned()),
        (&show[..], 429, "{}".to_owned(), {
            "Casso limits the rate (429): try again in a minute".to_owned()
        }),
        (&create[..], 500, r#"{"message":"đổ"}"#.to_owned(), {
            format!("Casso failed with 500: đổ{perhaps}")
        }),
        (&show[..], 200, "hello".to_owned(), stranger(200, "no JSON that this API speaks", "")),
        (&create[..], 200, "<html>".to_owned(), stranger(200, "a page for people", perhaps)),
        (&create[..], 200, success(&Value::Null), {
            stranger(200, "a success without a webhook's id", perhaps)
        }),
        (
            &show[..],
            302,
            String::new(),
            "Casso answered 302, which leads elsewhere: that is not followed, so that no secret goes there; \
             correct --api-base"
                .to_owned(),
        ),
    ] {
        let api = Sink::answering(status, &body).await;
        assert_eq!(casso(&api, arguments).await, Ended::badly(&expected), "{body}");
    }
    let (_listener, base) = silent();
    let slow = [&create[..], &["--timeout", "300ms"]].concat();
    let expected = format!("Casso did not answer within 300ms (--timeout){perhaps}");
    assert_eq!(casso_at(&base, &slow, KEY, SOURCE).await, Ended::badly(&expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_comes_from_the_environment_or_the_source() {
    let api = Sink::answering(200, &success(&webhook())).await;
    let source = format!("{SOURCE}api = {{ key = \"AK_of-the-file\" }}\n");
    for (env, expected) in [(&[][..], "Apikey AK_of-the-file"), (KEY, "Apikey AK_hide-me")] {
        assert_eq!(casso_at(&api.url(""), &["show", "114"], env, &source).await.code, 0);
        let last = api.received().pop().unwrap();
        assert_eq!(last.headers[header::AUTHORIZATION], expected);
    }
    let said = casso_at(&api.url(""), &["show", "114"], &[], SOURCE).await;
    let none = "no API key: set CASSO_API_KEY, or api = { key = … } of source casso/shop";
    assert_eq!(said, Ended::badly(none));
    let create = ["create", "--url", "http://hooks.example.com"];
    let said = casso(&api, &create).await;
    let plain = "http://hooks.example.com/ cannot be called by a provider: write an https:// URL";
    assert_eq!(said, Ended::badly(plain));
    let said = casso(&api, &["create"]).await;
    let nowhere = "where do our URLs begin? say it with --url https://…, or set public_url in the \
                   configuration";
    assert_eq!(said, Ended::badly(nowhere));
    let said = casso(&api, &["create", "--source", "nobody"]).await;
    assert!(said.stderr.ends_with("has no source casso/nobody; there are: shop\n"), "{said:?}");
    assert_eq!(api.received().len(), 2, "nothing was asked without a key or a hook");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_at_a_sandbox_is_registered_there_whoever_gives_the_key() {
    let api = Sink::answering(200, &success(&webhook())).await;
    let folder = tempfile::tempdir().unwrap();
    let at = format!("{SOURCE}api = {{ key = \"of-the-file\", base = \"{}\" }}\n", api.url(""));
    let config = configure(folder.path(), &at);
    let create = ["casso", "webhooks", "create", "--url", "https://hooks.example.com"];
    let said = run(&config, &create, KEY).await;
    let url = "https://hooks.example.com/hooks/casso/shop";
    assert_eq!(said, Ended::well(&format!("Casso calls {url} from now on: webhook 114\n")));
    assert_eq!(asked(&api.received()).len(), 1);
}
