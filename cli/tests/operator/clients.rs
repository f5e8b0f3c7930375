//! `tingting clients`, and what a client can do with a running `serve`: from nothing to a payment at a
//! webhook that was made by the API.

use std::time::Duration;

use domain::{Answer, Egress as _};
use http::{Method, header};
use jiff::Timestamp;
use serde_json::{Value, json};
use testkit::sink::Sink;

use crate::program::{client, configure, start};
use crate::{Ended, call, tingting, typed};

/// Calls the API.
async fn ask(address: &str, method: Method, path: &str, token: &str, body: String) -> Answer {
    let form = path == "/oauth2/token";
    let kind = if form { "application/x-www-form-urlencoded" } else { "application/json" };
    let request = http::Request::builder()
        .method(method)
        .uri(format!("http://{address}{path}"))
        .header(header::CONTENT_TYPE, kind)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(body.into())
        .unwrap();
    client().send(request, Duration::from_secs(30), Timestamp::MAX).await.unwrap()
}

fn read(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

/// The text behind a word of what was printed.
fn after(said: &str, word: &str) -> String {
    let line = said.lines().find_map(|line| line.strip_prefix(word)).unwrap();
    line.trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_makes_a_webhook_that_gets_the_next_payment() {
    let sink = Sink::answering(200, "").await;
    let folder = tempfile::tempdir().unwrap();
    let config = configure(folder.path(), &sink.url("/from-file"));
    let run = |arguments: &[&str]| tingting(&config, arguments);
    let (_serve, address) = start(&config, &[]).await;
    assert_eq!(run(&["clients", "list"]).1, "none; make one with `tingting clients create NAME`\n");
    let (ok, said) = run(&["clients", "create", "shop", "--scope", "webhook:fly"]);
    assert!(
        !ok && said.contains("\"webhook:fly\" is no scope; there are: webhook:read, "),
        "{said}"
    );

    let (ok, said) = run(&["clients", "create", "chương trình của cửa hàng"]);
    assert!(ok, "{said}");
    let (id, secret) = (after(&said, "client_id"), after(&said, "client_secret"));
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let answer = ask(&address, Method::POST, "/oauth2/token", "", form.clone()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let token = read(&answer)["access_token"].as_str().unwrap().to_owned();

    let webhook = |url: String| {
        json!({
            "bank_account_id": 0, "name": "Website", "event_type": "In_only",
            "authen_type": "Api_Key", "api_key": "a key of the website's",
            "request_content_type": "Json", "webhook_url": url, "is_verify_payment": 1,
        })
    };
    let body = webhook("http://10.1.2.3/".to_owned()).to_string();
    let answer = ask(&address, Method::POST, "/api/v1/webhooks", &token, body).await;
    let said = read(&answer);
    assert_eq!((answer.status.as_u16(), &said["error"]), (400, &"validation_error".into()));
    let why = said["errors"]["webhook_url"].as_str().unwrap();
    assert!(why.contains("10.1.2.3") || why.contains("http"), "{why}");

    let body = webhook(sink.url("/from-api")).to_string();
    let answer = ask(&address, Method::POST, "/api/v1/webhooks", &token, body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let path = format!("/api/v1/webhooks/{}", read(&answer)["id"]);
    call(&address).await;
    let received = sink.wait_for(2).await;
    let made = received.iter().find(|got| got.target == "/from-api").unwrap();
    assert_eq!(made.headers[header::AUTHORIZATION], "Apikey a key of the website's");
    assert_eq!(made.json()["data"]["reference"], "T1");

    let list = ask(&address, Method::GET, "/api/v1/webhooks", &token, String::new()).await;
    let names: Vec<Value> =
        read(&list)["data"].as_array().unwrap().iter().map(|one| one["origin"].clone()).collect();
    assert_eq!(names, ["operator", "file"]);
    assert!(!String::from_utf8_lossy(&list.body).contains("a key of the website's"));
    let answer = ask(&address, Method::DELETE, &path, &token, String::new()).await;
    assert_eq!(answer.status, 200, "{answer:?}");

    let (ok, said) = run(&["clients", "list"]);
    assert!(ok && said.contains(&id) && said.contains("chương trình của cửa hàng"), "{said}");
    assert!(!said.contains(&secret), "{said}");
    let (ok, said) = run(&["clients", "revoke", &id]);
    assert!(ok && said.ends_with("is revoked: its tokens are not taken any more\n"), "{said}");
    let list = ask(&address, Method::GET, "/api/v1/webhooks", &token, String::new()).await;
    assert_eq!(list.status, 401);
    let answer = ask(&address, Method::POST, "/oauth2/token", "", form).await;
    assert_eq!(answer.status, 401);
    let (ok, said) = run(&["clients", "revoke", "client_0"]);
    assert!(!ok && said.contains("there is no client \"client_0\""), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_of_clients_is_said_to_the_letter() {
    let folder = tempfile::tempdir().unwrap();
    let config = configure(folder.path(), "http://127.0.0.1:9/");
    let run =
        |arguments: &[&str]| typed(&config, &[&["clients"], arguments].concat(), "").timeless();
    let nothing = run(&["list"]);
    assert!(nothing.0 == 1 && nothing.2.contains("`tingting serve` makes one"), "{nothing:?}");
    let (_serve, _) = start(&config, &[]).await;

    let all = "webhook:read webhook:write webhook:delete event:read event:write source:read source:write audit:read";
    let one = run(&["create", "the shop's \u{1b}[2Jprogram"]);
    let (id, secret) = (after(&one.1, "client_id"), after(&one.1, "client_secret"));
    assert!(id.len() == 23 && secret.starts_with("tts_") && secret.len() == 47, "{one:?}");
    let created = |id: &str, secret: &str, scopes: &str| {
        Ended::well(&format!(
            "client_id      {id}\nclient_secret  {secret}\nscopes         {scopes}\n\
             The secret is shown this once. A token: POST /oauth2/token with \
             grant_type=client_credentials and these two.\n"
        ))
    };
    assert_eq!(one, created(&id, &secret, all));
    let two = run(&["create", "a", "--scope", "event:read", "--scope", "webhook:read"]);
    let (other, secret) = (after(&two.1, "client_id"), after(&two.1, "client_secret"));
    assert_eq!(two, created(&other, &secret, "webhook:read event:read"));

    let scopes = all.replace(' ', ", ");
    for (arguments, why) in [
        (&["create", "b", "--scope", "webhook:fly"][..], {
            format!("\"webhook:fly\" is no scope; there are: {scopes}")
        }),
        (&["create", "b", "--scope", ""], format!("\"\" is no scope; there are: {scopes}")),
        (&["revoke", "client_0"], {
            "there is no client \"client_0\"; `tingting clients list` shows them".to_owned()
        }),
    ] {
        assert_eq!(run(arguments), Ended::badly(&why), "{arguments:?}");
    }
    let revoked = format!("{other} is revoked: its tokens are not taken any more\n");
    for _ in 0..2 {
        assert_eq!(run(&["revoke", &other]), Ended::well(&revoked), "twice is as good as once");
    }
    let mut rows = [
        format!("{id}  the shop's [2Jprogram\n  created TIME\n  {all}\n"),
        format!("{other}  a\n  revoked TIME\n  webhook:read event:read\n"),
    ];
    rows.sort_unstable();
    assert_eq!(run(&["list"]), Ended::well(&rows.concat()));
}
