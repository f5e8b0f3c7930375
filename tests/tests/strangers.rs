//! Checks by strangers: what we send is read by software that others wrote and that will read it in
//! earnest. Telegram's own parser, Slack's own SDK, Standard Webhooks' own library, all offline.
//!
//! They live in a Python environment that `make venv` makes from `tests/strangers/requirements.txt`.
//! Without it these tests fail; `TINGTING_PYTHON` names another interpreter that has the packages.

#![expect(clippy::unwrap_used, reason = "a test's helpers fail as tests do")]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use domain::{
    Alarm, Currency, Destination, DestinationRecord, Digest, Event, EventKey, Fact, Facts, Job,
    Kind, Language, Moment, Money, Outgoing, Provenance, Settings, SourceId, clean, find_channel,
};
use jiff::Timestamp;
use serde_json::{Value, json};

const TELEGRAM: &str = r#"{"name":"t","channel":"telegram","endpoint":"-1001234567890",
    "bot_token":"123456789:AAbb_cc-dd"}"#;
const SLACK: &str =
    r#"{"name":"s","channel":"slack","endpoint":"https://hooks.slack.com/services/T0/B0/x"}"#;
const WEBHOOK: &str = r#"{"name":"w","channel":"webhook","endpoint":"https://shop.example/hook"}"#;
const NEW_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OLD_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// What strangers write into memos, in the hope that somebody's screen obeys.
fn memos() -> Vec<String> {
    let mut memos: Vec<String> = [
        "DH1042 chuyen tien",
        "Nguyễn Văn A chuyển tiền ế ộ ữ",
        "Nguye\u{302}\u{303}n Va\u{306}n A chuye\u{302}\u{309}n tie\u{302}\u{300}n",
        "<!channel> <!here> <@U012AB3CD> <#C012AB3CD> <https://evil.example|Vietcombank>",
        "<at id=all></at> <at user_id=\"all\">mọi người</at>",
        "</code></pre><b>đậm</b><a href=\"tg://user?id=1\">x</a><tg-spoiler>x</tg-spoiler>",
        "1 < 2 && 3 > 2 &nbsp; &lt; &#60; &amp;amp; <br> <",
        "@everyone_here #nganhang /start $VND https://evil.example evil.example a@b.example",
        "4111111111111111 +84912345678 0912 345 678 tg://resolve?domain=x t.me/joinchat/x",
        "x\nSố tiền: 9.000.000 ₫\r\nNội dung: giả",
        "\u{202E}000.000.9\u{202C} \u{2066}x\u{2069} \u{200B}ẩn\u{FEFF} \u{0}\u{1}\u{7F}",
        "*đậm* _nghiêng_ ~gạch~ `mã` ```khối``` > trích :x: [x](https://evil.example) ||x||",
        "👨‍👩‍👧 🇻🇳 مرحبا שלום ﷽ 𝕏 \u{FFFD}",
        "}}]\",\"type\":\"mrkdwn\"\\",
    ]
    .map(str::to_owned)
    .to_vec();
    memos.push("ế<&>@ten_toi ".repeat(25_000));
    memos.push("&".repeat(300_000));
    memos.push("@ten_toi ".repeat(30_000));
    memos.push(format!("a{}", "\u{301}".repeat(1000)));
    memos
}

/// Every memo in every text of a transfer, and in those of an order.
fn events() -> Vec<(Event, String)> {
    let kinds = [Kind::TransferIn, Kind::TransferOut, Kind::OrderChanged, Kind::CycleFailed];
    let with = |kind| memos().into_iter().map(move |memo| (event(kind, &memo), memo));
    kinds.into_iter().flat_map(with).collect()
}

