//! ThueAPI's calls: raw JSON, a static token. From the vendor's page "Hooking" and its WooCommerce
//! plugin.

use serde_json::json;

use super::story::{Call, Proof, Story};

pub(super) const KINDS: &[&str] = &["in", "out", "change"];

pub(super) fn call(story: &Story, proof: &Proof) -> Call {
    let body = if story.kind == "change" {
        json!({
            "gateway": "acb",
            "number": "8812345678",
            "name": "CONG TY TNHH HOA SEN",
            "phone": "0912345678",
            "balance": 25_000_000,
            "datetime": story.local_time(),
            "content": format!("Cap nhat so du lan {}", story.number),
        })
    } else {
        json!({
            "txn_id": story.reference(),
            "type": story.kind,
            "money": story.amount,
            "gateway": "acb",
            "number": "8812345678",
            "phone": "0912345678",
            "content": story.content,
            "datetime": story.local_time(),
            "balance": 25_000_000,
        })
    };
    let headers = vec![("X-Thueapi".to_owned(), proof.secret.clone())];
    Call { tail: "", content_type: "application/json", headers, body: body.to_string() }
}
