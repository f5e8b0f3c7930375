//! Hooks of the five senders, each another event, signed here; as API Gateway's HTTP API hands them to
//! a function. The people, accounts and amounts in them are made up.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use domain::SourceRecord;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Sha256, Sha512};

use crate::Anything;

const SECRET: &str = "bench-9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c";
/// The senders, by the names of their functions.
pub(crate) const PROVIDERS: [&str; 5] = ["abaha", "appotapay", "casso", "sepay", "thueapi"];

/// The source to which the hooks of a sender are addressed.
pub(crate) fn source(provider: &str) -> SourceRecord {
    SourceRecord {
        provider: provider.to_owned(),
        name: "shop".to_owned(),
        secrets: vec![SECRET.to_owned()],
        auth: (provider == "sepay").then(|| "hmac".to_owned()),
        client_id: None,
        header: (provider == "abaha").then(|| "X-Abaha-Token".to_owned()),
        max_age: None,
        code_pattern: None,
        api: None,
        silence: None,
        active: None,
        created: None,
    }
}

/// The hook of event `id` over `amount`; the same `id` over another amount is a conflict, but for
/// Abaha, whose key covers the whole body.
pub(crate) fn hook(provider: &str, id: u64, amount: u64, at: Timestamp) -> Result<Bytes, Anything> {
    let secret = SECRET.to_owned();
    let (tail, proof, body) = match provider {
        "abaha" => ("/order", vec![("x-abaha-token", secret)], abaha(id, amount).to_string()),
        "appotapay" => ("", vec![], appotapay(id, amount, at)?),
        "casso" => {
            // The keys of a `Value` are sorted: what is sent is already what is signed.
            let (body, stamp) = (casso(id, amount).to_string(), at.as_millisecond());
            let mac = sha512(&format!("{stamp}.{body}"))?;
            ("", vec![("x-casso-signature", format!("t={stamp},v1={mac}"))], body)
        }
        "sepay" => {
            let (body, stamp) = (sepay(id, amount).to_string(), at.as_second());
            let mac = format!("sha256={}", sha256(&format!("{stamp}.{body}"))?);
            let stamp = ("x-sepay-timestamp", stamp.to_string());
            ("", vec![stamp, ("x-sepay-signature", mac)], body)
        }
        _ => ("", vec![("x-thueapi", secret)], thueapi(id, amount).to_string()),
    };
    Ok(gateway(&format!("/hooks/{provider}/shop{tail}"), proof, &body, id, at))
}

/// An event of the HTTP API, payload format 2.0.
fn gateway(path: &str, proof: Vec<(&str, String)>, body: &str, id: u64, at: Timestamp) -> Bytes {
    let mut headers = json!({
        "accept": "*/*",
        "content-length": body.len().to_string(),
        "content-type": "application/json",
        "host": "abcdefghij.execute-api.ap-southeast-1.amazonaws.com",
        "user-agent": "GuzzleHttp/7",
        "x-amzn-trace-id": "Root=1-691f7a2c-5c2f7a9e4b1d4c0f8a6e3b21",
        "x-forwarded-for": "203.0.113.7",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    });
    for (name, value) in proof {
        headers[name] = value.into();
    }
    let event = json!({
        "version": "2.0",
        "routeKey": "ANY /hooks/{provider}/{source}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abcdefghij",
            "domainName": "abcdefghij.execute-api.ap-southeast-1.amazonaws.com",
            "domainPrefix": "abcdefghij",
            "http": {
                "method": "POST",
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": "GuzzleHttp/7",
            },
            "requestId": format!("UQ{id:012}SQEJ0w="),
            "routeKey": "ANY /hooks/{provider}/{source}",
            "stage": "$default",
            "time": at.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": at.as_millisecond(),
        },
        "body": body,
        "isBase64Encoded": false,
    });
    event.to_string().into()
}

