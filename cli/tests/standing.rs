//! `tingting pause`, `resume` and `held`, as an operator runs them beside a running `serve`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod program;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use domain::Egress as _;
use jiff::Timestamp;
use program::{client, configure, start};
use testkit::sink::Sink;

/// Runs the program; whether it succeeded, and what it said on stdout or, where that is nothing, on
/// stderr.
fn tingting(config: &Path, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tingting"));
    let output = command.args(arguments).arg("--config").arg(config).output().unwrap();
    let said = if output.stdout.is_empty() { output.stderr } else { output.stdout };
    (output.status.success(), String::from_utf8(said).unwrap())
}

async fn call(address: &str) {
    let body = r#"{"txn_id":"T1","money":1000,"type":"in","gateway":"acb","number":"1"}"#;
    let request = http::Request::post(format!("http://{address}/hooks/thueapi/shop"))
        .header("x-thueapi", "token")
        .body(body.into())
        .unwrap();
    let answer = client().send(request, Duration::from_secs(30), Timestamp::MAX).await.unwrap();
    assert!(answer.status.is_success(), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_during_a_pause_is_sent_after_it() {
    let sink = Sink::answering(200, "").await;
    let folder = tempfile::tempdir().unwrap();
    let config = configure(folder.path(), &sink.url("/"));
    let run = |arguments: &[&str]| tingting(&config, arguments);
    let (ok, said) = run(&["held"]);
    assert!(!ok && said.contains("`tingting serve` makes one"), "{said}");

    let (mut serve, _) = start(&config, &[]).await;
    let nothing = (true, "every destination is active, and nothing is held\n".to_owned());
    assert_eq!(run(&["held"]), nothing);
    let (ok, said) = run(&["pause", "nobody"]);
    let expected = "there is no destination \"nobody\" here; there is: sink\n";
    assert_eq!((ok, said.as_str()), (false, expected));
    let (ok, said) = run(&["pause", "sink"]);
    assert!(ok && said.starts_with("sink is paused within a minute: "), "{said}");
    let (ok, said) = run(&["pause", "sink"]);
    assert!(ok && said.ends_with("(by hand) already; nothing was changed\n"), "{said}");
    // A start, so that nobody waits for the minute.
    serve.kill().await.unwrap();
    let (mut serve, address) = start(&config, &[]).await;
    call(&address).await;
    while !run(&["held"]).1.contains("; 1 held, the oldest since ") {
        tokio::task::yield_now().await;
    }
    let (_, told) = run(&["resume", "sink", "--dry-run"]);
    assert!(told.contains("sends 1 held delivery, oldest first"), "{told}");
    assert!(run(&["held"]).1.starts_with("sink  paused since "), "a dry run changes nothing");
    assert_eq!(sink.received().len(), 0);
    let (ok, said) = run(&["resume", "sink"]);
    let told = "sink is active again within a minute; 1 held delivery will be sent, ";
    assert!(ok && said.starts_with(told), "{said}");
    serve.kill().await.unwrap();
    let (_serve, _) = start(&config, &[]).await;
    sink.wait_for(1).await;
    let told = &sink.received()[0].json()["data"]["reference"];
    assert_eq!(told, "T1");
}
