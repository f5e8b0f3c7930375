//! Hooks while AWS is in trouble: the provider is told to call again, and its next call finishes what
//! the first began. An event is announced once, whoever races for it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use domain::{
    Ack, Answer, Clock as _, DestinationName, DestinationRecord, Dispatch, Display, Egress, Entry,
    Envelope, EventKey, Handled, Inbox as _, Ingest, Ledger as _, Message, Origin, Outcome,
    Refusal, Request, Screen, SendError, SourceRecord, Text, TokenCache,
};
use http::{HeaderMap, Method};
use jiff::Timestamp;
use testkit::aws::{Call, Place, Reply, Server, SqsInbox};
use testkit::clock::{HandClock, SeededEntropy};
use testkit::world::{Gate, answer};

use crate::{always, hurried, meddled, past};

const BODY: &str = r#"{"txn_id":"A","money":5,"type":"in","gateway":"acb","number":"1"}"#;

/// A place with a source and a destination.
async fn furnished(server: &'static Server) -> Place {
    let place = Place::make(server).await;
    let source = r#"{"provider":"thueapi","name":"shop","secrets":["token"]}"#;
    let source = serde_json::from_str::<SourceRecord>(source).unwrap();
    place.put(&Entry::source(&source, Origin::Operator).unwrap()).await;
    let destination = DestinationRecord {
        name: "sales".into(),
        channel: "webhook".into(),
        endpoint: Some(Text::Text("https://example.com/sales".into())),
        ..DestinationRecord::default()
    };
    place.put(&Entry::destination(&destination, Origin::Operator).unwrap()).await;
    place
}

/// An ingest function.
fn ingest(place: &Place) -> Ingest {
    let clock = Arc::new(HandClock::default());
    Ingest::new(
        Arc::new(place.ledger()),
        Arc::new(place.queue()),
        Arc::new(place.directory(clock)),
        providers::ALL,
    )
}

async fn post(ingest: &Ingest) -> Ack {
    let mut headers = HeaderMap::new();
    headers.insert("x-thueapi", "token".parse().unwrap());
    let request = Request {
        method: &Method::POST,
        path: "/hooks/thueapi/shop",
        query: "",
        headers: &headers,
        body: Ok(Bytes::from_static(BODY.as_bytes())),
        receipt: "receipt",
        received: HandClock::default().now(),
    };
    ingest.answer(request).await
}

/// New and repeated events of an acknowledged hook.
fn taken(ack: &Ack) -> (u32, u32) {
    match &ack.outcome {
        Outcome::Taken { fresh, repeated, .. } => (*fresh, *repeated),
        Outcome::Answered | Outcome::Refused(_) => panic!("{ack:?}"),
    }
}

fn is_told_to_call_again(ack: &Ack) {
    assert_eq!((ack.status.as_u16(), ack.retry_after), (503, Some(5)), "{ack:?}");
    assert!(matches!(ack.outcome, Outcome::Refused(Refusal::Unavailable(_))), "{ack:?}");
}

async fn messages(place: &Place) -> Vec<Message> {
    let inbox = SqsInbox::new(place);
    inbox.receive(100, HandClock::default().now(), Duration::from_secs(30)).await.unwrap()
}

/// The network, which takes everything and counts it.
#[derive(Default)]
struct Taker(AtomicUsize);

#[async_trait]
impl Egress for Taker {
    async fn send(
        &self,
        _: http::Request<Bytes>,
        _: Duration,
        _: Timestamp,
    ) -> Result<Answer, SendError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(answer(200, ""))
    }
}

impl Screen for Taker {
    fn show(&self, _: &Display, _: &DestinationName) {}
}

/// The dispatch function.
fn dispatch(place: &Place, egress: &Arc<Taker>) -> Dispatch {
    let clock = Arc::new(HandClock::default());
    Dispatch {
        ledger: Arc::new(place.ledger()),
        queue: Arc::new(place.queue()),
        directory: Arc::new(place.directory(Arc::clone(&clock))),
        egress: Arc::clone(egress) as _,
        lanes: Arc::new(Gate::default()),
        screen: Arc::clone(egress) as _,
        timer: Arc::new(testkit::clock::HandTimer(Arc::clone(&clock))),
        clock,
        entropy: Arc::new(SeededEntropy::new(1)),
        channels: channels::ALL,
        tokens: TokenCache::default(),
    }
}

