//! Events, destinations and answers for the tests of every channel.

use std::time::Duration;

use bytes::Bytes;
use domain::{
    Answer, DeliveryId, Destination, DestinationAuth, Event, EventKey, Fact, Facts, Filter, Job,
    Kind, Language, Moment, Money, Name, Provenance, RetryOn, Schedule, Secret, Settings, SourceId,
    WebhookMethod, amount_from_text,
};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;

/// What strangers may write into a memo.
pub(crate) fn hostile() -> Vec<String> {
    let mut memos: Vec<String> = [
        "<!channel> <@U012AB3CD> <!here|x> <https://evil.example|Vietcombank>",
        "<at id=all></at><at user_id=\"all\">mọi người</at>",
        "x\nSố tiền: 9.000.000 ₫\r\n\u{2028}Nội dung: giả",
        "</code><b>đậm</b><a href=\"https://evil.example\">x</a><br>&nbsp;&lt; 1 < 2 && \"'",
        "*đậm* _nghiêng_ ~gạch~ `mã` > trích :x: [x](https://evil.example) # 1. | $x$ ＊＿｀",
        "@everyone #tag /start $VND https://evil.example a@b.example 4111111111111111 +84912345678",
        "\u{202E}000.1\u{202C} \u{2066}x\u{2069} \u{200B}\u{FEFF}\u{2060}\u{0}\u{1}\u{FFFE}",
        "Nguye\u{302}\u{303}n Va\u{306}n A chuye\u{302}\u{309}n tie\u{302}\u{300}n",
        "Nguyễn Văn A chuyển tiền",
        "}}}]\\\",\"type\":\"mrkdwn\",\"x\":\"\\u0000",
        "👨‍👩‍👧🇻🇳 مرحبا שלום",
        "\u{200B}",
        "   ",
    ]
    .map(str::to_owned)
    .to_vec();
    memos.push("ế&<>\"\\".repeat(30_000));
    memos.push("&".repeat(300_000));
    memos.push(format!("a{}", "\u{301}".repeat(100_000)));
    memos
}

/// Money in, with every fact that a transfer may have.
pub(crate) fn transfer() -> Event {
    event(Kind::TransferIn, "1250000", transfer_facts("DH1042 chuyen tien"))
}

/// Money in whose every text is this one.
pub(crate) fn transfer_saying(text: &str) -> Event {
    let mut facts = transfer_facts(text);
    for (fact, _) in facts.clone().iter() {
        facts.set(fact, text.to_owned());
    }
    event(Kind::TransferIn, "1250000", facts)
}

fn transfer_facts(content: &str) -> Facts {
    Facts::default()
        .with(Fact::Account, "1017588888".to_owned())
        .with(Fact::VirtualAccount, "VA0001".to_owned())
        .with(Fact::Bank, "Vietcombank".to_owned())
        .with(Fact::Counterparty, "NGUYEN VAN A".to_owned())
        .with(Fact::CounterpartyAccount, "0071000888888".to_owned())
        .with(Fact::CounterpartyBank, "ACB".to_owned())
        .with(Fact::Code, "DH1042".to_owned())
        .with(Fact::Content, content.to_owned())
        .with(Fact::Reference, "FT26325000001".to_owned())
}

pub(crate) fn event(kind: Kind, dong: &str, facts: Facts) -> Event {
    let source = SourceId::parse("casso/shop").unwrap();
    Event {
        key: EventKey::new(&source, "92704"),
        source,
        kind,
        test: false,
        late: false,
        provenance: Provenance::Hook,
        occurred: Moment::parse("2026-11-21 09:30:15"),
        received: "2026-11-21T02:30:17Z".parse().unwrap(),
        money: Money::parse(dong, domain::Currency::VND).ok(),
        balance: amount_from_text("18067000").ok(),
        facts,
        object: r#"{"id":92704}"#.to_owned(),
    }
}

pub(crate) fn secret(text: &str) -> Secret {
    Secret::parse(text).unwrap()
}

/// A destination without any setting of its channel.
pub(crate) fn destination(channel: &str) -> Destination {
    Destination {
        name: Name::parse("sales").unwrap(),
        channel: channel.to_owned(),
        filter: Filter::default(),
        title_in: None,
        title_out: None,
        language: Language::Vi,
        include_balance: false,
        active: true,
        alarms: false,
        timeout: Duration::from_secs(10),
        retry: Schedule::Casso,
        retry_on: RetryOn::default(),
        settings: Settings::default(),
    }
}

/// A destination on a URL.
pub(crate) fn destination_at(channel: &str, endpoint: &str) -> Destination {
    let mut to = destination(channel);
    to.settings.endpoint = Some(secret(endpoint));
    to
}

/// Settings of every channel at once, each of which must be refused by those it is not for.
pub(crate) fn every_setting() -> Vec<(&'static str, Settings)> {
    let none = Settings::default;
    let url = || url::Url::parse("https://api.example/").unwrap();
    let header = (http::HeaderName::from_static("x-shop"), http::HeaderValue::from_static("1"));
    let auth = DestinationAuth::ApiKey(secret("key"));
    vec![
        ("endpoint", Settings { endpoint: Some(secret("https://a.example/")), ..none() }),
        ("bot_token", Settings { bot_token: Some(secret("1:a")), ..none() }),
        ("api_base", Settings { api_base: Some(url()), ..none() }),
        ("thread", Settings { thread: Some(7), ..none() }),
        ("secret", Settings { secret: Some(secret("s")), ..none() }),
        ("signing_secrets", Settings { signing_secrets: vec![secret("s")], ..none() }),
        ("auth", Settings { auth, ..none() }),
        ("method", Settings { method: WebhookMethod::Get, ..none() }),
        ("headers", Settings { headers: vec![header], ..none() }),
        ("content_type", Settings { content_type: Some("x".to_owned()), ..none() }),
        ("concurrency", Settings { concurrency: Some(1), ..none() }),
    ]
}

/// Seconds since 1970 at which the tests' first attempts are made.
pub(crate) const NOW: i64 = 1_795_141_000;

/// The first exchange of the first attempt.
pub(crate) fn job<'a>(event: &'a Event, to: &'a Destination, id: &'a DeliveryId) -> Job<'a> {
    Job {
        event,
        destination: to,
        id,
        attempt: 1,
        exchange: 1,
        earlier: &[],
        members: &[],
        now: Timestamp::from_second(NOW).unwrap(),
        token: None,
        moved_to: None,
    }
}

/// The id of the event's delivery there.
pub(crate) fn id(event: &Event, to: &Destination) -> DeliveryId {
    event.delivery_to(&to.name).id()
}

pub(crate) fn answer(status: u16, body: &str) -> Answer {
    Answer {
        status: StatusCode::from_u16(status).unwrap(),
        headers: HeaderMap::new(),
        body: Bytes::copy_from_slice(body.as_bytes()),
    }
}
