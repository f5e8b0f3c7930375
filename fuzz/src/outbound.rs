//! Events made of strangers' texts, destinations on every channel, and the exchange between them.

use std::sync::LazyLock;

use domain::{
    Channel, Destination, DestinationRecord, Event, Fact, Job, Kind, Language, Outgoing,
    find_channel,
};
use http::Request;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::door::NOW;

/// A destination and its channel.
pub struct Place {
    pub channel: &'static dyn Channel,
    pub destination: Destination,
}

/// One destination on each channel that sends, and webhooks of every form.
pub static PLACES: LazyLock<Vec<Place>> = LazyLock::new(|| {
    let shop = "https://shop.example/hook?shop=1";
    let key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    [
        json!({ "channel": "slack", "endpoint": "https://hooks.slack.com/services/T0/B0/x" }),
        json!({ "channel": "telegram", "endpoint": "-1001234567890", "bot_token": "123456789:AA" }),
        json!({ "channel": "lark", "secret": "demo",
                "endpoint": "https://open.larksuite.com/open-apis/bot/v2/hook/token" }),
        json!({ "channel": "webhook", "endpoint": shop, "signing_secrets": [key] }),
        json!({ "channel": "webhook", "endpoint": shop, "method": "GET" }),
        json!({ "channel": "webhook", "endpoint": shop, "content_type": "multipart/form-data" }),
        json!({ "channel": "webhook", "endpoint": shop,
                "content_type": "application/x-www-form-urlencoded" }),
    ]
    .map(place)
    .into()
});

fn place(mut record: Value) -> Place {
    record["name"] = "sales".into();
    let record: DestinationRecord = serde_json::from_value(record).expect("a destination's keys");
    let destination = record.parse(channels::ALL).expect("a sound destination");
    let channel = find_channel(channels::ALL, &destination.channel).expect("one of the table");
    Place { channel, destination }
}

impl Place {
    /// The same place with other readers.
    pub fn told(&self, language: Language, include_balance: bool) -> Self {
        let destination = Destination { language, include_balance, ..self.destination.clone() };
        Self { channel: self.channel, destination }
    }

    /// Has the channel do something in an exchange about this event.
    pub fn exchange<T>(
        &self,
        event: &Event,
        members: &[Event],
        earlier: &[Option<u16>],
        doing: impl FnOnce(&dyn Channel, &Job<'_>) -> T,
    ) -> T {
        let id = event.delivery_to(&self.destination.name).id();
        let job = Job {
            event,
            members,
            destination: &self.destination,
            id: &id,
            attempt: 3,
            exchange: 1,
            earlier,
            now: Timestamp::from_second(NOW).expect("a moment of this century"),
            token: None,
            moved_to: None,
        };
        doing(self.channel, &job)
    }

    /// The request that tells this event; with its members where it is a digest.
    pub fn request(&self, event: &Event, members: &[Event]) -> Request<bytes::Bytes> {
        match self.exchange(event, members, &[], |channel, job| channel.request(job)) {
            Ok(Outgoing::Http(request)) => request,
            other => panic!("no event stops a message: {other:?}"),
        }
    }
}

/// An event whose every text is a stranger's: the texts in turn, for every fact there is.
pub fn event(kind: Kind, amount: Option<(&str, &str)>, texts: &[String]) -> Event {
    let mut wire = Map::new();
    let mut set = |name: &str, value: Value| wire.insert(name.to_owned(), value);
    for (fact, text) in Fact::ALL.iter().zip(texts.iter().cycle()) {
        set(fact.as_str(), json!(text));
    }
    for (name, text) in [
        ("key", "casso/shop/92704"),
        ("provider", "casso"),
        ("source", "shop"),
        ("kind", kind.as_str()),
        ("occurred", "2026-11-21T09:30:15+07:00"),
        ("received", "2026-11-21T02:30:17Z"),
    ] {
        set(name, json!(text));
    }
    if let Some((amount, currency)) = amount {
        set("amount", json!(amount));
        set("currency", json!(currency));
        set("balance", json!("18067000"));
    }
    set("object", json!({ "memo": texts.first() }));
    Event::from_json(&Value::Object(wire).to_string()).expect("the wire form of an event")
}