fn event(kind: Kind, memo: &str) -> Event {
    let source = SourceId::parse("casso/shop").unwrap();
    let mut facts = Facts::default();
    for fact in Fact::ALL {
        facts.set(*fact, memo.to_owned());
    }
    Event {
        key: EventKey::new(&source, memo),
        source,
        kind,
        test: true,
        late: true,
        provenance: Provenance::Hook,
        occurred: Moment::parse("2026-11-21 09:30:15"),
        received: Timestamp::UNIX_EPOCH,
        money: Money::parse("1250000", Currency::VND).ok(),
        balance: domain::amount_from_text("18067000").ok(),
        facts,
        object: json!({ "description": memo }).to_string(),
    }
}

fn destination(record: &str) -> Destination {
    let record: DestinationRecord = serde_json::from_str(record).unwrap();
    Destination { include_balance: true, ..record.parse(channels::ALL).unwrap() }
}

fn sent(event: &Event, to: &Destination, now: Timestamp) -> http::Request<bytes::Bytes> {
    sent_with(event, &[], to, now)
}

/// Digests of every memo, of few events and of many.
fn digests(to: &Destination) -> Vec<(Event, Vec<Event>)> {
    let mut digests = Vec::new();
    for memo in memos() {
        for n in [1, 2, 6, 200] {
            let memo: String = memo.chars().take(if n > 6 { 200 } else { 5_000 }).collect();
            let kinds = [Kind::TransferIn, Kind::TransferOut, Kind::OrderChanged];
            let kinds = kinds.into_iter().cycle().take(n);
            let members: Vec<Event> = kinds.map(|kind| event(kind, &memo)).collect();
            let keys = members.iter().map(|member| member.key.clone()).collect();
            let digest = Digest { destination: to.name.clone(), members: keys };
            digests.push((digest.event(Digest::key(7), Timestamp::UNIX_EPOCH), members));
        }
    }
    digests
}

/// Every alarm, with every memo where a text may be a stranger's.
fn alarms() -> Vec<Event> {
    let (since, source) = (Timestamp::UNIX_EPOCH, "casso/shop".to_owned());
    let mut alarms = Vec::new();
    for memo in memos() {
        let destination = "sales".to_owned();
        alarms.extend([
            Alarm::Paused { destination: destination.clone(), since, cause: memo.clone() },
            Alarm::Unasked { source: source.clone(), reason: memo.clone() },
            Alarm::Refused { source: source.clone(), count: 14, reason: memo.clone() },
            Alarm::Unreadable { destination: memo },
            Alarm::Disabled { destination: destination.clone(), since },
            Alarm::Resumed { destination },
            Alarm::Silence { source: source.clone(), since },
            Alarm::Heard { source: source.clone() },
            Alarm::Gap { source: source.clone(), gaps: 3, oldest: Some(since) },
            Alarm::Conflict { source: source.clone(), event: "5f2b90c1".to_owned() },
            Alarm::DeadLetters { count: 2 },
        ]);
    }
    alarms.iter().map(|alarm| alarm.event("1", since)).collect()
}

/// What a chat gets of everything that is no single event, in both languages.
fn own_messages(record: &str) -> Vec<Value> {
    let mut messages = Vec::new();
    for language in [Language::Vi, Language::En] {
        let to = Destination { language, ..destination(record) };
        let alarms = alarms().into_iter().map(|alarm| (alarm, Vec::new()));
        messages.extend(digests(&to).into_iter().chain(alarms).map(|(event, members)| {
            body(&sent_with(&event, &members, &to, Timestamp::UNIX_EPOCH))
        }));
    }
    messages
}

fn sent_with(
    event: &Event,
    members: &[Event],
    to: &Destination,
    now: Timestamp,
) -> http::Request<bytes::Bytes> {
    let channel = find_channel(channels::ALL, &to.channel).unwrap();
    let id = event.delivery_to(&to.name).id();
    let job = Job {
        event,
        members,
        destination: to,
        id: &id,
        attempt: 1,
        exchange: 1,
        earlier: &[],
        now,
        token: None,
        moved_to: None,
    };
    match channel.request(&job) {
        Ok(Outgoing::Http(request)) => request,
        other => panic!("{} sends nothing: {other:?}", to.channel),
    }
}

