//! `tingting sources` at a running deployment, and at one that answers what no tingting does.

use std::time::Duration;

use domain::Egress as _;
use jiff::Timestamp;
use serde_json::json;
use testkit::sink::Sink;

use crate::fake::Fake;
use crate::{Deployed, Ended, client, run};

const TOKEN: &[(&str, &str)] = &[("TINGTING_TOKEN", "t")];

/// What Casso is answered that calls with this key.
async fn casso(deployed: &Deployed, secret: &str) -> u16 {
    let request = http::Request::post(format!("http://{}/hooks/casso/new", deployed.address))
        .header("secure-token", secret)
        .body(r#"{"error":0,"data":[]}"#.into())
        .unwrap();
    let answer = client().send(request, Duration::from_secs(30), Timestamp::MAX).await.unwrap();
    answer.status.as_u16()
}

/// The secret among what is to be typed.
fn key(said: &Ended) -> String {
    let line = said.stdout.lines().find_map(|line| line.strip_prefix("Key bảo mật"));
    line.unwrap_or_else(|| panic!("{said:?}")).trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_is_made_called_rotated_disabled_and_removed() {
    let deployed = Deployed::with(Sink::answering(200, "").await).await;
    let base = format!("http://{}", deployed.address);
    let sources =
        async |arguments: &[&str]| deployed.run(&[&["sources"], arguments].concat()).await;
    let typed = |key: &str| {
        format!(
            "at the provider  type\n\
             Webhook URL      {base}/hooks/casso/new\n\
             Key bảo mật      {key}\n"
        )
    };

    let said = sources(&["create", "casso/new", "--code-pattern", "DH[0-9]+"]).await;
    let first = key(&said);
    assert!(first.len() >= 40, "{said:?}");
    let expected =
        format!("casso/new is made\n\n{}\nThe secret is shown this once.\n", typed(&first));
    assert_eq!(said, Ended::well(&expected));
    assert_eq!(casso(&deployed, &first).await, 200);
    let again = sources(&["create", "casso/new"]).await;
    let expected = format!(
        "{base} refuses what was sent (400): look at these\n  name: there is a source of this name already"
    );
    assert_eq!(again, Ended::badly(&expected));

    let list = format!(
        "\
source        state   proof  secrets  its API  origin    is called at
casso/new     active  -      1        -        operator  {base}/hooks/casso/new
thueapi/shop  active  -      1        -        file      {base}/hooks/thueapi/shop
"
    );
    assert_eq!(sources(&[]).await, Ended::well(&list));
    assert_eq!(sources(&["list"]).await, Ended::well(&list));
    let shown = sources(&["show", "casso/new"]).await;
    assert!(shown.stdout.contains("\ncode_pattern  DH[0-9]+\n"), "{shown:?}");
    assert!(shown.stdout.ends_with(&format!("\n\n{}", typed("(secret)"))), "{shown:?}");
    assert!(!shown.stdout.contains(&first));

    let said = sources(&["rotate", "casso/new"]).await;
    let second = key(&said);
    let expected = format!(
        "casso/new takes a new secret beside the older ones, until `tingting sources retire casso/new`\n\n\
         {}\nThe secret is shown this once.\n",
        typed(&second)
    );
    assert_eq!(said, Ended::well(&expected));
    assert_eq!((casso(&deployed, &first).await, casso(&deployed, &second).await), (200, 200));
    let unasked = sources(&["retire", "casso/new"]).await;
    let asked = format!(
        "retire the older secrets of casso/new at {base}? Calls with them are refused then. (y/N)\nnothing was done; say y, or --yes\n"
    );
    assert_eq!((unasked.code, unasked.stderr), (1, asked));
    let said = sources(&["retire", "casso/new", "--yes"]).await;
    let told = "casso/new takes its newest secret alone, within ten minutes\n";
    assert_eq!(said, Ended::well(told));
    assert!(sources(&["show", "casso/new"]).await.stdout.contains("\nsecrets       1\n"));
    let twice = sources(&["retire", "casso/new", "--yes"]).await;
    assert_eq!(twice, Ended::badly("there is one secret alone; rotate first (409)"));

    let said = sources(&["disable", "casso/new"]).await;
    let told =
        "casso/new is disabled: its calls are answered as a stranger's are, within ten minutes\n";
    assert_eq!(said, Ended::well(told));
    let row = format!("casso/new     off     -      1        -        operator  {base}/");
    assert!(sources(&[]).await.stdout.contains(&row));
    let said = sources(&["enable", "casso/new"]).await;
    assert_eq!(said, Ended::well("casso/new is enabled: its calls are taken again\n"));
    assert_eq!(casso(&deployed, &second).await, 200);

    let said = sources(&["update", "casso/new", "--silence", "6h", "--code-pattern", ""]).await;
    assert_eq!(said, Ended::well("casso/new is changed\n"));
    let shown = sources(&["show", "casso/new", "--json"]).await.json();
    let data = &shown["data"];
    assert_eq!((&data["silence"], &data["code_pattern"]), (&"6h".into(), &json!(null)));
    assert_eq!(data["paste"][1], json!({ "field": "Key bảo mật", "value": "(secret)" }));
    let nothing = sources(&["update", "casso/new"]).await;
    assert_eq!(nothing, Ended::badly("nothing to change: say what, such as --silence 6h"));

    let unasked = sources(&["remove", "casso/new"]).await;
    assert!(unasked.stderr.starts_with(&format!("remove casso/new at {base}? ")), "{unasked:?}");
    let said = sources(&["remove", "casso/new", "--yes"]).await;
    let told =
        "casso/new is removed: its calls are answered as a stranger's are, within ten minutes\n";
    assert_eq!(said, Ended::well(told));
    let gone = sources(&["show", "casso/new"]).await;
    assert_eq!(gone, Ended::badly("there is no source of this provider and name (404)"));
    let file = sources(&["remove", "thueapi/shop", "--yes"]).await;
    assert_eq!(file, Ended::badly("it comes from a configuration file; change it there (409)"));
    let log = deployed.run(&["changes", "--json"]).await.stdout;
    assert!(log.contains("sources/casso/new/rotate") && !log.contains(&second), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_of_theirs_comes_from_the_environment_or_a_file_and_is_not_repeated() {
    let deployed = Deployed::with(Sink::answering(200, "").await).await;
    let base = format!("http://{}", deployed.address);
    let sources =
        async |arguments: &[&str]| deployed.run(&[&["sources"], arguments].concat()).await;
    let refused = sources(&["create", "thueapi/new"]).await;
    let expected = format!(
        "{base} refuses what was sent (400): look at these\n  secret: is required: this provider makes it; \
         copy it from its page"
    );
    assert_eq!(refused, Ended::badly(&expected));
    let unset = sources(&["create", "thueapi/new", "--secret-env", "THUEAPI_TOKEN"]).await;
    assert_eq!(unset, Ended::badly("the variable THUEAPI_TOKEN is not set"));
    let secret = ["--secret-env", "TINGTING_CLIENT_SECRET"];
    let said = sources(&[&["create", "thueapi/new"], &secret[..]].concat()).await;
    let url = format!(
        "at the provider  type\nEndpoint         {base}/hooks/thueapi/new\nPhương thức      POST\n"
    );
    assert_eq!(said, Ended::well(&format!("thueapi/new is made\n\n{url}")));
    let said = sources(&["rotate", "thueapi/new"]).await;
    assert!(said.stderr.ends_with("secret: this provider makes its secrets; say the new one\n"));
    let said = sources(&[&["rotate", "thueapi/new"], &secret[..]].concat()).await;
    assert!(said.stderr.ends_with("secret: is taken already\n"), "{said:?}");
    let another = ["--secret-env", "TINGTING_CLIENT_ID"];
    let said = sources(&[&["rotate", "thueapi/new"], &another[..]].concat()).await;
    assert!(said.code == 0 && !said.stdout.contains(&deployed.id), "{said:?}");
    let said = sources(&["retire", "thueapi/new", "--yes"]).await;
    let each = "secret: say which one: each bank account has a token of its own\n";
    assert!(said.stderr.ends_with(each), "{said:?}");
    let said = sources(&[&["retire", "thueapi/new", "--yes"], &secret[..]].concat()).await;
    let done = "thueapi/new takes no more calls with it, within ten minutes\n";
    assert_eq!(said, Ended::well(done));

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sepay.json");
    let fields =
        json!({ "auth": "api_key", "secret": "hide-me-0123", "api": { "token": "hide-me-4567" } });
    std::fs::write(&file, fields.to_string()).unwrap();
    let file = file.to_str().unwrap();
    let said = sources(&["create", "sepay/new", "--file", file, "--max-age", "1d"]).await;
    let expected = format!(
        "sepay/new is made\n\n\
         at the provider  type\n\
         Gọi đến URL      {base}/hooks/sepay/new\n\
         Kiểu chứng thực  API Key\n\
         API Key          (secret)\n"
    );
    assert_eq!(said, Ended::well(&expected));
    let shown = sources(&["show", "sepay/new"]).await;
    assert!(
        shown.stdout.contains("\nreconciled  true\n") && shown.stdout.contains("  1d\n"),
        "{shown:?}"
    );
    assert!(!shown.stdout.contains("hide-me"), "{shown:?}");
    let list = sources(&["list", "--json"]).await.json();
    let names = list["data"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap());
    let names: Vec<&str> = names.collect();
    assert_eq!(names, ["sepay/new", "thueapi/new", "thueapi/shop"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_wrong_and_what_is_answered_strangely_is_said() {
    let url = ["--url", "https://127.0.0.1:9"];
    for typed in ["casso", "casso/", "casso/a/b", "Casso/shop", "../webhooks"] {
        let said = run(&[&["sources", "show", typed], &url[..]].concat(), TOKEN).await;
        let expected =
            format!("{typed:?} names no source: say its provider and its name, such as casso/shop");
        assert_eq!(said, Ended::badly(&expected));
    }
    let nowhere = run(&["sources", "show", "casso/shop"], TOKEN).await;
    let which = "which deployment? say --url https://hooks.example.com, or set TINGTING_URL";
    assert_eq!(nowhere, Ended::badly(which));
    let two = run(&["--url", "https://a.example", "sources", "--stack", "s"], TOKEN).await;
    let expected = "--url is one place, --stack or --table another: choose one";
    assert_eq!(two, Ended::badly(expected));

    // The answer that showed the secret was lost, and the same call is answered without it.
    let made = json!({ "status": "success", "data": { "id": "casso/shop\u{1b}[2J", "secret": null,
        "paste": [{ "field": "Key bảo mật", "value": "(secret)" }] } });
    let fake = Fake::answering(201, "", &made.to_string()).await;
    let said = run(&["sources", "create", "casso/shop", "--url", &fake.url], TOKEN).await;
    let expected = "casso/shop [2J is made\n\n\
                    at the provider  type\n\
                    Key bảo mật      (secret)\n\n\
                    The answer that showed its secret was lost: `tingting sources rotate casso/shop [2J` makes \
                    another.\n";
    assert_eq!(said, Ended::well(expected));
    assert_eq!(fake.lines(), ["POST /api/v1/sources HTTP/1.1"]);
    // An older deployment does not say what is to be typed.
    let old = json!({ "status": "success", "data": { "id": "casso/shop", "auth": null } });
    let fake = Fake::answering(200, "", &old.to_string()).await;
    let said = run(&["sources", "show", "casso/shop", "--url", &fake.url], TOKEN).await;
    assert_eq!(said, Ended::well("field  value\nid     casso/shop\n"));
}
