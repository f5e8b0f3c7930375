//! Items as the golden files have them: DynamoDB's own JSON, bytes in hex.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use testkit::aws::{Item, Place};

pub(crate) fn golden(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(name);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// An attribute as DynamoDB's own JSON has it, bytes in hex.
#[expect(clippy::wildcard_enum_match_arm, reason = "the other kinds are AWS's, and never ours")]
fn written(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::Bool(flag) => json!({ "BOOL": flag }),
        AttributeValue::B(bytes) => json!({ "B": hex::encode(bytes.as_ref()) }),
        AttributeValue::M(map) => {
            let sorted: BTreeMap<_, _> = map.iter().map(|(k, v)| (k, written(v))).collect();
            json!({ "M": sorted })
        }
        other => panic!("no item of ours has {other:?}"),
    }
}

fn read(value: &Value) -> AttributeValue {
    let (kind, value) = value.as_object().unwrap().iter().next().unwrap();
    let text = || value.as_str().unwrap().to_owned();
    match kind.as_str() {
        "S" => AttributeValue::S(text()),
        "N" => AttributeValue::N(text()),
        "BOOL" => AttributeValue::Bool(value.as_bool().unwrap()),
        "B" => AttributeValue::B(hex::decode(text()).unwrap().into()),
        "M" => AttributeValue::M(read_item(value)),
        other => panic!("no item of ours has {other}"),
    }
}

fn read_item(value: &Value) -> Item {
    value.as_object().unwrap().iter().map(|(name, value)| (name.clone(), read(value))).collect()
}

/// The deflated text of an item made plain: which bytes a text deflates to is the library's to choose.
/// And the token of its last writer made one.
pub(crate) fn inflated(mut items: Value) -> Value {
    for item in items.as_array_mut().unwrap() {
        if let Some(by) = item.get_mut("by") {
            assert_eq!(by["S"].as_str().unwrap().len(), 16, "{by}");
            *by = json!({ "S": "a token" });
        }
        if let Some(deflated) = item.get_mut("deflated") {
            let bytes = hex::decode(deflated["B"].as_str().unwrap()).unwrap();
            let mut text = String::new();
            flate2::read::DeflateDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
            *deflated = json!(text);
        }
    }
    items
}

pub(crate) fn sorted(items: Vec<Item>) -> Value {
    let mut items: Vec<Value> = items.into_iter().map(|i| written(&AttributeValue::M(i))).collect();
    items.iter_mut().for_each(|item| *item = item["M"].take());
    items.sort_by_key(|item| (item["pk"].to_string(), item["sk"].to_string()));
    Value::Array(items)
}

pub(crate) async fn load(place: &Place, table: &str, items: &Value) {
    for item in items.as_array().unwrap() {
        let put = place.services.dynamodb.put_item().table_name(table);
        put.set_item(Some(read_item(item))).send().await.unwrap();
    }
}
