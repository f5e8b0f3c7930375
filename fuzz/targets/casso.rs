//! Casso: the body as v1 takes it, and, where it is JSON, signed as V2 signs it.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use promises::door::{Call, Door, NOW, SECRET, STRANGERS, sha512_mac};
use serde_json::{Value, json};

static DOOR: LazyLock<Door> =
    LazyLock::new(|| Door::new(json!({ "provider": "casso", "secrets": ["old", SECRET] })));

fuzz_target!(|data: &[u8]| {
    let call = Call::post(data);
    proven(&call.with("secure-token", SECRET));
    DOOR.refused(&call);
    DOOR.refused(&call.with("secure-token", STRANGERS));
    DOOR.refused(&call.with("secure-token", data));
    DOOR.refused(&call.with("x-casso-signature", data));
    DOOR.refused(&signed(data, data, STRANGERS));

    if let Ok(value) = serde_json::from_slice::<Value>(data) {
        let (mut sent, canon) = (String::new(), value.to_string());
        write_reversed(&value, &mut sent);
        proven(&signed(sent.as_bytes(), canon.as_bytes(), SECRET));
        DOOR.refused(&signed(format!("[{sent}]").as_bytes(), canon.as_bytes(), SECRET));
        DOOR.refused(&signed(sent.as_bytes(), format!("[{canon}]").as_bytes(), SECRET));
    }
});

/// Every element of `data` is an event or parked, or the whole body is parked.
fn proven(call: &Call<'_>) {
    let told = DOOR.proven(call);
    let whole = told.parked.len() == 1 && told.parked[0].bytes == call.body;
    let Ok(body) = serde_json::from_slice::<Value>(&call.body) else { return };
    if let Some(data) = body["data"].as_array() {
        let all = told.events.len() + told.parked.len();
        assert!(whole || all == data.len(), "{all} of {}", data.len());
    }
}

/// A call that sends one text and signs another.
fn signed(sent: &[u8], canon: &[u8], secret: &str) -> Call<'static> {
    let stamp = NOW.to_string();
    let mac = sha512_mac(secret, &[stamp.as_bytes(), b".", canon].concat());
    Call::post(sent).with("x-casso-signature", format!("t={stamp},v1={mac}"))
}

/// The same JSON with its keys in reverse and blanks between: what a signer would have to sort.
fn write_reversed(value: &Value, out: &mut String) {
    match value {
        Value::Object(members) => {
            out.push_str("{ ");
            for (index, (name, value)) in members.iter().rev().enumerate() {
                out.push_str(if index > 0 { " ,\n" } else { "" });
                out.push_str(&format!("{} : ", Value::from(name.as_str())));
                write_reversed(value, out);
            }
            out.push_str(" }");
        }
        Value::Array(items) => {
            out.push_str("[ ");
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { " ,\t" } else { "" });
                write_reversed(item, out);
            }
            out.push_str(" ]");
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            out.push_str(&value.to_string());
        }
    }
}
