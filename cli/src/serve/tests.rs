//! The whole program in-process, called over TCP by hand-written requests.

mod front;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::{Clock, DestinationName, Display, Entropy, Screen};
use jiff::Timestamp;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use super::*;
use crate::config::{Config, Surroundings, system_resolver};

/// A clock that stands still.
struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_795_141_000).unwrap()
    }
}

struct Counting(AtomicU64);

impl Entropy for Counting {
    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst)
    }
}

/// A screen whose titles and amounts can be waited for.
struct Shown(Mutex<mpsc::UnboundedSender<String>>);

impl Screen for Shown {
    fn show(&self, display: &Display, _: &DestinationName) {
        let amount = display.notification.amount.clone().unwrap_or_default();
        _ = self.0.lock().unwrap().send(amount);
    }
}

struct Program {
    running: Running,
    shown: mpsc::UnboundedReceiver<String>,
    _folder: TempDir,
}

/// Starts the program on a free port with a ThueAPI source whose token is `token`.
async fn program() -> Program {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        r#"
        [server]
        listen = "127.0.0.1:0"
        data = "{}"
        [[source]]
        provider = "thueapi"
        name = "shop"
        secrets = ["token"]
        [[destination]]
        name = "preview"
        channel = "preview"
        "#,
        folder.path().display()
    );
    let surroundings = Surroundings {
        env: &|_| None,
        resolve: &system_resolver,
        providers: providers::ALL,
        channels: channels::ALL,
    };
    let (sender, shown) = mpsc::unbounded_channel();
    let running = serve(Options {
        config: Config::parse(&text, surroundings).unwrap(),
        clock: Arc::new(Still),
        entropy: Arc::new(Counting(AtomicU64::new(0))),
        screen: Arc::new(Shown(Mutex::new(sender))),
        providers: providers::ALL,
        channels: channels::ALL,
        seen: false,
    })
    .await
    .unwrap();
    Program { running, shown, _folder: folder }
}

/// Sends bytes and reads until the server closes.
async fn talk(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}

fn call(method: &str, path: &str, more: &str, body: &str) -> Vec<u8> {
    format!(
        "{method} {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{more}content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn payment(id: &str, amount: u32) -> Vec<u8> {
    let body = format!(r#"{{"txn_id":"{id}","type":"in","money":{amount},"content":"x"}}"#);
    call("POST", "/hooks/thueapi/shop", "X-Thueapi: token\r\n", &body)
}

#[tokio::test]
async fn every_answer_has_its_status_and_shape() {
    let Program { running, .. } = program().await;
    for (bytes, status, has) in [
        (call("GET", "/healthz", "", ""), "200 OK", r#"{"status":"ok"}"#),
        (call("GET", "/metrics", "", ""), "200 OK", "tingting_queue_length 0"),
        (payment("T1", 1000), "200 OK", r#"{"success":true,"message":"OK"}"#),
        (call("GET", "/nowhere", "accept: text/html\r\n", ""), "404 Not Found", "<!doctype html>"),
        (call("POST", "/nowhere", "", ""), "404 Not Found", r#""error":"not_found""#),
        (call("POST", "/hooks/thueapi/nobody", "", ""), "404 Not Found", r#""not_found""#),
        (call("PUT", "/hooks/thueapi/shop", "", ""), "405 Method Not Allowed", "allow: POST, GET"),
        (call("POST", "/hooks/thueapi/shop", "", "{}"), "401 Unauthorized", r#""unauthorized""#),
    ] {
        let answer = talk(running.address, &bytes).await;
        let case = String::from_utf8_lossy(&bytes).lines().next().unwrap().to_owned();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{case}\n{answer}");
        assert!(answer.contains(has), "{case}\n{answer}");
        assert_eq!(answer.matches("content-type: ").count(), 1, "{case}\n{answer}");
    }
    running.stop().await;
}

#[tokio::test]
async fn a_payment_is_shown_once_however_often_it_is_told() {
    let Program { running, mut shown, _folder } = program().await;
    for (id, amount) in [("T1", 50_000), ("T1", 50_000), ("T2", 70_000)] {
        let answer = talk(running.address, &payment(id, amount)).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    }
    let mut amounts = vec![shown.recv().await.unwrap(), shown.recv().await.unwrap()];
    amounts.sort_unstable();
    assert_eq!(amounts, ["+50.000 ₫", "+70.000 ₫"]);
    running.stop().await;
    assert_eq!(shown.recv().await, None, "nothing more was shown until the stop");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_answered_and_the_connection_ends() {
    let Program { running, .. } = program().await;
    let large = "x".repeat(256 * 1024 + 1);
    let refused = call("POST", "/hooks/thueapi/shop", "X-Thueapi: token\r\n", &large);
    let answer = talk(running.address, &refused).await;
    assert!(answer.starts_with("HTTP/1.1 413 Payload Too Large\r\n"), "{answer}");
    assert!(answer.contains("connection: close") && answer.contains(r#""too_large""#), "{answer}");

    let just_fits = call("POST", "/hooks/thueapi/shop", "X-Thueapi: token\r\n", &large[1..]);
    let answer = talk(running.address, &just_fits).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "authentic, if unreadable: {answer}");

    let asking = "POST /hooks/thueapi/shop HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\n\
                  content-length: 9999999\r\n\r\n";
    let answer = talk(running.address, asking.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "refused before it is sent: {answer}");
    running.stop().await;
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_answered_in_time() {
    let Program { running, .. } = program().await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let head = "POST /hooks/thueapi/shop HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nbegin";
    stream.write_all(head.as_bytes()).await.unwrap();
    // From here on the runtime's time jumps to the next timer whenever nothing else can happen.
    tokio::time::pause();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
    assert!(answer.contains("connection: close") && answer.contains(r#""timed_out""#), "{answer}");
    tokio::time::resume();
    running.stop().await;
}

#[tokio::test]
async fn a_stop_lets_a_request_in_flight_end_and_takes_no_other() {
    let Program { running, .. } = program().await;
    let address = running.address;
    let whole = payment("T1", 1000);
    let (begin, end) = whole.split_at(whole.len() - 5);
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(begin).await.unwrap();
    // The server has accepted this connection once it answers on a later one.
    talk(address, &call("GET", "/healthz", "", "")).await;

    let stopping = tokio::spawn(running.stop());
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    stream.write_all(end).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    stopping.await.unwrap();
}

#[tokio::test]
async fn a_second_program_on_one_folder_or_port_is_refused_with_a_reason() {
    let Program { running, _folder, .. } = program().await;
    let surroundings = Surroundings {
        env: &|_| None,
        resolve: &system_resolver,
        providers: providers::ALL,
        channels: channels::ALL,
    };
    for (listen, reason) in [
        (running.address.to_string(), format!("cannot listen on {}", running.address)),
        ("127.0.0.1:0".to_owned(), "tingting.lock".to_owned()),
    ] {
        let data = _folder.path().display();
        let text = format!("[server]\nlisten = \"{listen}\"\ndata = \"{data}\"\n");
        let (sender, _shown) = mpsc::unbounded_channel();
        let refused = serve(Options {
            config: Config::parse(&text, surroundings).unwrap(),
            clock: Arc::new(Still),
            entropy: Arc::new(Counting(AtomicU64::new(0))),
            screen: Arc::new(Shown(Mutex::new(sender))),
            providers: providers::ALL,
            channels: channels::ALL,
            seen: false,
        })
        .await;
        let told = format!("{:#}", refused.expect_err("a refusal"));
        assert!(told.contains(&reason), "{told}");
    }
    tokio::time::timeout(Duration::from_secs(30), running.stop()).await.unwrap();
}
