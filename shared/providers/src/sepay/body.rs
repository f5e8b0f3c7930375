//! The body as JSON text, whichever of the three documented encodings it has. The body itself says
//! which: a content type may be missing or wrong. A form becomes an object of strings.

use std::borrow::Cow;

use bytes::Bytes;
use domain::Hook;
use futures_util::{FutureExt as _, stream};
use http::header::CONTENT_TYPE;
use multer::Multipart;

use crate::form;
use crate::json::{self, Unreadable};

/// The body as the text of a JSON object, or of what was meant to be one.
pub(super) fn json<'a>(hook: &Hook<'a>) -> Result<Cow<'a, str>, Unreadable> {
    if hook.body.trim_ascii().is_empty() {
        return Err(Unreadable("the body is empty".into()));
    }
    if hook.body.trim_ascii_start().starts_with(b"--") {
        return form::object(multipart(hook)?).map(Cow::Owned);
    }
    let text = json::utf8(hook.body)?;
    let json = text.trim_ascii_start().starts_with(['{', '[', '"']) || !text.contains('=');
    if json {
        return Ok(Cow::Borrowed(text));
    }
    form::flat(text.trim_ascii().as_bytes()).map(Cow::Owned)
}

/// The fields of a multipart body, files read as texts.
fn multipart(hook: &Hook<'_>) -> Result<Vec<(String, String)>, Unreadable> {
    let broken = || Unreadable("the body is not sound multipart/form-data".into());
    let declared = hook.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let boundary = declared.and_then(|value| multer::parse_boundary(value).ok());
    let boundary = boundary.or_else(|| first_line(hook.body)).ok_or_else(broken)?;
    let bytes = Bytes::copy_from_slice(hook.body);
    let reading = async {
        let body = stream::iter([Ok::<_, std::convert::Infallible>(bytes)]);
        let mut parts = Multipart::new(body, boundary);
        let mut fields = Vec::new();
        while let Some(part) = parts.next_field().await.map_err(|_| broken())? {
            let name = part.name().ok_or_else(broken)?.to_owned();
            let value = part.bytes().await.map_err(|_| broken())?;
            fields.push((name, json::utf8(&value)?.to_owned()));
        }
        Ok(fields)
    };
    // The whole body is in memory, so there is nothing to wait for.
    reading.now_or_never().unwrap_or_else(|| Err(broken()))
}

/// The boundary as the first line shows it.
fn first_line(body: &[u8]) -> Option<String> {
    let line = body.trim_ascii_start().split(|b| matches!(b, b'\r' | b'\n')).next()?;
    let boundary = std::str::from_utf8(line).ok()?.strip_prefix("--")?;
    (1..=70).contains(&boundary.len()).then(|| boundary.to_owned())
}
