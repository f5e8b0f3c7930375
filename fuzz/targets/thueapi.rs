//! ThueAPI: the first line is the query, the rest the body; called by POST and by GET.
#![no_main]

use std::sync::LazyLock;

use http::Method;
use libfuzzer_sys::fuzz_target;
use promises::door::{Call, Door, SECRET, STRANGERS};
use promises::head_and_body;
use serde_json::json;

static DOOR: LazyLock<Door> =
    LazyLock::new(|| Door::new(json!({ "provider": "thueapi", "secrets": ["old", SECRET] })));

fuzz_target!(|data: &[u8]| {
    let (head, body) = head_and_body(data);
    let query = str::from_utf8(head).unwrap_or_default();
    for method in [Method::POST, Method::GET] {
        let call = Call { method, query, ..Call::post(body) };
        let told = DOOR.proven(&call.with("x-thueapi", SECRET));
        assert_eq!(told.events.len() + told.parked.len(), 1, "nothing authentic vanishes");
        DOOR.refused(&call);
        DOOR.refused(&call.with("x-thueapi", STRANGERS));
        DOOR.refused(&call.with("x-thueapi", head));
    }
});
