//! The door against real servers on this machine: what it reads, what it follows, when it gives up
//! and whom it does not call.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use crate::{Guard, HttpEgress, MAX_ANSWER};
use bytes::Bytes;
use domain::{Answer, Clock, Egress, SendError};
use jiff::Timestamp;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

const NOW: i64 = 1_795_000_000;
const LONG: Duration = Duration::from_secs(30);
const SHORT: Duration = Duration::from_millis(200);

/// A clock that is `step` seconds later at each look.
struct Stepping(AtomicI64, i64);

impl Clock for Stepping {
    fn now(&self) -> Timestamp {
        at(self.0.fetch_add(self.1, Ordering::SeqCst))
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn door(allow: &[&str], step: i64) -> HttpEgress {
    let guard = Guard::new(allow.iter().map(|range| range.parse().unwrap()).collect());
    HttpEgress::new(guard, Arc::new(Stepping(AtomicI64::new(NOW), step))).unwrap()
}

fn post(url: &str, body: &'static str) -> http::Request<Bytes> {
    http::Request::post(url).body(Bytes::from_static(body.as_bytes())).unwrap()
}

/// A server that says `answer` once it has read a request, then keeps the connection open. What it
/// read, possibly nothing, is sent over the channel when the client has closed.
async fn server(answer: Vec<u8>, endless: bool) -> (String, mpsc::UnboundedReceiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (seen, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, answer.clone(), endless, seen.clone()));
        }
    });
    (url, receiver)
}

async fn serve(
    mut stream: TcpStream,
    answer: Vec<u8>,
    endless: bool,
    seen: mpsc::UnboundedSender<Vec<u8>>,
) {
    let mut read = vec![0; 64 * 1024];
    let length = stream.read(&mut read).await.unwrap_or(0);
    read.truncate(length);
    if length > 0 && stream.write_all(&answer).await.is_ok() {
        while endless && stream.write_all(&[b'x'; 4096]).await.is_ok() {}
        let mut rest = Vec::new();
        _ = stream.read_to_end(&mut rest).await;
    }
    _ = seen.send(read);
}

async fn send(
    door: &HttpEgress,
    request: http::Request<Bytes>,
    timeout: Duration,
) -> Result<Answer, SendError> {
    door.send(request, timeout, at(NOW + 60)).await
}

#[tokio::test]
async fn an_answer_comes_back_whole_and_connections_are_kept() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut read = vec![0; 4096];
        for _ in 0..2 {
            let length = stream.read(&mut read).await.unwrap();
            assert!(read[..length].ends_with(b"hello"));
            stream
                .write_all(b"HTTP/1.1 201 Created\r\nx-a: b\r\ncontent-length: 2\r\n\r\nok")
                .await
                .unwrap();
        }
    });
    let door = door(&["127.0.0.1/32"], 0);
    for _ in 0..2 {
        let answer = send(&door, post(&url, "hello"), LONG).await.unwrap();
        assert_eq!(answer.status, 201);
        assert_eq!(answer.headers["x-a"], "b");
        assert_eq!(&answer.body[..], b"ok");
    }
    server.await.unwrap();
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (elsewhere, mut visits) = server(Vec::new(), false).await;
    let moved = format!("HTTP/1.1 302 Found\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\n\r\n");
    let (url, _seen) = server(moved.into_bytes(), false).await;
    let answer = send(&door(&["127.0.0.1/32"], 0), post(&url, "x"), LONG).await.unwrap();
    assert_eq!(answer.status, 302);
    assert_eq!(visits.try_recv(), Err(mpsc::error::TryRecvError::Empty));
}

#[tokio::test]
async fn an_endless_body_is_cut() {
    let (url, mut seen) = server(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), true).await;
    let answer = send(&door(&["127.0.0.1/32"], 0), post(&url, "x"), LONG).await.unwrap();
    assert_eq!(answer.body.len(), MAX_ANSWER);
    let longer = door(&["127.0.0.1/32"], 0).reading(3 * MAX_ANSWER + 1);
    let answer = send(&longer, post(&url, "x"), LONG).await.unwrap();
    assert_eq!(answer.body.len(), 3 * MAX_ANSWER + 1);
    assert!(seen.recv().await.is_some(), "the connection is closed, not read to its end");
}

#[tokio::test]
async fn a_head_that_does_not_come_ends_with_the_deadline() {
    for answer in ["", "HTTP/1.1 200 OK\r\n"] {
        let (url, _seen) = server(answer.as_bytes().to_vec(), false).await;
        let ended = send(&door(&["127.0.0.1/32"], 0), post(&url, "x"), SHORT).await;
        assert_eq!(ended, Err(SendError::Timeout), "{answer:?}");
    }
}

