//! What providers' own APIs answer: the first line is the cursor of the page before, the rest the
//! answer; after a `*`, one row that fills a whole page. The same answer for ever leads nowhere twice.
#![no_main]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use domain::{
    Answer, Ask, EventKey, Fact, NextPage, Page, Provenance, ProviderApi, Secret, Setback, Source,
    SourceRecord, clean, find_provider,
};
use http::{HeaderMap, StatusCode};
use jiff::{SignedDuration, Timestamp};
use libfuzzer_sys::fuzz_target;
use promises::door::NOW;
use promises::event::assert_sound;
use promises::head_and_body;
use serde_json::{Value, json};

/// As many rows as the fullest page has.
const FULL: usize = 1000;
/// How often the same answer is given.
const PAGES: usize = 3;
const REASON_BYTES: usize = 400;

static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| {
    let oauth2 = json!({ "client_id": "c", "client_secret": "s", "refresh_token": "r" });
    [
        json!({ "provider": "casso", "secrets": ["s"], "api": { "key": "k" } }),
        json!({ "provider": "sepay", "auth": "none", "api": { "token": "t" } }),
        json!({ "provider": "sepay", "auth": "none", "api": oauth2 }),
    ]
    .map(source)
    .into()
});

fn source(mut record: Value) -> Source {
    record["name"] = "shop".into();
    let record: SourceRecord = serde_json::from_value(record).expect("a source's keys");
    record.parse(providers::ALL).expect("a sound source")
}

fuzz_target!(|data: &[u8]| {
    let (head, body) = head_and_body(data);
    let body = match body.strip_prefix(b"*").map(str::from_utf8) {
        Some(Ok(row)) if row.len() <= 150 => full(row).into_bytes(),
        _ => body.to_vec(),
    };
    let answer = Answer { status: StatusCode::OK, headers: HeaderMap::new(), body: body.into() };
    for source in SOURCES.iter() {
        let provider = find_provider(providers::ALL, source.id.provider()).expect("of the table");
        let protocol = provider.api().expect("with an API");
        follow(protocol, source, str::from_utf8(head).ok(), &answer);
        let now = Timestamp::from_second(NOW).expect("a moment of this century");
        _ = protocol.ran(&answer, now).map_err(assert_short);
        if let Ok(issued) = protocol.issued(&answer, now).map_err(assert_short) {
            assert!(!issued.access.value.expose().is_empty());
        }
    }
});

/// A page as every provider spells it. A row counts up where it has a `#`, and down where a `%`.
fn full(row: &str) -> String {
    let numbered = |n: usize| {
        let (up, down) = (1000 + n, 1000 + FULL - n);
        row.replace('#', &up.to_string()).replace('%', &down.to_string())
    };
    let rows = (0..FULL).map(numbered).collect::<Vec<_>>().join(",");
    format!(r#"{{"error":0,"transactions":[{rows}],"data":[{rows}]}}"#)
}

/// Asks on and on, and is given the same answer.
fn follow(protocol: &dyn ProviderApi, source: &Source, cursor: Option<&str>, answer: &Answer) {
    let now = Timestamp::from_second(NOW).expect("a moment of this century");
    let access = Secret::parse("a");
    let mut cursor = cursor.map(str::to_owned);
    let mut asked = BTreeSet::new();
    for _ in 0..PAGES {
        let ask = Ask {
            source,
            api: source.api.as_ref().expect("it has one"),
            cursor: cursor.as_deref(),
            access: access.as_ref(),
            settled: now - SignedDuration::from_mins(10),
            now,
        };
        let request = protocol.request(&ask).expect("every cursor leads to a question");
        assert!(asked.insert(request.uri().to_string()), "asked again: {}", request.uri());
        let Ok(page) = protocol.read(&ask, answer).map_err(assert_short) else { return };
        assert_rows(&page, source);
        match page.next {
            NextPage::More(next) => cursor = Some(next),
            NextPage::Done(_) => return,
            NextPage::Lost(why) => return assert_short(Setback::new(domain::Blame::Provider, why)),
        }
    }
}

fn assert_rows(page: &Page, source: &Source) {
    // A page that one row fills says the same all over.
    for event in page.events.iter().take(20) {
        assert_sound(event, &source.id);
        assert_eq!((event.provenance, event.test), (Provenance::Reconciled, false));
        let number = event.facts.get(Fact::Id).expect("every row has its number");
        assert_eq!(event.key, EventKey::new(&source.id, number));
    }
}

fn assert_short(setback: Setback) {
    let reason = setback.reason;
    assert!(reason.len() <= REASON_BYTES && clean(&reason) == reason, "{reason:?}");
}
