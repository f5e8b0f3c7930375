//! Abaha: the first line is the last segment of the path, the rest the body.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use promises::door::{Call, Door, SECRET, STRANGERS};
use promises::head_and_body;
use serde_json::json;

static DOOR: LazyLock<Door> = LazyLock::new(|| {
    Door::new(json!({ "provider": "abaha", "header": "x-shop", "secrets": ["old", SECRET] }))
});

fuzz_target!(|data: &[u8]| {
    let (head, body) = head_and_body(data);
    let tail = ["order", "product", "customer"].into_iter().find(|t| t.as_bytes() == head);
    let call = Call { tail: tail.unwrap_or_default(), ..Call::post(body) };
    let told = DOOR.proven(&call.with("x-shop", SECRET));
    assert_eq!(told.events.len() + told.parked.len(), 1, "nothing authentic vanishes");
    DOOR.refused(&call);
    DOOR.refused(&call.with("x-shop", STRANGERS));
    DOOR.refused(&call.with("x-shop", body));
    DOOR.refused(&call.with("x-abaha-token", SECRET.to_uppercase()));
});
