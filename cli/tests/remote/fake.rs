//! A server that answers whatever a test wants, headers too, and keeps what it was asked. Each answer ends its
//! connection.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// The server.
pub(crate) struct Fake {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

/// A whole answer.
pub(crate) fn answer(status: u16, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}",
        body.len()
    )
}

/// A token that lives so many seconds.
pub(crate) fn token(value: &str, seconds: u32) -> String {
    let body = format!(
        r#"{{"access_token":"{value}","token_type":"Bearer","expires_in":{seconds},"scope":"event:read"}}"#
    );
    answer(200, "", &body)
}

impl Fake {
    /// Starts one; `script` is given each request with its number from 0, and an empty answer of its is a
    /// connection that ends without a word.
    pub(crate) async fn start(
        script: impl Fn(usize, &str) -> String + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut bytes = Vec::new();
                let mut piece = [0; 4096];
                while !is_whole(&bytes) {
                    match stream.read(&mut piece).await {
                        Ok(0) | Err(_) => break,
                        Ok(n) => bytes.extend_from_slice(&piece[..n]),
                    }
                }
                let request = String::from_utf8_lossy(&bytes).into_owned();
                let n = {
                    let mut all = kept.lock().unwrap();
                    all.push(request.clone());
                    all.len() - 1
                };
                // Whoever goes away in the middle is no concern of the fake.
                _ = stream.write_all(script(n, &request).as_bytes()).await;
            }
        });
        Self { url, asked }
    }

    /// One that answers every call alike, and is asked with a ready token.
    pub(crate) async fn answering(status: u16, headers: &str, body: &str) -> Self {
        let whole = answer(status, headers, body);
        Self::start(move |_, _| whole.clone()).await
    }

    /// What it was asked: each request's first line.
    pub(crate) fn lines(&self) -> Vec<String> {
        let all = self.asked.lock().unwrap();
        all.iter().map(|request| request.lines().next().unwrap_or_default().to_owned()).collect()
    }

    /// What it was asked in a header, request by request.
    pub(crate) fn header(&self, name: &str) -> Vec<String> {
        let all = self.asked.lock().unwrap();
        let line = |request: &String| {
            let begin = format!("{name}: ");
            request.lines().find_map(|line| Some(line.strip_prefix(&begin)?.to_owned()))
        };
        all.iter().map(|request| line(request).unwrap_or_default()).collect()
    }
}

fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.and_then(|length| length.parse().ok()).unwrap_or(0)
}
