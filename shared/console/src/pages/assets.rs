//! The style sheet and the script: part of the program, under names that change with what they say, so
//! that a browser keeps them for ever and never has an old one.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::Problem;

const STYLE: &str = include_str!("../../assets/console.css");
const SCRIPT: &str = include_str!("../../assets/console.js");

/// FNV-1a: a name's sake, nobody is to be deceived.
const fn hash(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let (mut hash, mut n) = (0xcbf2_9ce4_8422_2325_u64, 0);
    while n < bytes.len() {
        hash = (hash ^ bytes[n] as u64).wrapping_mul(0x0100_0000_01b3);
        n += 1;
    }
    hash
}

/// The style sheet's path.
pub(crate) fn style() -> String {
    format!("/static/{:016x}.css", const { hash(STYLE) })
}

/// The script's path.
pub(crate) fn script() -> String {
    format!("/static/{:016x}.js", const { hash(SCRIPT) })
}

/// Gives one of the two.
pub(crate) async fn asset(Path(name): Path<String>) -> Response {
    let path = format!("/static/{name}");
    let (kind, text) = if path == style() {
        ("text/css; charset=utf-8", STYLE)
    } else if path == script() {
        ("text/javascript; charset=utf-8", SCRIPT)
    } else {
        return Problem::NotFound("there is nothing at this address").into_response();
    };
    let kept = "public, max-age=31536000, immutable";
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, kept)], text).into_response()
}
