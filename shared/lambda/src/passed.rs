//! What a line says of a request that passed a doorway: never a body, a query, a header, nor what in a
//! path may be an id, a key or a name.

use std::sync::Arc;
use std::time::Duration;

use domain::{PortError, chain};
use http::Method;
use jiff::Timestamp;

use crate::line::{Level, Line};
use crate::told::{millis, some};

/// A request and what became of it.
pub(crate) struct Passed {
    pub(crate) method: Method,
    /// As [`shown`].
    pub(crate) path: String,
    pub(crate) status: u16,
    /// What of our own could not be reached.
    pub(crate) port: Option<Arc<PortError>>,
    /// Why the door itself gave no answer.
    pub(crate) fault: Option<&'static str>,
    pub(crate) received: Timestamp,
    pub(crate) took: Duration,
}

/// The line of a request.
pub(crate) fn of_passed(of: &Passed) -> Line {
    let (level, message) = match of.status {
        500.. => (Level::Error, "not answered"),
        401 | 403 | 429 => (Level::Warn, "refused"),
        _ => (Level::Info, "answered"),
    };
    let error = of.port.as_ref().map(|error| chain(error.as_ref()));
    let error = error.or_else(|| of.fault.map(str::to_owned));
    let line = Line::new(of.received, level, message)
        .with("method", known(&of.method))
        // Of what is nowhere, anybody chose the words.
        .with("path", if of.status == 404 { "*" } else { of.path.as_str() })
        .with("status", of.status);
    let line = some(line, "port", of.port.as_ref().map(|error| error.port.to_string()));
    some(line, "error", error).with("duration_ms", millis(of.took))
}

/// A path with its routes' words, and a star for everything else.
pub(crate) fn shown(path: &str) -> String {
    const LONGEST: usize = 20;
    const MOST: usize = 6;
    let is_word = |part: &str| {
        let letters = |byte: u8| byte.is_ascii_lowercase() || byte == b'-' || byte == b'_';
        part.len() <= LONGEST && part.bytes().all(letters)
    };
    let is_plain = |part: &str| is_word(part) || ["v1", "oauth2"].contains(&part);
    let parts = path.split('/').skip(1).take(MOST);
    let parts: Vec<&str> = parts.map(|part| if is_plain(part) { part } else { "*" }).collect();
    format!("/{}", parts.join("/"))
}

/// A method's name, if HTTP knows it.
fn known(method: &Method) -> &str {
    match *method {
        Method::GET
        | Method::HEAD
        | Method::POST
        | Method::PUT
        | Method::PATCH
        | Method::DELETE
        | Method::OPTIONS => method.as_str(),
        _ => "*",
    }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn a_path_is_shown_without_what_is_about_somebody() {
        for (path, expected) in [
            ("/", "/"),
            ("/api/v1/webhooks", "/api/v1/webhooks"),
            ("/api/v1/webhooks/4503599627370495", "/api/v1/webhooks/*"),
            ("/api/v1/bank-accounts/0071000123/x", "/api/v1/bank-accounts/*/x"),
            ("/oauth2/token", "/oauth2/token"),
            ("/events/thueapi%2Fshop%2F77/resend", "/events/*/resend"),
            ("/NGUYEN", "/*"),
            ("/tts_abcdefghijklmnopqrstuvwxyz", "/*"),
            ("/a/b/c/d/e/f/g/h", "/a/b/c/d/e/f"),
            ("/static/", "/static/"),
        ] {
            assert_eq!(shown(path), expected);
        }
    }
}
