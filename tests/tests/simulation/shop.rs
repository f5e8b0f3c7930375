//! What the journeys are made of: a shop's sources, its destinations, hooks, and answers.

use std::time::Duration;

use domain::{Answer, DestinationRecord, RetryRecord, SendError, SourceRecord, Text};
use jiff::SignedDuration;
use testkit::simulation::journey::{Act, Asked, Call, Journey, Reply};
use testkit::world::answer;

/// Casso's ladder of repeats, in minutes.
const CASSO: [u64; 17] = [1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987, 1597];
/// SePay's.
const SEPAY: [u64; 7] = [1, 1, 2, 3, 5, 8, 13];

pub(super) fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

pub(super) fn hours(n: u64) -> Duration {
    secs(n * 3600)
}

/// A journey in which casso calls and every destination takes everything.
pub(super) fn journey(name: &'static str) -> Journey {
    Journey {
        name,
        sources: vec![source("casso")],
        destinations: Vec::new(),
        calls: Vec::new(),
        acts: Vec::new(),
        script: fine,
        sure: Vec::new(),
        probe_every: SignedDuration::from_mins(15),
        days: 3,
        hours: true,
        short: false,
    }
}

pub(super) fn source(provider: &str) -> SourceRecord {
    SourceRecord {
        provider: provider.into(),
        name: "shop".into(),
        secrets: vec!["key-of-the-shop-0123456789".into()],
        auth: (provider == "sepay").then(|| "api_key".into()),
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

/// A transfer by casso, which calls for a day.
pub(super) fn casso(after: u64, ids: &[u64], amount: i64) -> Call {
    let row = |id: &u64| {
        format!(
            r#"{{"id":{id},"tid":"T{id}","description":"DH{id}","amount":{amount},"when":"2026-03-01 09:00:00","bank_sub_acc_id":"9"}}"#
        )
    };
    let rows: Vec<String> = ids.iter().map(row).collect();
    Call {
        after: secs(after),
        path: "/hooks/casso/shop",
        proof: ("secure-token", "key-of-the-shop-0123456789"),
        body: format!(r#"{{"error":0,"data":[{}]}}"#, rows.join(",")),
        brings: ids.iter().map(|id| (format!("casso/shop/{id}"), amount)).collect(),
        again: CASSO.iter().map(|minutes| secs(minutes * 60)).collect(),
    }
}

/// A transfer by SePay, which calls eight times.
pub(super) fn sepay(after: u64, id: u64) -> Call {
    Call {
        after: secs(after),
        path: "/hooks/sepay/shop",
        proof: ("authorization", "Apikey key-of-the-shop-0123456789"),
        body: format!(
            r#"{{"id":{id},"gateway":"MBBank","transactionDate":"2026-03-01 08:59:58","accountNumber":"1017588888","subAccount":null,"code":null,"content":"DH{id}","transferType":"in","transferAmount":150000,"accumulated":2150000,"referenceCode":"FT{id}","description":"DH{id}"}}"#
        ),
        brings: vec![(format!("sepay/shop/{id}"), 150_000)],
        again: SEPAY.iter().map(|minutes| secs(minutes * 60)).collect(),
    }
}

/// A transfer by ThueAPI, which never calls again.
pub(super) fn thueapi(after: u64, id: u64) -> Call {
    Call {
        after: secs(after),
        path: "/hooks/thueapi/shop",
        proof: ("x-thueapi", "key-of-the-shop-0123456789"),
        body: format!(
            r#"{{"number":"0011001234567","phone":"0900000001","money":250000,"type":"in","gateway":"acb","txn_id":"FT{id}","content":"DH{id}","datetime":"2026-01-01 08:30:00","balance":"1,234,567"}}"#
        ),
        brings: vec![(format!("thueapi/shop/acb:0011001234567:in:FT{id}"), 250_000)],
        again: Vec::new(),
    }
}

pub(super) fn webhook(name: &str) -> DestinationRecord {
    DestinationRecord {
        name: name.into(),
        channel: "webhook".into(),
        endpoint: Some(Text::Text(format!("https://example.com/{name}"))),
        ..DestinationRecord::default()
    }
}

/// A chat that is slack, telegram or lark.
pub(super) fn chat(name: &str, channel: &str) -> DestinationRecord {
    let endpoint = match channel {
        "slack" => Text::Text(
            "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX".into(),
        ),
        "telegram" => Text::Number(-1),
        _ => Text::Text(
            "https://open.larksuite.com/open-apis/bot/v2/hook/12345678-1234-1234-1234-123456789012"
                .into(),
        ),
    };
    DestinationRecord {
        name: name.into(),
        channel: channel.into(),
        endpoint: Some(endpoint),
        bot_token: (channel == "telegram")
            .then(|| "123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".into()),
        ..DestinationRecord::default()
    }
}

/// Where operators are told: alarms alone.
pub(super) fn alarms(name: &str) -> DestinationRecord {
    DestinationRecord { alarms: Some(true), events: vec!["product".into()], ..webhook(name) }
}

/// The same with a schedule of waits.
pub(super) fn with_waits(record: DestinationRecord, waits: &[&str]) -> DestinationRecord {
    let waits = Some(waits.iter().map(|&wait| wait.to_owned()).collect());
    DestinationRecord { retry: Some(RetryRecord { waits, ..RetryRecord::default() }), ..record }
}

pub(super) fn pause(after: Duration, name: &'static str) -> (Duration, Act) {
    (after, Act::Pause(name))
}

/// It takes the message, as its channel says so.
pub(super) fn takes(asked: &Asked<'_>) -> Reply {
    let says = match asked.destination {
        "slack" => answer(200, "ok"),
        "telegram" => answer(200, r#"{"ok":true,"result":{}}"#),
        "lark" => answer(200, r#"{"code":0,"msg":"success"}"#),
        _ => answer(204, ""),
    };
    Reply { takes: true, says: Ok(says), wait: Duration::from_millis(30) }
}

/// Every destination takes everything.
pub(super) fn fine(asked: &Asked<'_>) -> Reply {
    takes(asked)
}

/// It does not take the message.
pub(super) fn says(status: u16, body: &str) -> Reply {
    Reply { takes: false, says: Ok(answer(status, body)), wait: Duration::from_millis(30) }
}

/// The same, and when to come again.
pub(super) fn later(status: u16, body: &str, after: &str) -> Reply {
    let mut answer: Answer = answer(status, body);
    if let Ok(value) = after.parse() {
        answer.headers.insert("retry-after", value);
    }
    Reply { takes: false, says: Ok(answer), wait: Duration::from_millis(30) }
}

/// No connection.
pub(super) fn refuses() -> Reply {
    let says = Err(SendError::Connection("refused".into()));
    Reply { takes: false, says, wait: Duration::from_millis(5) }
}

/// It hangs for longer than anybody waits.
pub(super) fn hangs() -> Reply {
    Reply { takes: false, says: Ok(answer(200, "ok")), wait: secs(120) }
}
