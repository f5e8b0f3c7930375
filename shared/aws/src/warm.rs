//! Opening connections before they are needed: one request to each service's health page, which costs
//! nothing and changes nothing. It is not signed and needs no SDK; it leaves by the connection that the
//! first call will find open.

use futures_util::future::join;
use http::Uri;
use http::uri::PathAndQuery;
use tokio::time::timeout;

use crate::services::{Services, TRY};

const HEALTH: &str = "/ping";

impl Services {
    /// Opens a connection to each service, side by side. Whatever fails is met again by the first
    /// call.
    pub async fn warm(&self) {
        join(self.warm_dynamodb(), self.warm_sqs()).await;
    }

    /// Opens a connection to DynamoDB, for whoever calls nothing there during init.
    pub async fn warm_dynamodb(&self) {
        self.open(&self.connections.dynamodb).await;
    }

    /// Opens a connection to SQS.
    pub async fn warm_sqs(&self) {
        self.open(&self.connections.sqs).await;
    }

    async fn open(&self, service: &str) {
        if let Some(health) = health_of(service) {
            _ = timeout(TRY, self.connections.http.visit(health)).await;
        }
    }
}

fn health_of(uri: &str) -> Option<Uri> {
    let mut parts = uri.parse::<Uri>().ok()?.into_parts();
    parts.path_and_query = Some(PathAndQuery::from_static(HEALTH));
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::services::Patience;
    use crate::settings::Surroundings;

    /// The next request's first line and its target.
    async fn answered(stream: &mut TcpStream, body: &str) -> (String, bool) {
        let (mut request, mut length) = (String::new(), 0);
        while !request.contains("\r\n\r\n")
            || request.split_once("\r\n\r\n").unwrap().1.len() < length
        {
            let mut bytes = [0; 4096];
            let read = stream.read(&mut bytes).await.unwrap();
            assert!(read > 0, "closed: {request}");
            request.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
            let header = request.lines().find_map(|line| line.strip_prefix("content-length: "));
            length = header.map_or(0, |length| length.parse().unwrap());
        }
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        stream.write_all(answer.as_bytes()).await.unwrap();
        let line = request.lines().next().unwrap().to_owned();
        (line, request.contains("x-amz-target"))
    }

    #[tokio::test]
    async fn the_first_call_finds_the_connection_open() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let env = |name: &str| match name {
            "AWS_REGION" => Some("ap-southeast-1".to_owned()),
            "AWS_ENDPOINT_URL" => Some(url.clone()),
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("test".to_owned()),
            _ => None,
        };
        let services = Services::new(&Surroundings::read(&env).unwrap(), Patience::Answer).unwrap();
        let server = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let health = answered(&mut stream, "healthy").await;
            assert_eq!(health, ("GET /ping HTTP/1.1".to_owned(), false));
            // On the same connection: nobody accepts another.
            let call = answered(&mut stream, r#"{"TableNames":[]}"#).await;
            assert_eq!(call, ("POST / HTTP/1.1".to_owned(), true));
        };
        let client = async {
            services.warm_dynamodb().await;
            services.dynamodb.list_tables().send().await.unwrap();
        };
        futures_util::join!(server, client);
    }

    #[test]
    fn the_health_page_is_at_the_calls_own_address() {
        let of = |uri| health_of(uri).unwrap().to_string();
        assert_eq!(
            of("https://sqs.ap-southeast-1.amazonaws.com/"),
            "https://sqs.ap-southeast-1.amazonaws.com/ping"
        );
        assert_eq!(of("http://127.0.0.1:4566/x?y=1"), "http://127.0.0.1:4566/ping");
    }
}
