//! One realistic call of each provider and way of proof, signed here. The people, accounts and
//! amounts in them are made up.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use domain::{Hook, Source, SourceRecord};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::Timestamp;
use serde_json::Value;
use sha2::{Sha256, Sha512};

use crate::Anything;

const SECRET: &str = "whsec_bench_5f1c9a7e3b2d4860a1c3e5f7";
const RECEIVED: &str = "2026-03-02T02:15:07Z";
const RECEIVED_S: &str = "1772417707";
const RECEIVED_MS: &str = "1772417707000";

/// A call and the source it is addressed to.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) source: Source,
    pub(crate) body: Vec<u8>,
    tail: &'static str,
    headers: HeaderMap,
    received: Timestamp,
}

impl Sample {
    /// The call as the flow hands it to a provider.
    pub(crate) fn hook(&self) -> Hook<'_> {
        Hook {
            method: &Method::POST,
            tail: self.tail,
            query: "",
            headers: &self.headers,
            body: &self.body,
            receipt: "bench",
            received: self.received,
        }
    }
}

/// All samples, in the order of the table.
pub(crate) fn all() -> Result<Vec<Sample>, Anything> {
    let token = |name| vec![(name, SECRET.to_owned())];
    let sepay_key = vec![("authorization", format!("Apikey {SECRET}"))];
    let signed = [RECEIVED_S, SEPAY].join(".");
    let sepay_mac = vec![
        ("x-sepay-timestamp", RECEIVED_S.to_owned()),
        ("x-sepay-signature", format!("sha256={}", mac::<Hmac<Sha256>>(&signed)?)),
    ];
    // Values are kept in sorted maps, so that this is the sorted form that Casso signs.
    let canon = serde_json::from_str::<Value>(CASSO_V2)?.to_string();
    let casso_mac = mac::<Hmac<Sha512>>(&format!("{RECEIVED_MS}.{canon}"))?;
    let casso = vec![("x-casso-signature", format!("t={RECEIVED_MS},v1={casso_mac}"))];
    let data = BASE64_STANDARD.encode(APPOTAPAY_PLAN);
    let signature = mac::<Hmac<Sha256>>(&data)?;
    let appotapay =
        serde_json::json!({ "data": data, "signature": signature, "time": RECEIVED_S }).to_string();
    Ok(vec![
        sample("thueapi", "thueapi", None, "", token("x-thueapi"), THUEAPI)?,
        sample("abaha order", "abaha", None, "order", token("x-abaha-token"), ABAHA_ORDER)?,
        sample("sepay api_key", "sepay", Some("api_key"), "", sepay_key, SEPAY)?,
        sample("sepay hmac", "sepay", Some("hmac"), "", sepay_mac, SEPAY)?,
        sample("casso v1", "casso", None, "", token("secure-token"), CASSO_V1)?,
        sample("casso v2", "casso", None, "", casso, CASSO_V2)?,
        sample("appotapay plan", "appotapay", None, "", Vec::new(), &appotapay)?,
    ])
}

fn sample(
    name: &'static str,
    provider: &str,
    auth: Option<&str>,
    tail: &'static str,
    proof: Vec<(&'static str, String)>,
    body: &str,
) -> Result<Sample, Anything> {
    let record = SourceRecord {
        provider: provider.to_owned(),
        name: "shop".to_owned(),
        secrets: vec![SECRET.to_owned()],
        auth: auth.map(str::to_owned),
        client_id: None,
        header: (provider == "abaha").then(|| "X-Abaha-Token".to_owned()),
        max_age: None,
        code_pattern: Some("DH[0-9]+".to_owned()),
        api: None,
        silence: None,
        active: None,
        created: None,
    };
    let source = record.parse(providers::ALL)?;
    let mut headers = HeaderMap::new();
    let usual = [("host", "hooks.example.com"), ("content-type", "application/json")];
    let usual = usual.map(|(name, value)| (name, value.to_owned()));
    for (name, value) in usual.into_iter().chain(proof) {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_str(&value)?);
    }
    let (body, received) = (body.as_bytes().to_vec(), RECEIVED.parse()?);
    Ok(Sample { name, source, body, tail, headers, received })
}

fn mac<M: Mac + KeyInit>(text: &str) -> Result<String, Anything> {
    let mut mac = <M as KeyInit>::new_from_slice(SECRET.as_bytes())?;
    mac.update(text.as_bytes());
    Ok(hex::encode(mac.finalize().into_bytes()))
}

const THUEAPI: &str = r#"{"number":"19036688001122","phone":"0909000111","money":"1,250,000","type":"in","gateway":"acb","txn_id":"FT26061004417","content":"DH10442 tra tien ao khoac","datetime":"2026-03-02 09:14:31","balance":48250000}"#;