/// Dispatches all messages side by side, and says how often something left.
async fn delivered(place: &Place, messages: &[Message]) -> usize {
    let egress = Arc::new(Taker::default());
    let dispatch = dispatch(place, &egress);
    let handling = messages.iter().map(|message| dispatch.handle(&message.envelope));
    for handled in futures_util::future::join_all(handling).await {
        assert!(matches!(handled, Ok(Handled::Done(_))), "{handled:?}");
    }
    egress.0.load(Ordering::SeqCst)
}

/// Where the first hook may meet trouble, the provider's next call finishes the job.
#[tokio::test]
async fn the_providers_next_call_finishes_the_job() {
    let error = Reply::error(400, "ExpiredTokenException");
    let lost = Reply::Swallow(400, r#"{"__type":"ExpiredTokenException"}"#.to_owned());
    for (operation, reply, then, rung) in [
        ("Query", error.clone(), (1, 0), 1),
        ("PutItem", error.clone(), (1, 0), 1),
        ("PutItem", lost.clone(), (0, 1), 1),
        // As a kill between claim and send.
        ("SendMessage", error, (0, 1), 1),
        // The bell rings twice; who comes second finds nothing to do.
        ("SendMessage", lost, (0, 1), 2),
    ] {
        let mut struck = false;
        let script = move |_: usize, call: &Call| {
            if !struck && call.operation.starts_with(operation) {
                struck = true;
                return reply.clone();
            }
            Reply::Pass
        };
        let place = furnished(Server::ministack()).await;
        let (meddled, _meddler) = past(&place, script).await;
        let ingest = ingest(&meddled);
        is_told_to_call_again(&post(&ingest).await);
        let again = post(&ingest).await;
        assert_eq!((again.status.as_u16(), taken(&again)), (200, then), "{operation}");
        let messages = messages(&place).await;
        assert_eq!(messages.len(), rung, "{operation}");
        assert_eq!(delivered(&place, &messages).await, 1, "{operation}");
        let settled = post(&ingest).await;
        assert_eq!((settled.status.as_u16(), taken(&settled)), (200, (0, 1)));
        assert_eq!(self::messages(&place).await.len(), 0, "taken: not rung again");
    }
}

#[tokio::test]
async fn a_hiccup_is_not_even_seen() {
    let hiccup = Reply::error(400, "ThrottlingException");
    let place = furnished(Server::ministack()).await;
    let mut struck = BTreeSet::new();
    let script = move |_: usize, call: &Call| match struck.insert(call.operation.clone()) {
        true => hiccup.clone(),
        false => Reply::Pass,
    };
    let (place, meddler) = past(&place, script).await;
    let ack = post(&ingest(&place)).await;
    assert_eq!((ack.status.as_u16(), taken(&ack)), (200, (1, 0)));
    let operations = meddler.operations();
    assert_eq!(operations[..4], ["Query", "Query", "PutItem", "PutItem"]);
    assert_eq!(operations.len(), 6, "{operations:?}");
}

#[tokio::test]
async fn a_hook_is_answered_in_time_though_aws_is_silent() {
    let (place, meddler) = meddled(always(Reply::Hang)).await;
    let ingest = ingest(&place.by(hurried(&meddler)));
    let ack = tokio::time::timeout(Duration::from_secs(3), post(&ingest)).await;
    is_told_to_call_again(&ack.expect("within 3 s"));
}

/// Ten functions on ten machines get the same hook at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_racing_functions_one_finds_it_fresh_and_it_is_delivered_once() {
    for server in [Server::moto(), Server::ministack()] {
        let place = furnished(server).await;
        let racing = (0..10).map(|_| {
            let ingest = ingest(&place);
            tokio::spawn(async move { post(&ingest).await })
        });
        let mut fresh = 0;
        for ack in futures_util::future::join_all(racing).await {
            let ack = ack.unwrap();
            assert_eq!(ack.status.as_u16(), 200);
            fresh += taken(&ack).0;
        }
        assert_eq!(fresh, 1);
        let messages = messages(&place).await;
        assert!((1..=10).contains(&messages.len()), "{}", messages.len());
        assert_eq!(delivered(&place, &messages).await, 1, "of {} bells", messages.len());
        let Ok(Envelope::Event(event)) = Envelope::parse(&messages[0].envelope) else {
            panic!("{messages:?}")
        };
        assert_eq!(event.key, EventKey::from_stored("thueapi/shop/acb:1:in:A"));
        assert!(place.ledger().stored(&event.key).await.unwrap().unwrap().taken);
    }
}
