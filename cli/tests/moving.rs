//! `tingting export` and `import`, as an operator runs them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod program;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use domain::Egress as _;
use jiff::Timestamp;
use program::{client, configure, start};
use testkit::sink::Sink;

/// Runs the program; whether it succeeded, and what it said.
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
async fn after_a_move_a_repeat_is_not_announced_again() {
    let sink = Sink::answering(200, "").await;
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let [from, to] = [&old, &new].map(|folder| configure(folder.path(), &sink.url("/")));
    let file = old.path().join("all.ndjson");
    let all = file.to_str().unwrap();
    let (ok, said) = tingting(&from, &["export", all]);
    assert!(!ok && said.starts_with("there is no database in "), "{said}");
    assert!(!file.exists());

    let (mut serve, address) = start(&from, &[]).await;
    call(&address).await;
    sink.wait_for(1).await;
    let (ok, said) = tingting(&from, &["export", all]);
    assert!(!ok && said.contains("another tingting is using"), "{said}");
    serve.kill().await.unwrap();
    let (ok, said) = tingting(&from, &["export", all]);
    assert!(ok && said.contains(" things were exported to "), "{said}");
    let (ok, said) = tingting(&from, &["export", all]);
    assert!(!ok && said.contains("nothing is overwritten"), "{said}");

    let whole = std::fs::read_to_string(&file).unwrap();
    let cut = new.path().join("cut.ndjson");
    std::fs::write(&cut, &whole[..whole.len() - 20]).unwrap();
    let (ok, said) = tingting(&to, &["import", cut.to_str().unwrap()]);
    assert!(!ok && said.contains("cut.ndjson, line "), "{said}");
    assert!(!new.path().join("data").exists(), "nothing was put");

    let things = whole.lines().count() - 2;
    let told =
        |new, known| (true, format!("{things} were imported: {new} new, {known} there already\n"));
    assert_eq!(tingting(&to, &["import", all]), told(things, 0));
    assert_eq!(tingting(&to, &["import", all]), told(0, things));
    let (_serve, address) = start(&to, &[]).await;
    call(&address).await;
    let health = http::Request::get(format!("http://{address}/healthz")).body(Default::default());
    client().send(health.unwrap(), Duration::from_secs(30), Timestamp::MAX).await.unwrap();
    assert_eq!(sink.received().len(), 1);
}
