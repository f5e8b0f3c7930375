//! Casso's calls: Webhook (v1, an array and a static token) and Webhook V2 (one object, signed over
//! its canonical JSON). From the vendor's page "Thiết lập webhook thủ công" and its repository
//! casso-webhook-v2-verify-signature.

use serde_json::{Value, json};

use super::sign;
use super::story::{Call, Proof, Story};
use crate::args::AuthMode;

pub(super) const KINDS: &[&str] = &["in", "out", "test"];

pub(super) fn call(story: &Story, proof: &Proof) -> Call {
    let (body, header) = if proof.mode == Some(AuthMode::V1) {
        let body = json!({ "error": 0, "data": [v1(story)] }).to_string();
        (body, ("secure-token".to_owned(), proof.secret.clone()))
    } else {
        // The keys of a `Value` are sorted: what is sent is already canonical.
        let body = json!({ "error": 0, "data": v2(story) }).to_string();
        let stamp = story.at.as_millisecond();
        let mac = sign::sha512(&proof.secret, &format!("{stamp}.{body}"));
        (body, ("X-Casso-Signature".to_owned(), format!("t={stamp},v1={mac}")))
    };
    Call { tail: "", content_type: "application/json", headers: vec![header], body }
}

fn id(story: &Story) -> u64 {
    if story.kind == "test" { 0 } else { story.number }
}

fn signed_amount(story: &Story) -> i64 {
    let amount = i64::from(story.amount);
    if story.kind == "out" { -amount } else { amount }
}

fn v1(story: &Story) -> Value {
    json!({
        "id": id(story),
        "tid": story.reference(),
        "description": story.content,
        "amount": signed_amount(story),
        "cusum_balance": 25_000_000,
        "when": story.local_time(),
        "bank_sub_acc_id": "19036789012345",
        "subAccId": "19036789012345",
        "virtualAccount": "",
        "virtualAccountName": "",
        "corresponsiveName": story.person,
        "corresponsiveAccount": "0071000123456",
        "corresponsiveBankId": "970436",
        "corresponsiveBankName": "Vietcombank",
    })
}

fn v2(story: &Story) -> Value {
    json!({
        "id": id(story),
        "reference": story.reference(),
        "description": story.content,
        "amount": signed_amount(story),
        "runningBalance": 25_000_000,
        "transactionDateTime": story.local_time(),
        "accountNumber": "19036789012345",
        "bankName": "Techcombank",
        "bankAbbreviation": "TCB",
        "virtualAccountNumber": "",
        "virtualAccountName": "",
        "counterAccountName": story.person,
        "counterAccountNumber": "0071000123456",
        "counterAccountBankId": "970436",
        "counterAccountBankName": "Vietcombank",
    })
}