fn body(request: &http::Request<bytes::Bytes>) -> Value {
    serde_json::from_slice(request.body()).unwrap()
}

/// Has a stranger read messages; its findings are the failure.
fn ask(script: &str, messages: &[Value]) {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    #[expect(clippy::disallowed_methods, reason = "a test's own choice of interpreter")]
    let python = std::env::var_os("TINGTING_PYTHON")
        .map_or_else(|| root.with_file_name(".venv").join("bin/python"), PathBuf::from);
    assert!(python.exists(), "{} is not there: run `make venv`", python.display());
    let mut child = Command::new(&python)
        .arg(root.join("strangers").join(script))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let written = child.stdin.take().unwrap().write_all(json!(messages).to_string().as_bytes());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let trouble = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{script}:\n{said}\n{trouble}\n(`make venv` brings packages up to date)"
    );
    written.unwrap();
}

#[test]
fn telegrams_own_parser_reads_every_message_and_links_nothing_of_a_strangers() {
    let mut messages = Vec::new();
    for (event, memo) in events() {
        for language in [Language::Vi, Language::En] {
            let to = Destination { language, ..destination(TELEGRAM) };
            let body = body(&sent(&event, &to, Timestamp::UNIX_EPOCH));
            // A memo that is not cut must be read as it was written, cleaned.
            let whole = if memo.len() < 90 { vec![clean(&memo)] } else { vec![] };
            messages.push(json!({ "text": body["text"], "values": whole }));
        }
    }
    // Alarms and digests cut what strangers wrote, so that only the marks are judged.
    let own = own_messages(TELEGRAM).into_iter();
    messages.extend(own.map(|body| json!({ "text": body["text"], "values": [] })));
    ask("telegram.py", &messages);
}

#[test]
fn slacks_own_sdk_takes_every_block() {
    let mut messages = Vec::new();
    for (event, _) in events() {
        for language in [Language::Vi, Language::En] {
            let to = Destination { language, ..destination(SLACK) };
            messages.push(body(&sent(&event, &to, Timestamp::UNIX_EPOCH)));
        }
    }
    messages.extend(own_messages(SLACK));
    ask("slack.py", &messages);
}

#[test]
fn standard_webhooks_own_library_verifies_each_secret_and_no_change() {
    let secrets = |texts: &[&str]| texts.iter().filter_map(|t| domain::Secret::parse(t)).collect();
    let now = clock();
    let mut requests = Vec::new();
    // Nothing is cut in a webhook, so the longest memos would only make it slow.
    let transfers = events().into_iter().filter(|(event, _)| event.kind == Kind::TransferIn);
    for (event, _) in transfers.filter(|(_, memo)| memo.len() < 100_000) {
        for (texts, method) in [
            (&[NEW_SECRET][..], domain::WebhookMethod::Post),
            (&[NEW_SECRET, OLD_SECRET], domain::WebhookMethod::Post),
            (&[OLD_SECRET, NEW_SECRET], domain::WebhookMethod::Get),
        ] {
            let mut to = destination(WEBHOOK);
            let signing_secrets = secrets(texts);
            to.settings = Settings { signing_secrets, method, ..to.settings };
            let request = sent(&event, &to, now);
            let headers: serde_json::Map<String, Value> = request
                .headers()
                .iter()
                .map(|(name, value)| (name.to_string(), json!(value.to_str().unwrap())))
                .collect();
            let body = String::from_utf8(request.body().to_vec()).unwrap();
            requests.push(json!({ "headers": headers, "body": body, "secrets": texts }));
        }
    }
    ask("standard_webhooks.py", &requests);
}

/// The receiver's library compares with the real time.
fn clock() -> Timestamp {
    #[expect(clippy::disallowed_methods, reason = "the library under test reads this clock too")]
    let now = std::time::SystemTime::now();
    let since = now.duration_since(std::time::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    Timestamp::from_second(i64::try_from(since.as_secs()).unwrap()).unwrap()
}
