//! An event as the `http` request it was before the front door: for routers, which read requests.
//!
//! An HTTP API hands over its path decoded, and nobody can tell an escaped slash from a slash then: no
//! route may depend on one.

use bytes::Bytes;
use http::{Request, Uri};

use crate::event::{EventFault, HttpEvent};

impl HttpEvent {
    /// The request.
    pub(crate) fn into_request(self) -> Result<Request<Bytes>, EventFault> {
        let mut address = String::with_capacity(self.path().len() + self.query.len() + 1);
        if !self.path().starts_with('/') {
            address.push('/');
        }
        escape(&mut address, self.path(), true);
        if !self.query.is_empty() {
            address.push('?');
            escape(&mut address, &self.query, false);
        }
        let mut request = Request::new(self.body);
        *request.uri_mut() = Uri::try_from(address).map_err(|_| EventFault::Address)?;
        *request.method_mut() = self.method;
        *request.headers_mut() = self.headers;
        Ok(request)
    }
}

/// Writes a part of an address, with what may not stand there escaped. What is an escape stays one.
fn escape(into: &mut String, part: &str, path: bool) {
    let bytes = part.as_bytes();
    for (n, byte) in bytes.iter().enumerate() {
        let as_is = match byte {
            b'%' => bytes[n + 1..].iter().take(2).filter(|of| of.is_ascii_hexdigit()).count() == 2,
            b'?' => !path,
            b'"' | b'#' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' => false,
            byte => byte.is_ascii_graphic(),
        };
        if as_is {
            into.push(char::from(*byte));
        } else {
            into.push_str(&format!("%{byte:02X}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn address(path: &str, query: &str) -> String {
        let event = json!({
            "rawPath": path, "rawQueryString": query,
            "requestContext": { "stage": "$default", "http": { "method": "PATCH" } },
        });
        let event = HttpEvent::parse(&event.to_string()).unwrap();
        event.into_request().unwrap().uri().to_string()
    }

    #[test]
    fn an_address_is_as_it_was_or_escaped() {
        for (path, query, expected) in [
            ("/api/v1/webhooks/12", "", "/api/v1/webhooks/12"),
            ("/api/v1/webhooks", "page=2&q=a%20b+c", "/api/v1/webhooks?page=2&q=a%20b+c"),
            ("/a b/ế", "x=ế?", "/a%20b/%E1%BA%BF?x=%E1%BA%BF?"),
            ("/100%", "", "/100%25"),
            ("/a?b#c", "d#e", "/a%3Fb%23c?d%23e"),
            ("/a%2Fb", "", "/a%2Fb"),
            ("//host/x", "", "//host/x"),
            ("", "", "/"),
            ("*", "", "/*"),
        ] {
            assert_eq!(address(path, query), expected);
        }
    }

    #[test]
    fn a_request_is_whole() {
        let event = json!({
            "rawPath": "/oauth2/token",
            "requestContext": { "http": { "method": "POST" } },
            "headers": { "content-type": "text/plain" }, "cookies": ["a=1", "b=2"],
            "body": "aGk=", "isBase64Encoded": true,
        });
        let request = HttpEvent::parse(&event.to_string()).unwrap().into_request().unwrap();
        assert_eq!((request.method().as_str(), request.uri().path()), ("POST", "/oauth2/token"));
        assert_eq!(request.headers()["content-type"], "text/plain");
        assert_eq!(request.headers()["cookie"], "a=1; b=2");
        assert_eq!(request.body(), "hi");
    }

    #[test]
    fn an_address_that_is_too_long_is_none() {
        let long = "a".repeat(70_000);
        let event = json!({ "path": format!("/{long}"), "httpMethod": "GET" }).to_string();
        let made = HttpEvent::parse(&event).unwrap().into_request();
        assert!(matches!(made, Err(EventFault::Address)), "{made:?}");
    }
}