const SEPAY: &str = r#"{"id":4402917,"gateway":"Vietcombank","transactionDate":"2026-03-02 09:14:31","accountNumber":"0071000112233","subAccount":"VCB9910442","code":"DH10442","content":"DH10442 trả tiền áo khoác","transferType":"in","description":"TRAN THI HOA chuyen tien DH10442 tra tien ao khoac","transferAmount":1250000,"accumulated":48250000,"referenceCode":"FT26061004417"}"#;

const CASSO_V1: &str = r#"{"error":0,"data":[{"id":7714021,"tid":"FT26061004417","description":"DH10442 tra tien ao khoac","amount":1250000,"cusum_balance":48250000,"when":"2026-03-02 09:14:31","bank_sub_acc_id":"0071000112233","subAccId":"0071000112233","virtualAccount":"","virtualAccountName":"","corresponsiveName":"TRAN THI HOA","corresponsiveAccount":"19036688001122","corresponsiveBankId":"970407","corresponsiveBankName":"Techcombank"}]}"#;

const CASSO_V2: &str = r#"{"error":0,"data":{"id":7714021,"reference":"FT26061004417","description":"DH10442 tra tien ao khoac","amount":1250000,"runningBalance":48250000,"transactionDateTime":"2026-03-02 09:14:31","accountNumber":"0071000112233","bankName":"Vietcombank","bankAbbreviation":"VCB","virtualAccountNumber":"","virtualAccountName":"","counterAccountName":"TRAN THI HOA","counterAccountNumber":"19036688001122","counterAccountBankId":"970407","counterAccountBankName":"Techcombank"}}"#;

const APPOTAPAY_PLAN: &str = r#"{"event":"subscription.plan.activated","data":{"planRefId":"GYM-2026-0301","planId":"01JN7Q2M3K4V5W6X7Y8Z9A0B1C","customerId":"01JN7Q0F1G2H3J4K5M6N7P8Q9R","currency":"VND","amount":350000,"paymentMethods":[{"paymentMethodId":"01JN7PZZ1A2B3C4D5E6F7G8H9J","rank":1}],"immediateActionType":"FULL_AMOUNT","failedCycleAction":"STOP","status":"ACTIVE","actions":[],"schedule":{"interval":"MONTH","intervalCount":1,"totalRecurrence":12,"anchorDate":"2026-03-05T00:00:00+07:00","retryInterval":"DAY","retryIntervalCount":2},"createdAt":"2026-03-02T09:10:02+07:00","updatedAt":"2026-03-02T09:14:31+07:00","serviceName":"Th\u1ebb t\u1eadp th\u00e1ng","notificationConfig":{"subscription.cycle.retrying":["EMAIL"]}}}"#;

const ABAHA_ORDER: &str = r#"{"id":"318842","cart_code":"DH10442","user_id":"77120","store_id":"12","address_id":"40551","cart_type":"cart","cart_type_name":"Đơn hàng","status":"2","before_status":"1","payment_type":"1","payment":"cod","name_payment_method":"Khi nhận hàng (COD)","payment_status":0,"payment_status_name":"Chưa thanh toán","total_value":"1250000","total_after":"1235000","total_before":"1250000","total_discount_value":"15000","total_cal_commission":"0","total_cashback":null,"fee_ship":null,"wallet_fee":null,"commission_ref":null,"dropship_commission_ref":null,"cashback":{"tickid":{"user_cashback":12}},"promotion_id":"0","voucher_status":"0","user_voucher_id":null,"ref_user_id":null,"user_note":"Giao giờ hành chính","site_note":null,"weight":"800","total_count_selected":"1","count_selected":"1","payment_method_id":null,"payment_id":null,"txn_id":null,"item_fee":{"Phí Ship":"Chưa tính"},"used_wallets":null,"is_reject":"0","orders_time":"2026-03-02 09:10:14","delete_flag":"0","delivery_time":null,"utm_source":"Web","modified":"2026-03-02 09:14:31","created":"2026-03-02 09:09:45","comment":"","star":null,"count":1,"user":{"user_id":"77120","name":"Trần Thị Hoa"},"promotions":[],"address":{"id":"40551","user_id":"77120","name":"Hoa","tel":"0909000111","address":"8 Hàng Bông (Phường Hàng Gai, Quận Hoàn Kiếm, Thành phố Hà Nội)","province_id":"1","district_id":"2","ward_id":"61","city":"Thành phố Hà Nội","district":"Quận Hoàn Kiếm","ward":"Phường Hàng Gai","default_flag":"1","delete_flag":"0"},"store_name":"Cửa hàng Hàng Bông","pricing_name":""}"#;
