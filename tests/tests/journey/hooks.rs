//! One proven call per provider, signed here and not by the program's own simulator: two hands that
//! must agree on the wire.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::Clock as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Sha256, Sha512};

use crate::shop::Machine;

/// The sources of the program under test.
pub(crate) const SOURCES: &str = r#"
[[source]]
provider = "thueapi"
name = "shop"
secrets = ["thueapi-token-0001"]
[[source]]
provider = "abaha"
name = "shop"
header = "X-Abaha-Token"
secrets = ["abaha-secret-0001"]
[[source]]
provider = "sepay"
name = "shop"
auth = "api_key"
secrets = ["sepay-key-0001"]
[[source]]
provider = "casso"
name = "shop"
secrets = ["casso-key-0001"]
code_pattern = "DH[0-9]+"
[[source]]
provider = "appotapay"
name = "shop"
secrets = ["appota-secret-0001"]
"#;

/// A call: where, with which headers and which body; what it must be answered, and what people must
/// read of it.
pub(crate) struct Call {
    pub(crate) name: &'static str,
    pub(crate) path: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
    pub(crate) ack: (u16, &'static str),
    pub(crate) kind: &'static str,
    pub(crate) says: &'static [&'static str],
}

/// One call of each provider, and both generations of Casso.
pub(crate) fn calls() -> Vec<Call> {
    vec![thueapi(), abaha(), sepay(), casso_v1(), casso_v2(), appotapay()]
}

fn thueapi() -> Call {
    Call {
        name: "thueapi",
        path: "/hooks/thueapi/shop",
        headers: vec![("x-thueapi", "thueapi-token-0001".into())],
        body: r#"{"txn_id":"FT1","money":"1,250,000","type":"in","gateway":"acb",
                  "number":"0071000123456","content":"Chị Hà trả tiền hàng",
                  "datetime":"2026-03-01 09:15:00"}"#
            .into(),
        ack: (200, r#"{"success":true,"message":"OK"}"#),
        kind: "transfer.in",
        says: &["Tiền vào", "+1.250.000 ₫", "0071000123456", "Chị Hà trả tiền hàng"],
    }
}

fn abaha() -> Call {
    Call {
        name: "abaha",
        path: "/hooks/abaha/shop/order",
        headers: vec![("x-abaha-token", "abaha-secret-0001".into())],
        body: r#"{"id":"7001","cart_code":"DH-7001","status":"2","payment_status":0,
                  "payment_status_name":"Chưa thanh toán","total_after":"560000",
                  "modified":"2026-03-01 09:16:00","user":{"user_id":"9","name":"Lê Văn Tám"}}"#
            .into(),
        ack: (200, r#"{"status":200,"message":"OK"}"#),
        kind: "order.changed",
        says: &["DH-7001", "560.000 ₫"],
    }
}

fn sepay() -> Call {
    Call {
        name: "sepay",
        path: "/hooks/sepay/shop",
        headers: vec![("authorization", "Apikey sepay-key-0001".into())],
        body: r#"{"id":88001,"gateway":"MBBank","transactionDate":"2026-03-01 09:17:00",
                  "accountNumber":"0359000111","subAccount":null,"code":null,
                  "content":"thanh toan nha cung cap","transferType":"out",
                  "transferAmount":193000,"accumulated":0,"referenceCode":"FT26060",
                  "description":""}"#
            .into(),
        ack: (201, r#"{"success":true}"#),
        kind: "transfer.out",
        says: &["Tiền ra", "-193.000 ₫", "0359000111", "FT26060"],
    }
}

fn casso_v1() -> Call {
    Call {
        name: "casso v1",
        path: "/hooks/casso/shop",
        headers: vec![("secure-token", "casso-key-0001".into())],
        body: r#"{"error":0,"data":[{"id":501,"tid":"TF501","description":"DH501 tien hang",
                  "amount":45000,"cusum_balance":0,"when":"2026-03-01",
                  "bank_sub_acc_id":"123999","subAccId":"123999"}]}"#
            .into(),
        ack: (200, r#"{"success":true}"#),
        kind: "transfer.in",
        says: &["+45.000 ₫", "123999", "DH501"],
    }
}

fn casso_v2() -> Call {
    // Written as Casso's canonical form: sorted keys, no blanks.
    let body = concat!(
        r#"{"data":{"accountNumber":"777888","amount":99000,"bankAbbreviation":"VCB","#,
        r#""bankName":"Vietcombank","counterAccountName":"TRAN THI B","counterAccountNumber":"55","#,
        r#""description":"DH502 a/b","id":502,"reference":"FT502","runningBalance":1000000,"#,
        r#""transactionDateTime":"2026-03-01 09:18:00"},"error":0}"#
    );
    let t = Machine.now().as_millisecond();
    let mut mac = Hmac::<Sha512>::new_from_slice(b"casso-key-0001").unwrap();
    mac.update(format!("{t}.{body}").as_bytes());
    let signature = format!("t={t},v1={}", hex::encode(mac.finalize().into_bytes()));
    Call {
        name: "casso V2",
        path: "/hooks/casso/shop",
        headers: vec![("x-casso-signature", signature)],
        body: body.into(),
        ack: (200, r#"{"success":true}"#),
        kind: "transfer.in",
        says: &["+99.000 ₫", "777888", "TRAN THI B", "DH502"],
    }
}

fn appotapay() -> Call {
    let inner = r#"{"event":"subscription.cycle.succeeded","data":{"cycleId":"01CYCLE","planId":"01PLAN",
        "cycleNumber":3,"currency":"VND","amount":"85000","attemptCount":1,"status":"SUCCEEDED",
        "updatedAt":"2026-03-01T09:19:00+07:00"}}"#;
    let data = STANDARD.encode(inner);
    let mut mac = Hmac::<Sha256>::new_from_slice(b"appota-secret-0001").unwrap();
    mac.update(data.as_bytes());
    let signature = hex::encode(mac.finalize().into_bytes());
    Call {
        name: "appotapay",
        path: "/hooks/appotapay/shop",
        headers: vec![("content-type", "applicaton/json".into())],
        body: serde_json::json!({"data": data, "signature": signature, "time": 1_772_331_540})
            .to_string(),
        ack: (200, r#"{"status":"ok"}"#),
        kind: "cycle.succeeded",
        says: &["85.000 ₫", "01PLAN"],
    }
}
