//! The one line of an acknowledgement: its fields, its metrics, its size, and what is never in it.

use serde_json::{Value, json};

use crate::doors::{Call, Door};
use crate::ingest::{Bench, EVENT, source};

/// What is in every line of this file's calls but for what the line is about.
fn stripped(line: &str) -> Value {
    let mut line: Value = serde_json::from_str(line).unwrap();
    let fields = line.as_object_mut().unwrap();
    assert_eq!(fields.remove("timestamp"), Some(json!("2026-03-01T02:00:00.000Z")));
    assert_eq!(fields.remove("request_id"), Some(json!("c6af9ac6-7b61-11e6-9a41-93e8deadbeef")));
    assert_eq!(fields.remove("xray_trace_id"), Some(json!("1-5759e988-bd862e3fe1be46a994272793")));
    assert_eq!(fields.remove("duration_ms"), Some(json!(0)));
    let metrics = fields.remove("_aws").unwrap();
    assert_eq!(metrics["CloudWatchMetrics"][0]["Namespace"], json!("tingting"));
    assert_eq!(metrics["CloudWatchMetrics"][0]["Dimensions"], json!([["Stack"]]));
    assert_eq!(fields.remove("Stack"), Some(json!("tingting")));
    for metric in metrics["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap() {
        let name = metric["Name"].as_str().unwrap();
        assert!(lambda::Metric::ALL.iter().any(|known| known.name() == name), "{name}");
        assert!(fields.contains_key(name), "{name} is declared and not there");
    }
    line
}

async fn line(bench: &Bench, path: &str, secret: &str, body: &str) -> String {
    let call = Call::new("POST", path, &[("secure-token", secret)], body);
    bench.through(&Door::HttpApi.event(&call, false)).await.1
}

#[tokio::test]
async fn each_outcome_has_its_fields_and_its_metrics() {
    let bench = Bench::new(&[source("casso", "secret-1")]);
    let path = "/hooks/casso/shop";
    let fresh = line(&bench, path, "secret-1", EVENT).await;
    assert_eq!(
        stripped(&fresh),
        json!({
            "level": "INFO", "message": "taken", "source.id": "casso/shop", "status": 200,
            "fresh": 1, "hooks_accepted": 1, "acknowledge_ms": 0,
        })
    );
    assert!(fresh.len() <= 480, "with `dispatch`'s, an event's logs are 1 KiB: {}", fresh.len());
    let repeated = line(&bench, path, "secret-1", EVENT).await;
    assert_eq!(stripped(&repeated)["repeated"], json!(1));
    let conflict = line(&bench, path, "secret-1", &EVENT.replace("200500", "9")).await;
    let conflict = stripped(&conflict);
    assert_eq!((&conflict["level"], &conflict["conflicts"]), (&json!("ERROR"), &json!(1)));
    assert_eq!(conflict["event.keys"], json!(["casso/shop/77"]));
    let parked = stripped(&line(&bench, path, "secret-1", "not JSON").await);
    assert_eq!((&parked["level"], &parked["parked"]), (&json!("WARN"), &json!(1)));
    assert!(parked["reason"].is_string(), "{parked}");
    let refused = stripped(&line(&bench, path, "wrong", EVENT).await);
    assert_eq!(
        (&refused["level"], &refused["status"], &refused["hooks_refused"]),
        (&json!("WARN"), &json!(401), &json!(1))
    );
    // Anybody may try addresses: that counts as nothing.
    let unknown = line(&bench, "/hooks/casso/other", "wrong", EVENT).await;
    assert!(!unknown.contains("_aws"), "{unknown}");
    let unknown: Value = serde_json::from_str(&unknown).unwrap();
    assert_eq!((&unknown["status"], &unknown["source.id"]), (&json!(404), &json!("casso/other")));
}

#[tokio::test]
async fn no_line_shows_a_secret_an_account_a_name_or_a_body() {
    let bench = Bench::new(&[source("casso", "secret-1"), source("thueapi", "secret-1")]);
    let thueapi = r#"{"txn_id":"T1","money":5,"type":"in","gateway":"acb","number":"0011001234567",
        "content":"DH35 NGUYEN VAN A"}"#;
    let mut lines = Vec::new();
    for (path, body) in [("/hooks/casso/shop", EVENT), ("/hooks/thueapi/shop", thueapi)] {
        for secret in ["secret-1", "secret-2"] {
            for body in [body, &body.replace("200500", "9").replace(":5,", ":6,"), &body[1..]] {
                let headers = [("secure-token", secret), ("x-thueapi", secret)];
                let call = Call::new("POST", path, &headers, body);
                lines.push(bench.through(&Door::RestApi.event(&call, false)).await.1);
            }
        }
    }
    assert!(lines.iter().any(|line| line.contains("thueapi/shop/~")), "a key by its digest");
    for line in lines {
        for word in ["secret-", "0011001234567", "NGUYEN", "DH35", "200500"] {
            assert!(!line.contains(word), "{word}: {line}");
        }
    }
}
