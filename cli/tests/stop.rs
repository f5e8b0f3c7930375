//! The real process and its surroundings: an output that nobody reads does not hold it up, and it
//! ends when told to, at once when told twice.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod program;

use std::process::{Command, Stdio};
use std::time::Duration;

use domain::Egress as _;
use jiff::Timestamp;
use program::{client, configure, start, start_showing};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Child;

/// Tells a process to stop.
fn terminate(child: &Child) {
    let id = child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stdout_that_nobody_reads_holds_up_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let config = configure(folder.path(), "http://127.0.0.1:9/");
    let preview = "[[destination]]\nname = \"screen\"\nchannel = \"preview\"\n";
    let text = std::fs::read_to_string(&config).unwrap() + preview;
    std::fs::write(&config, text).unwrap();
    let (mut child, address, said) = start_showing(&config, &[], Stdio::piped()).await;
    let warned = "stdout is no terminal, and destination screen shows memos and account numbers";
    assert!(said.iter().any(|line| line.contains(warned)), "{said:?}");
    let client = client();
    // Several times what a pipe holds.
    for id in 0..300 {
        let body = format!(r#"{{"txn_id":"T{id}","money":{id},"type":"in","content":"x"}}"#);
        let request = http::Request::post(format!("http://{address}/hooks/thueapi/shop"))
            .header("x-thueapi", "token")
            .body(body.into())
            .unwrap();
        let answer = client.send(request, Duration::from_secs(10), Timestamp::MAX).await.unwrap();
        assert_eq!(answer.status.as_u16(), 200, "call {id}");
    }
    terminate(&child);
    let ended = tokio::time::timeout(Duration::from_secs(30), child.wait()).await;
    assert_eq!(ended.expect("it stops").unwrap().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn told_to_stop_twice_it_ends_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (mut child, address) = start(&configure(folder.path(), "http://127.0.0.1:9/"), &[]).await;
    // A request in flight, which the first stop waits for.
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let begun = "POST /hooks/thueapi/shop HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nbegin";
    stream.write_all(begun.as_bytes()).await.unwrap();
    let health = http::Request::get(format!("http://{address}/healthz")).body(Default::default());
    let answer = client().send(health.unwrap(), Duration::from_secs(10), Timestamp::MAX).await;
    assert_eq!(answer.unwrap().status.as_u16(), 200, "the earlier connection is accepted, too");

    terminate(&child);
    while TcpStream::connect(&address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    terminate(&child);
    assert_eq!(child.wait().await.unwrap().code(), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_other_command_ends_at_once_when_told_to() {
    use std::os::unix::process::ExitStatusExt as _;

    // Whoever listens and answers nothing keeps it waiting.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = format!("http://{}/hooks/casso/shop", listener.local_addr().unwrap());
    let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_tingting"))
        .args(["simulate", "casso", "--secret", "x", "--to", &to])
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let (_stream, _) = listener.accept().await.unwrap();
    terminate(&child);
    assert_eq!(child.wait().await.unwrap().signal(), Some(15));
}
