//! Events, destinations and answers for the tests of every channel.

mod summaries;

use std::time::Duration;

use bytes::Bytes;
use domain::{
    Alarm, Answer, DeliveryId, Destination, DestinationAuth, Digest, Event, EventKey, Fact, Facts,
    Filter, Job, Kind, Language, Moment, Money, Name, Provenance, RetryOn, Schedule, Secret,
    Settings, SourceId, WebhookMethod, amount_from_text,
};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;

use crate::message::Message;

pub(crate) use summaries::{
    named_by, nothing_of_a_day, summary_saying, summary_saying_only, summary_told,
};

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
        title: None,
        channel: channel.to_owned(),
        filter: Filter::default(),
        title_in: None,
        title_out: None,
        language: Language::Vi,
        include_balance: false,
        active: true,
        verifies: false,
        alarms: false,
        summary: None,
        timeout: Duration::from_secs(10),
        retry: Schedule::Casso,
        retry_on: RetryOn::default(),
        settings: Settings::default(),
    }
}

/// One whose people read English.
pub(crate) fn english() -> Destination {
    Destination { language: Language::En, ..destination("slack") }
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
        members: &[],
        destination: to,
        id,
        attempt: 1,
        exchange: 1,
        earlier: &[],
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

/// The message of an event.
pub(crate) fn message(event: &Event, to: &Destination) -> Message {
    Message::of(&job(event, to, &id(event, to)))
}

/// The digest of these events.
pub(crate) fn digest_of(members: &[Event], to: &Destination) -> Message {
    let keys = members.iter().map(|member| member.key.clone()).collect();
    let digest = Digest { destination: to.name.clone(), members: keys };
    let event = digest.event(Digest::key(7), "2026-11-21T02:40:00Z".parse().unwrap());
    Message::of(&Job { members, ..job(&event, to, &id(&event, to)) })
}

/// So many events of several kinds, a second apart, whose every text that a digest shows is this
/// one; the texts of many are not the longest.
pub(crate) fn members_saying(n: usize, text: &str) -> Vec<Event> {
    let kinds = [Kind::TransferIn, Kind::TransferIn, Kind::TransferOut, Kind::OrderChanged];
    let kinds = kinds.into_iter().cycle().take(n).enumerate();
    let text: String = text.chars().take(if n > 1 { 200 } else { 20_000 }).collect();
    let shown = [Fact::Account, Fact::Code, Fact::Content, Fact::Number, Fact::Name, Fact::Status];
    let member = |(n, kind): (usize, Kind)| {
        let all = shown.iter().fold(Facts::default(), |f, fact| f.with(*fact, text.clone()));
        let at = 1_795_228_215 + i64::try_from(n).unwrap();
        let occurred = Timestamp::from_second(at).unwrap();
        let occurred = Moment { at: occurred, offset: domain::VIETNAM, date_only: false };
        let key = EventKey::from_stored(&format!("casso/shop/{n}"));
        Event { key, occurred: Some(occurred), ..event(kind, "1250000", all) }
    };
    kinds.map(member).collect()
}

/// Every alarm, each text of which that is not ours is this one.
pub(crate) fn alarms_saying(text: &str) -> Vec<Alarm> {
    let since: Timestamp = "2026-11-20T02:30:15Z".parse().unwrap();
    let (destination, source) = (|| "sales".to_owned(), || "casso/shop".to_owned());
    let paused =
        |cause: &str| Alarm::Paused { destination: destination(), since, cause: cause.to_owned() };
    vec![
        paused("failing"),
        paused("operator"),
        paused(text),
        Alarm::Resumed { destination: destination() },
        Alarm::Disabled { destination: destination(), since },
        Alarm::Unreadable { destination: text.to_owned() },
        Alarm::Silence { source: source(), since },
        Alarm::Heard { source: source() },
        Alarm::Gap { source: source(), gaps: 3, oldest: Some(since) },
        Alarm::Unasked { source: source(), reason: text.to_owned() },
        Alarm::Conflict { source: source(), event: "5f2b90c1".to_owned() },
        Alarm::DeadLetters { count: 2 },
        Alarm::Refused { source: source(), count: 14, reason: text.to_owned() },
    ]
}

/// The message of an alarm.
pub(crate) fn told(alarm: &Alarm, to: &Destination) -> Message {
    message(&alarm.event("1", "2026-11-21T02:30:17Z".parse().unwrap()), to)
}

/// Every message that is not one event's and has this text in it, in both languages.
pub(crate) fn own_messages(text: &str, to: &Destination) -> Vec<Message> {
    let mut messages = Vec::new();
    for language in [Language::Vi, Language::En] {
        let to = Destination { language, ..to.clone() };
        let digests = [1, 2, 6, 200].map(|n| digest_of(&members_saying(n, text), &to));
        messages.extend(digests);
        messages.extend(alarms_saying(text).iter().map(|alarm| told(alarm, &to)));
        messages.push(summary_saying_only(text, &to));
    }
    messages
}
