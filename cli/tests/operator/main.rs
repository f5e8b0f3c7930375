//! What an operator runs beside `serve` or instead of it: each command as a process of its own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod clients;
mod copies;
mod erase;
mod moving;
#[path = "../program/mod.rs"]
mod program;
mod sepay;
mod standing;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use domain::Egress as _;
use jiff::Timestamp;
use program::client;

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
    call_with(address, body.to_owned()).await;
}

async fn call_with(address: &str, body: String) {
    let request = http::Request::post(format!("http://{address}/hooks/thueapi/shop"))
        .header("x-thueapi", "token")
        .body(body.into())
        .unwrap();
    let answer = client().send(request, Duration::from_secs(30), Timestamp::MAX).await.unwrap();
    assert!(answer.status.is_success(), "{answer:?}");
}
