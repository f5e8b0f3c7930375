//! Calls of Casso's Webhook V2, signed before the clock runs: each another transfer.

use bytes::Bytes;
use domain::{Event, Fact, Hook, Provider as _, Reading, Source, SourceRecord};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderValue, Method};
use jiff::Timestamp;
use providers::Casso;
use sha2::Sha512;

use super::Anything;

/// Where the calls go.
pub const PATH: &str = "/hooks/casso/shop";
/// The source's secret.
pub const SECRET: &str = "bench-9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c";
/// The header that proves a call.
pub const SIGNATURE: &str = "x-casso-signature";

/// One in sixteen transfers is on another account, for a destination that takes few.
pub const RARE: &str = "0071000445566";
const RARE_EVERY: u64 = 16;
/// What the transfers are numbered from, at Casso.
const FIRST: u64 = 7_000_000;

/// A signed call.
#[derive(Debug, Clone)]
pub struct Call {
    /// What proves it.
    pub signature: HeaderValue,
    /// The transfer.
    pub body: Bytes,
}

/// Calls for transfers `from..from + count`, signed at `at`.
pub fn calls(from: u64, count: u64, at: Timestamp) -> Result<Vec<Call>, Anything> {
    let t = at.as_millisecond();
    let key = Hmac::<Sha512>::new_from_slice(SECRET.as_bytes())?;
    let one = |n| {
        let (body, canon) = bodies(FIRST + n);
        let mut mac = key.clone();
        mac.update(format!("{t}.{canon}").as_bytes());
        let mac = hex::encode(mac.finalize().into_bytes());
        let signature = HeaderValue::from_str(&format!("t={t},v1={mac}"))?;
        Ok(Call { signature, body: body.into() })
    };
    (from..from + count).map(one).collect()
}

/// The number of the transfer that a payment code in a message names.
pub fn number(code: &str) -> Option<u64> {
    code.parse::<u64>().ok()?.checked_sub(FIRST)
}

/// The events that the provider reads from the same calls.
pub fn events(from: u64, count: u64, at: Timestamp) -> Result<Vec<Event>, Anything> {
    let source = source()?;
    let mut events = Vec::new();
    for call in calls(from, count, at)? {
        let mut headers = HeaderMap::new();
        headers.insert(SIGNATURE, call.signature);
        let hook = Hook {
            method: &Method::POST,
            tail: "",
            query: "",
            headers: &headers,
            body: &call.body,
            receipt: "bench",
            received: at,
        };
        match Casso.read(&hook, &source)? {
            Reading::Events { events: read, .. } => events.extend(read),
            other @ Reading::Answer { .. } => return Err(format!("not an event: {other:?}").into()),
        }
    }
    Ok(events)
}

/// Whether an event is on the account that few are on.
pub fn is_rare(event: &Event) -> bool {
    event.facts.get(Fact::Account) == Some(RARE)
}

/// The source that is called, as it is configured.
pub fn record() -> SourceRecord {
    SourceRecord {
        provider: "casso".to_owned(),
        name: "shop".to_owned(),
        secrets: vec![SECRET.to_owned()],
        auth: None,
        client_id: None,
        header: None,
        max_age: None,
        code_pattern: None,
        api: None,
        silence: None,
        active: None,
        created: None,
    }
}

fn source() -> Result<Source, Anything> {
    Ok(record().parse(providers::ALL)?)
}

/// A body in the order in which Casso sends it, and what it signs: the same with its keys sorted.
fn bodies(id: u64) -> (String, String) {
    let amount = 10_000 + id % 977 * 1_000;
    let account = if id.is_multiple_of(RARE_EVERY) { RARE } else { "0071000112233" };
    let who = ["TRAN THI HOA", "LE VAN NAM", "PHAM MINH CHAU", "NGUYEN QUOC BAO"];
    let who = who[usize::try_from(id % 4).unwrap_or(0)];
    let body = format!(
        r#"{{"error":0,"data":{{"id":{id},"reference":"FT2606{id}","description":"DH{id} tra tien ao khoac","amount":{amount},"runningBalance":48250000,"transactionDateTime":"2026-03-02 09:14:31","accountNumber":"{account}","bankName":"Vietcombank","bankAbbreviation":"VCB","virtualAccountNumber":"","virtualAccountName":"","counterAccountName":"{who}","counterAccountNumber":"19036688001122","counterAccountBankId":"970407","counterAccountBankName":"Techcombank"}}}}"#
    );
    let canon = format!(
        r#"{{"data":{{"accountNumber":"{account}","amount":{amount},"bankAbbreviation":"VCB","bankName":"Vietcombank","counterAccountBankId":"970407","counterAccountBankName":"Techcombank","counterAccountName":"{who}","counterAccountNumber":"19036688001122","description":"DH{id} tra tien ao khoac","id":{id},"reference":"FT2606{id}","runningBalance":48250000,"transactionDateTime":"2026-03-02 09:14:31","virtualAccountName":"","virtualAccountNumber":""}},"error":0}}"#
    );
    (body, canon)
}