fn casso(id: u64, amount: u64) -> Value {
    json!({ "error": 0, "data": {
        "id": id, "reference": format!("FT2606{id}"), "description": format!("DH{id} tra tien ao khoac"),
        "amount": amount, "runningBalance": 48_250_000, "transactionDateTime": "2026-03-02 09:14:31",
        "accountNumber": "0071000112233", "bankName": "Vietcombank", "bankAbbreviation": "VCB",
        "virtualAccountNumber": "", "virtualAccountName": "", "counterAccountName": "TRAN THI HOA",
        "counterAccountNumber": "19036688001122", "counterAccountBankId": "970407",
        "counterAccountBankName": "Techcombank",
    }})
}

fn sepay(id: u64, amount: u64) -> Value {
    json!({
        "id": id, "gateway": "Vietcombank", "transactionDate": "2026-03-02 09:14:31",
        "accountNumber": "0071000112233", "subAccount": "", "code": format!("DH{id}"),
        "content": format!("DH{id} tra tien ao khoac"), "transferType": "in",
        "description": format!("TRAN THI HOA chuyen tien DH{id} tra tien ao khoac"),
        "transferAmount": amount, "accumulated": 48_250_000, "referenceCode": format!("FT2606{id}"),
    })
}

fn thueapi(id: u64, amount: u64) -> Value {
    json!({
        "number": "19036688001122", "phone": "0909000111", "money": amount, "type": "in",
        "gateway": "acb", "txn_id": format!("FT2606{id}"), "datetime": "2026-03-02 09:14:31",
        "content": format!("DH{id} tra tien ao khoac"), "balance": 48_250_000,
    })
}

fn abaha(id: u64, amount: u64) -> Value {
    json!({
        "id": id.to_string(), "cart_code": format!("DH{id}"), "user_id": "77120", "store_id": "12",
        "cart_type": "cart", "status": "2", "before_status": "1", "payment": "cod",
        "payment_status": 0, "total_value": amount.to_string(), "total_after": amount.to_string(),
        "total_before": amount.to_string(), "total_discount_value": "0", "fee_ship": null,
        "user_note": "Giao giờ hành chính", "weight": "800", "orders_time": "2026-03-02 09:10:14",
        "modified": "2026-03-02 09:14:31", "created": "2026-03-02 09:09:45",
        "user": { "user_id": "77120", "name": "Trần Thị Hoa" }, "promotions": [],
        "address": { "name": "Hoa", "tel": "0909000111", "address": "8 Hàng Bông",
            "city": "Thành phố Hà Nội", "district": "Quận Hoàn Kiếm", "ward": "Phường Hàng Gai" },
        "store_name": "Cửa hàng Hàng Bông",
    })
}

fn appotapay(id: u64, amount: u64, at: Timestamp) -> Result<String, Anything> {
    let data = json!({ "event": "subscription.plan.activated", "data": {
        "planRefId": format!("GYM-{id}"), "planId": format!("01JN7Q2M3K4V5W6X7Y{id:08}"),
        "customerId": "01JN7Q0F1G2H3J4K5M6N7P8Q9R", "currency": "VND", "amount": amount,
        "paymentMethods": [{ "paymentMethodId": "01JN7PZZ1A2B3C4D5E6F7G8H9J", "rank": 1 }],
        "immediateActionType": "FULL_AMOUNT", "failedCycleAction": "STOP", "status": "ACTIVE",
        "actions": [], "schedule": { "interval": "MONTH", "intervalCount": 1, "totalRecurrence": 12,
            "anchorDate": "2026-03-05T00:00:00+07:00" },
        "createdAt": "2026-03-02T09:10:02+07:00", "updatedAt": "2026-03-02T09:14:31+07:00",
        "serviceName": "Thẻ tập tháng",
    }});
    let data = BASE64_STANDARD.encode(data.to_string());
    let (signature, time) = (sha256(&data)?, at.as_second().to_string());
    Ok(json!({ "data": data, "signature": signature, "time": time }).to_string())
}

fn sha256(text: &str) -> Result<String, Anything> {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes())?;
    mac.update(text.as_bytes());
    Ok(hex::encode(mac.finalize().into_bytes()))
}

fn sha512(text: &str) -> Result<String, Anything> {
    let mut mac = Hmac::<Sha512>::new_from_slice(SECRET.as_bytes())?;
    mac.update(text.as_bytes());
    Ok(hex::encode(mac.finalize().into_bytes()))
}