#[tokio::test]
async fn a_body_that_stalls_or_breaks_off_is_an_answer_as_far_as_it_came() {
    for (rest, closes, timeout) in [
        ("content-length: 9\r\n\r\nbegin", false, SHORT),
        ("transfer-encoding: chunked\r\n\r\n5\r\nbegin\r\n", false, SHORT),
        ("content-length: 9\r\n\r\nbegin", true, LONG),
        ("transfer-encoding: chunked\r\n\r\n5\r\nbegin\r\n", true, LONG),
        ("transfer-encoding: chunked\r\n\r\n5\r\nbegin\r\nno size\r\n", false, LONG),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let door = door(&["127.0.0.1/32"], 0);
        let serving = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            _ = stream.read(&mut [0; 4096]).await.unwrap();
            let answer = format!("HTTP/1.1 200 OK\r\n{rest}");
            stream.write_all(answer.as_bytes()).await.unwrap();
            (!closes).then_some(stream)
        };
        let (ended, _open) = tokio::join!(send(&door, post(&url, "x"), timeout), serving);
        let answer = ended.unwrap_or_else(|error| panic!("{rest:?} {closes}: {error}"));
        assert_eq!((answer.status.as_u16(), &answer.body[..]), (200, &b"begin"[..]), "{rest:?}");
    }
}

#[tokio::test]
async fn a_compressed_body_stays_as_it_is() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc";
    let (url, _seen) = server(answer.as_bytes().to_vec(), false).await;
    let answer = send(&door(&["127.0.0.1/32"], 0), post(&url, "x"), LONG).await.unwrap();
    assert_eq!(&answer.body[..], b"abc");
}

#[tokio::test]
async fn a_forbidden_address_is_not_called_by_name_or_number() {
    let (url, mut seen) = server(Vec::new(), false).await;
    let by_name = url.replace("127.0.0.1", "localhost");
    let secure = by_name.replace("http://", "https://");
    for url in [&url, &by_name, &secure] {
        let ended = send(&door(&["10.0.0.0/8"], 0), post(url, "x"), LONG).await;
        assert!(
            matches!(&ended, Err(SendError::Blocked(address)) if address.contains("special")),
            "{url}: {ended:?}"
        );
    }
    assert_eq!(seen.try_recv(), Err(mpsc::error::TryRecvError::Empty));
}

#[tokio::test]
async fn a_name_leads_where_the_operator_allows() {
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec();
    let (url, _seen) = server(answer, false).await;
    let by_name = url.replace("127.0.0.1", "localhost");
    let answer = send(&door(&["127.0.0.1/32", "::1/128"], 0), post(&by_name, "x"), LONG).await;
    assert_eq!(answer.map(|answer| answer.status.as_u16()), Ok(200));
}

#[tokio::test]
async fn past_its_deadline_nothing_is_called() {
    let (url, mut seen) = server(Vec::new(), false).await;
    let ended = door(&["127.0.0.1/32"], 0).send(post(&url, "x"), LONG, at(NOW - 1)).await;
    assert_eq!(ended, Err(SendError::Late));
    assert_eq!(seen.try_recv(), Err(mpsc::error::TryRecvError::Empty));
}

#[tokio::test]
async fn a_deadline_that_passes_while_connecting_writes_nothing() {
    let (url, mut seen) = server(Vec::new(), false).await;
    let empty = || http::Request::builder().uri(&url).body(Bytes::new()).unwrap();
    for request in [post(&url, "x"), empty(), post(&url, "")] {
        let method = request.method().clone();
        let ended = door(&["127.0.0.1/32"], 100).send(request, LONG, at(NOW + 60)).await;
        assert_eq!(ended, Err(SendError::Late), "{method}");
        assert_eq!(seen.recv().await, Some(Vec::new()), "{method}: connected, and not a byte");
    }
}

#[tokio::test]
async fn a_get_has_no_body_and_says_nothing_of_one() {
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec();
    let (url, mut seen) = server(answer, false).await;
    let get = http::Request::get(&url).body(Bytes::new()).unwrap();
    let answer = send(&door(&["127.0.0.1/32"], 0), get, LONG).await;
    assert_eq!(answer.map(|answer| answer.status.as_u16()), Ok(200));
    let request = String::from_utf8(seen.recv().await.unwrap()).unwrap().to_lowercase();
    assert!(request.starts_with("get /hook http/1.1\r\n"), "{request}");
    assert!(!request.contains("content-length") && !request.contains("transfer"), "{request}");
    assert!(request.ends_with("\r\n\r\n"), "{request}");
}

#[tokio::test]
async fn an_error_does_not_tell_the_url() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/bot123:token", listener.local_addr().unwrap());
    drop(listener);
    let door = door(&["127.0.0.1/32"], 0);
    let nobody = "https://no-such-name.invalid/bot123:token";
    for url in [url.as_str(), nobody] {
        match send(&door, post(url, "x"), LONG).await {
            Err(SendError::Connection(text)) => {
                assert!(!text.contains("token") && !text.is_empty(), "{text}");
            }
            other => panic!("{url}: {other:?}"),
        }
    }
}
