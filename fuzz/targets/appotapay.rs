//! AppotaPay: the input is a whole body, then the text that is signed, then the JSON in it.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use promises::door::{Call, Door, SECRET, STRANGERS, base64, sha256_mac};
use serde_json::json;

static DOOR: LazyLock<Door> =
    LazyLock::new(|| Door::new(json!({ "provider": "appotapay", "secrets": ["old", SECRET] })));

fuzz_target!(|data: &[u8]| {
    DOOR.refused(&Call::post(data));
    if let Ok(text) = str::from_utf8(data) {
        proven(&envelope(text, &sha256_mac(SECRET, data)));
    }
    let data = base64(data);
    let signature = sha256_mac(SECRET, data.as_bytes());
    proven(&envelope(&data, &signature));
    proven(&form(&data, &signature));
    DOOR.refused(&envelope(&data, &sha256_mac(STRANGERS, data.as_bytes())));
    DOOR.refused(&envelope(&format!("{data}A"), &signature));
    DOOR.refused(&form(&format!("A{data}"), &signature));
});

/// What is signed is taken, and does not vanish.
fn proven(call: &Call<'_>) {
    let told = DOOR.proven(call);
    assert_eq!(told.events.len() + told.parked.len(), 1, "nothing authentic vanishes");
}

fn envelope(data: &str, signature: &str) -> Call<'static> {
    let body = json!({ "data": data, "signature": signature, "time": "20261121093015" });
    Call::post(body.to_string())
}

fn form(data: &str, signature: &str) -> Call<'static> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("data", data).append_pair("signature", signature);
    Call::post(form.finish())
}
