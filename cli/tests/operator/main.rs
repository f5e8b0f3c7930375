//! What an operator runs beside `serve` or instead of it: each command as a process of its own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod clients;
mod copies;
mod erase;
#[cfg(target_os = "linux")]
mod first;
mod moving;
mod operators;
#[path = "../program/mod.rs"]
mod program;
mod schemathesis;
mod sepay;
mod standing;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
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

/// What a process ended with: its exit code, and what it said on stdout and stderr.
#[derive(Debug, PartialEq, Eq)]
struct Ended(i32, String, String);

impl Ended {
    fn well(said: &str) -> Self {
        Self(0, said.to_owned(), String::new())
    }

    fn badly(why: &str) -> Self {
        Self(1, String::new(), format!("{why}\n"))
    }

    /// The same with every time taken out.
    fn timeless(self) -> Self {
        let word = |word: &str| match word.trim_end_matches(',').parse::<Timestamp>() {
            Ok(_) => "TIME".to_owned(),
            Err(_) => word.to_owned(),
        };
        let line = |line: &str| line.split(' ').map(word).collect::<Vec<_>>().join(" ");
        let said = self.1.split('\n').map(line).collect::<Vec<_>>().join("\n");
        Self(self.0, said, self.2)
    }
}

/// Runs the program with this on standard input.
fn typed(config: &Path, arguments: &[&str], input: &str) -> Ended {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tingting"))
        .args(arguments)
        .arg("--config")
        .arg(config)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Whoever refuses before it reads has gone already.
    _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended(output.status.code().unwrap(), text(output.stdout), text(output.stderr))
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
