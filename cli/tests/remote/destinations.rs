//! `tingting destinations`, `pause`, `resume` and `held` at a running deployment.

use serde_json::json;
use testkit::sink::Sink;

use crate::fake::Fake;
use crate::{Deployed, Ended, run};

const TOKEN: &[(&str, &str)] = &[("TINGTING_TOKEN", "t")];

#[tokio::test(flavor = "multi_thread")]
async fn a_destination_is_made_tested_changed_and_deleted() {
    let sink = Sink::start(|_, request| {
        (if request.target == "/gone" { 410 } else { 200 }, String::new())
    })
    .await;
    let (made, gone) = (sink.url("/made"), sink.url("/gone"));
    let deployed = Deployed::with(sink).await;
    let create = [
        "destinations",
        "create",
        "--name",
        "Website",
        "--webhook-url",
        &made,
        "--set",
        "authen_type=Api_Key",
        "--set-env",
        "api_key=TINGTING_CLIENT_SECRET",
        "--set",
        "min_amount=10000",
    ];
    let said = deployed.run(&create).await;
    assert!(said.code == 0 && said.stdout.starts_with("it is made; "), "{said:?}");
    let shown = deployed.run(&["destinations", "show", "Website", "--json"]).await.json();
    let data = &shown["data"];
    let name = data["destination"].as_str().unwrap();
    assert_eq!(
        (&data["name"], &data["min_amount"], &data["event_type"], &data["retry_conditions"]),
        (&json!("Website"), &json!(10000), &json!("All"), &json!({ "non_2xx_status_code": 1 }))
    );
    let fields = deployed.run(&["destinations", "show", name]).await;
    assert!(fields.stdout.contains(&format!("\nwebhook_url           {made}\n")), "{fields:?}");
    assert!(!fields.stdout.contains(&deployed.secret), "masked");

    for list in [&["destinations"][..], &["destinations", "list"]] {
        let said = deployed.run(list).await;
        let row = format!("{name}  webhook  active  All     operator  {made}");
        assert!(said.stdout.contains(&row) && said.stdout.contains("\nsink "), "{said:?}");
    }
    let said = deployed.run(&["destinations", "test", "Website"]).await;
    assert!(
        said.code == 0 && said.stdout.starts_with(&format!("{name} took it (200) in ")),
        "{said:?}"
    );
    let update = ["destinations", "update", name, "--webhook-url", &gone, "--name", "Trang web"];
    assert_eq!(deployed.run(&update).await, Ended::well(&format!("{name} is changed\n")));
    let said = deployed.run(&["destinations", "test", "Trang web"]).await;
    let expected = format!("{name} did not take it: dead (410) after ");
    assert!(said.code == 1 && said.stdout.starts_with(&expected), "{said:?}");
    let nothing = deployed.run(&["destinations", "update", name]).await;
    assert_eq!(nothing, Ended::badly("nothing to change: say what, such as --set active=0"));
    let wrong = deployed.run(&["destinations", "update", name, "--set", "active=perhaps"]).await;
    assert!(
        wrong.stderr.contains("refuses what was sent (400): look at these\n  active: "),
        "{wrong:?}"
    );
    let file = deployed.run(&["destinations", "delete", "sink", "--yes"]).await;
    assert_eq!(file, Ended::badly("it comes from a configuration file; change it there (409)"));

    let unasked = deployed.run(&["destinations", "delete", name]).await;
    let asked = format!(
        "delete {name} (Trang web) at http://{}? Its open deliveries end as cancelled. (y/N)\n\
         nothing was done; say y, or --yes\n",
        deployed.address
    );
    assert_eq!((unasked.code, unasked.stderr), (1, asked));
    let said = deployed.run(&["destinations", "delete", name, "--yes"]).await;
    assert_eq!(said, Ended::well(&format!("{name} is deleted\n")));
    let missing = deployed.run(&["destinations", "show", name]).await;
    let url = format!("http://{}", deployed.address);
    let expected = format!("there is no destination {name:?} at {url}; there is: sink");
    assert_eq!(missing, Ended::badly(&expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_during_a_pause_is_sent_after_it() {
    let deployed = Deployed::with(Sink::answering(200, "").await).await;
    let nothing = "every destination is active, and nothing is held\n";
    assert_eq!(deployed.run(&["held"]).await, Ended::well(nothing));
    let said = deployed.run(&["pause", "sink"]).await;
    assert!(
        said.code == 0 && said.stdout.starts_with("sink is paused within a minute: "),
        "{said:?}"
    );
    deployed.pay("T1", 1000, "x").await;
    let said = deployed.until(&["held"], "; 1 held, the oldest since ").await;
    assert!(
        said.stdout.starts_with("sink  paused since ") && said.stdout.contains(" (by hand); "),
        "{said:?}"
    );
    let line = deployed.run(&["held", "--json"]).await.json();
    assert_eq!((&line["destination"], &line["standing"]["held"]), (&"sink".into(), &1.into()));
    let said = deployed.run(&["resume", "sink", "--dry-run"]).await;
    assert!(said.stdout.contains("resuming makes it active and sends 1 held delivery"), "{said:?}");
    let said = deployed.run(&["resume", "sink"]).await;
    let told = "sink is active again within a minute; 1 held delivery will be sent, ";
    assert!(said.code == 0 && said.stdout.starts_with(told), "{said:?}");
    let said = deployed.run(&["resume", "sink", "--json"]).await.json();
    assert_eq!(said["data"]["changed"], false);
    assert_eq!(deployed.run(&["held"]).await.code, 0);
    let said = deployed.run(&["pause", "nobody"]).await;
    assert!(said.stderr.starts_with("there is no destination \"nobody\" at http://"), "{said:?}");

    // A ledger that is named is asked itself, whatever the environment says.
    let config = deployed.config.to_str().unwrap();
    let said = deployed.run(&["pause", "sink", "--config", config]).await;
    assert!(said.code == 0 && said.stdout.starts_with("sink is "), "{said:?}");
    let two = deployed.run(&["held", "--config", config, "--url", "https://a.example"]).await;
    let expected = "--url is one place, --config, --stack or --table another: choose one";
    assert_eq!(two, Ended::badly(expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_repeat_and_names_that_trick_are_not_followed() {
    let one = |id: u64, destination: &str, name: &str| {
        json!({ "id": id, "destination": destination, "name": name, "channel": "slack",
            "active": true, "event_type": "All", "origin": "file",
            "webhook_url": "********\u{202e}xyz" })
    };
    let page = |last: u64, data: Vec<serde_json::Value>| {
        json!({ "status": "success", "data": data, "meta": { "pagination": {
            "total": 1, "per_page": 100, "current_page": 1, "last_page": last } } })
        .to_string()
    };
    let fake = Fake::answering(200, "", &page(2, vec![])).await;
    let said = run(&["destinations", "--url", &fake.url], TOKEN).await;
    let expected =
        format!("{} answers with another page than was asked for: that is not followed", fake.url);
    assert_eq!(said, Ended::badly(&expected));
    assert_eq!(fake.lines().len(), 2);

    let data = vec![one(1, "a", "Shop\n2  b"), one(2, "1", "Twice"), one(3, "c", "Twice")];
    let fake = Fake::answering(200, "", &page(1, data)).await;
    let said = run(&["destinations", "--url", &fake.url], TOKEN).await;
    let expected = "\
destination  channel  state   events  origin  leads to     name
a            slack    active  All     file    ********xyz  Shop 2 b
1            slack    active  All     file    ********xyz  Twice
c            slack    active  All     file    ********xyz  Twice
";
    assert_eq!(said, Ended::well(expected));
    let twice = run(&["pause", "Twice", "--url", &fake.url], TOKEN).await;
    let expected = "several destinations are called \"Twice\": choose one by its number: 2, 3";
    assert_eq!(twice, Ended::badly(expected));
    // A name goes before a number.
    _ = run(&["pause", "1", "--url", &fake.url], TOKEN).await;
    assert_eq!(fake.lines().pop().unwrap(), "POST /api/v1/webhooks/2/pause HTTP/1.1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_asked_for_again_under_the_same_key() {
    let page = json!({ "status": "success", "data": [{ "id": 7, "destination": "sink",
        "name": "sink", "channel": "webhook", "active": true, "event_type": "All",
        "origin": "file", "webhook_url": "x" }], "meta": { "pagination": {
        "total": 1, "per_page": 100, "current_page": 1, "last_page": 1 } } });
    let under_way = r#"{"status":"error","error":"under_way","message":"ask again in a moment"}"#;
    let tried = r#"{"status":"success","data":{"delivered":true,"verdict":"delivered",
        "http_status":200,"detail":"","took_ms":5}}"#;
    let fake = Fake::start(move |n, _| match n {
        0 => crate::fake::answer(200, "", &page.to_string()),
        1 => String::new(),
        2 => crate::fake::answer(409, "", under_way),
        _ => crate::fake::answer(200, "", tried),
    })
    .await;
    let said = run(&["destinations", "test", "sink", "--url", &fake.url], TOKEN).await;
    let again = |wait: &str| format!("{}: once more in {wait}\n", fake.url);
    let expected = Ended {
        code: 0,
        stdout: "sink took it (200) in 5 ms\n".to_owned(),
        stderr: again("1s") + &again("2s"),
    };
    assert_eq!(said, expected);
    let keys = &fake.header("idempotency-key")[1..];
    assert!(
        keys.len() == 3 && keys[0].len() == 32 && keys.iter().all(|key| *key == keys[0]),
        "{keys:?}"
    );
}
