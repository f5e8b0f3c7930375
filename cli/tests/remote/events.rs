//! `tingting events`, and what strangers wrote into memos.

use serde_json::json;
use testkit::sink::Sink;

use crate::fake::Fake;
use crate::{Deployed, Ended, new_client, run};

fn event(key: &str, id: &str, memo: &str, amount: &str) -> serde_json::Value {
    json!({
        "id": id, "key": key, "source": "casso/shop", "kind": "transfer.in", "test": false,
        "late": false, "provenance": "hook", "occurred": "2026-11-22T08:00:00+07:00",
        "received": "2026-11-22T20:04:05.678Z", "direction": "in", "amount": amount,
        "currency": "VND", "balance": null, "facts": { "content": memo, "account": "0071" },
        "verified": true, "in_conflict": false, "deliveries": [
            { "webhook_id": 7, "destination": "sales", "name": "Quán", "state": "failed",
              "reason": "refused: \u{202e}no", "due": null, "attempts": 2, "answered": 2,
              "last_attempt": "2026-11-22T20:04:06Z" },
        ],
    })
}

const TOKEN: &[(&str, &str)] = &[("TINGTING_TOKEN", "t")];

#[tokio::test(flavor = "multi_thread")]
async fn strangers_memos_forge_nothing() {
    let hostile = "<b>x</b> \u{202e}oãH\u{200b} \u{1b}[2J\n2026-11-23 paid\u{9b}31m";
    let data = [
        event("casso/shop/1", "Y2Fzc28vc2hvcC8x", hostile, "1250000"),
        event("casso/shop/$(reboot) \u{1b}", "Y2FzcMO0", "tien nha", "5"),
    ];
    let body = json!({ "status": "success", "data": data, "meta": { "next_cursor": "bmV4dA" } });
    let fake = Fake::answering(200, "", &body.to_string()).await;
    let expected = "\
received +07:00      kind                 amount  content                               deliveries    event
2026-11-23 03:04:05  transfer.in  +1,250,000 VND  <b>x</b> oãH [2J 2026-11-23 paid 31m  sales failed  casso/shop/1
2026-11-23 03:04:05  transfer.in          +5 VND  tien nha                              sales failed  Y2FzcMO0
there may be more: --all, or --cursor bmV4dA
";
    let said = run(&["--url", &fake.url, "events", "list", "--limit", "2"], TOKEN).await;
    assert_eq!(said.stdout, expected);
    assert_eq!((said.code, &*said.stderr), (0, ""));
    let said = run(&["events", "list", "--json", "--url", &fake.url], TOKEN).await;
    assert_eq!(said, Ended::well(&format!("{body}\n")), "to the letter");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_event_is_shown_with_every_attempt() {
    let mut whole = event("casso/shop/1", "Y2Fzc28vc2hvcC8x", "tien nha", "1250000");
    whole["attempts"] = json!([{ "webhook_id": 7, "n": 1, "started": "2026-11-22T20:04:06Z",
        "took_ms": 12, "verdict": "refused", "http_status": 410, "detail": "gone \u{1b}[2J" }]);
    whole["conflicts"] = json!([{ "fingerprint": "f", "received": "2026-11-22T21:00:00Z",
        "kind": "transfer.in", "amount": "7", "currency": "VND", "facts": {} }]);
    whole["object"] = json!({ "id": 1 });
    let body = json!({ "status": "success", "data": whole });
    let fake = Fake::answering(200, "", &body.to_string()).await;
    let said = run(&["events", "show", "casso/shop/1", "--url", &fake.url], TOKEN).await;
    let expected = "\
field     value
event     casso/shop/1
id        Y2Fzc28vc2hvcC8x
source    casso/shop
kind      transfer.in
found by  hook
received  2026-11-23 03:04:05 +07:00
occurred  2026-11-22 08:00:00
amount    +1,250,000 VND
it is     verified
account   0071
content   tien nha

destination  state   attempts  because      name
sales        failed  2         refused: no  Quán

attempt +07:00       destination  n  verdict  status  took   detail
2026-11-23 03:04:06  sales        1  refused  410     12 ms  gone [2J

in conflict +07:00   kind         amount
2026-11-23 04:00:00  transfer.in  7 VND
";
    assert_eq!(said, Ended::well(expected));
    let by_id = ["events", "show", "Y2Fzc28vc2hvcC8x", "--json", "--url", &fake.url];
    assert_eq!(run(&by_id, TOKEN).await, Ended::well(&format!("{body}\n")));
    let line = "GET /api/v1/events/Y2Fzc28vc2hvcC8x HTTP/1.1";
    assert_eq!(fake.lines(), [line, line]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_repeats_itself_is_not_followed() {
    let body = r#"{"status":"success","data":[],"meta":{"next_cursor":"a"}}"#;
    let fake = Fake::answering(200, "", body).await;
    let said = run(&["events", "list", "--all", "--url", &fake.url], TOKEN).await;
    let expected = format!("{} repeats a part of its log: that is not followed", fake.url);
    assert_eq!(said, Ended::badly(&expected));
    assert_eq!(fake.lines().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_filter_reaches_the_api() {
    let body = r#"{"status":"success","data":[],"meta":{"next_cursor":null}}"#;
    let fake = Fake::answering(200, "", body).await;
    let filters = [
        ["--from", "2026-11-22"],
        ["--until", "2026-11-23T08:00:00+07:00"],
        ["--source", "casso/shop"],
        ["--source", "sepay/shop"],
        ["--kind", "transfer.in"],
        ["--account", "0071"],
        ["--min-amount", "1000"],
        ["--max-amount", "5000"],
        ["--text", "tiền & nhà"],
        ["--reference", "FT1"],
        ["--state", "failed"],
        ["--destination", "sales"],
        ["--limit", "7"],
        ["--cursor", "abc"],
    ];
    let list = [&["events", "list", "--url", &fake.url], &filters.concat()[..]].concat();
    assert_eq!(run(&list, TOKEN).await, Ended::well("none\n"));
    let expected = "GET /api/v1/events?from=2026-11-22&until=2026-11-23T08%3A00%3A00%2B07%3A00\
        &source=casso%2Fshop%2Csepay%2Fshop&kind=transfer.in&account=0071&min_amount=1000&max_amount=5000\
        &text=ti%E1%BB%81n+%26+nh%C3%A0&reference=FT1&state=failed&destination=sales&limit=7&cursor=abc \
        HTTP/1.1";
    assert_eq!(fake.lines(), [expected]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_deployment_is_listed_and_shown() {
    let deployed = Deployed::with(Sink::answering(200, "").await).await;
    deployed.pay("T1", 1000, "DH1 tiền nhà").await;
    deployed.pay("T2", 250_000, "DH2").await;
    let said = deployed.until(&["events", "list", "--text", "tien NHA"], "sink delivered").await;
    let mut lines = said.stdout.lines();
    assert_eq!(
        lines.next().unwrap().split_whitespace().collect::<Vec<_>>(),
        ["received", "+07:00", "kind", "amount", "content", "deliveries", "event"]
    );
    let row = lines.next().unwrap();
    assert!(
        row.contains("  transfer.in  +1,000 VND  DH1 tiền nhà  sink delivered  thueapi/shop/"),
        "{row}"
    );
    assert_eq!(lines.next(), None);
    let key = row.split_whitespace().last().unwrap();
    let shown = deployed.run(&["events", "show", key]).await;
    assert!(shown.stdout.contains("sink         1  delivered  200"), "{shown:?}");
    let json = deployed.run(&["events", "show", key, "--json"]).await.json();
    assert_eq!((&json["data"]["key"], &json["data"]["amount"]), (&key.into(), &"1000".into()));
    let listed = deployed.run(&["events", "list", "--json", "--limit", "1"]).await.json();
    let cursor = listed["meta"]["next_cursor"].as_str().unwrap();
    let next = deployed.run(&["events", "list", "--json", "--cursor", cursor]).await.json();
    assert_eq!(next["data"][0]["key"], key);
    let all = deployed.run(&["events", "list", "--all", "--limit", "1"]).await;
    assert_eq!(all.stdout.lines().count(), 3, "{all:?}");

    let missing = deployed.run(&["events", "show", "thueapi/shop/none"]).await;
    assert_eq!(missing, Ended::badly("there is no event of this id (404)"));
    let [id, secret] = new_client(&deployed.config, &["webhook:read"]).await;
    let url = format!("http://{}", deployed.address);
    let narrow = [("TINGTING_CLIENT_ID", &*id), ("TINGTING_CLIENT_SECRET", &*secret)];
    let said = run(&["events", "list", "--url", &url], &narrow).await;
    assert!(said.stderr.contains("clients create NAME --scope event:read`"), "{said:?}");
    let wrong = [("TINGTING_CLIENT_ID", &*id), ("TINGTING_CLIENT_SECRET", "hide-me")];
    let said = run(&["events", "list", "--url", &url], &wrong).await;
    let expected = format!(
        "{url} does not take these credentials (401): no such client, another secret, or revoked; run \
         `tingting login --url {url}`, or correct TINGTING_CLIENT_ID and TINGTING_CLIENT_SECRET"
    );
    assert_eq!(said, Ended::badly(&expected));
    let served = run(&["openapi", "--url", &url], &[]).await.json();
    assert_eq!(served, run(&["openapi"], &[]).await.json());
}
