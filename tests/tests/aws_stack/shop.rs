//! A deployed stack with a client for its hooks, and questions about what became of them.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sqs::types::{MessageSystemAttributeName, QueueAttributeName};
use domain::{Answer, Attempt, Clock, Delivery, DeliveryRef, Egress as _, EventKey, Ledger as _};
use domain::{DestinationName, Stored};
use egress::{Guard, HttpEgress};
use jiff::Timestamp;
use testkit::stack::{Functions, Stack};
use tokio::time::interval;

/// The machine's clock.
pub(crate) struct Machine;

impl Clock for Machine {
    #[expect(clippy::disallowed_methods, reason = "the functions run in real time")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// How often something is looked at before it is held not to happen: four minutes, for the sweep comes
/// by once a minute and spreads what it releases over the next.
const TRIES: u32 = 2400;
const BETWEEN: Duration = Duration::from_millis(100);

/// A deployed stack.
pub(crate) struct Shop {
    pub(crate) stack: Stack,
    client: HttpEgress,
}

impl Shop {
    /// Deploys with these sources and destinations.
    pub(crate) async fn open(functions: Functions, tables: &str) -> Self {
        let file = tempfile::NamedTempFile::new().unwrap();
        let head = "[egress]\nallow = [\"127.0.0.1/32\"]\n";
        std::fs::write(file.path(), format!("{head}{tables}")).unwrap();
        let deploy = move || Stack::deploy(functions, file.path());
        let stack = tokio::task::spawn_blocking(deploy).await.unwrap();
        let guard = Guard::new(vec!["127.0.0.1/32".parse().unwrap()]);
        Self { stack, client: HttpEgress::new(guard, Arc::new(Machine)).unwrap() }
    }

    /// Calls a hook.
    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&'static str, String)],
        body: impl Into<bytes::Bytes>,
    ) -> Answer {
        let url = format!("{}{path}", self.stack.url());
        let mut request = http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = request.body(body.into()).unwrap();
        self.client.send(request, Duration::from_secs(60), Timestamp::MAX).await.unwrap()
    }

    /// An event as the deployed ledger has it, once it is taken.
    pub(crate) async fn taken(&self, key: &str) -> Stored {
        let ledger = self.stack.ledger();
        let key = EventKey::from_stored(key);
        until("the event is taken", async || {
            ledger.stored(&key).await.unwrap().filter(|stored| stored.taken)
        })
        .await
    }

    /// A delivery.
    pub(crate) async fn delivery(&self, key: &str, destination: &str) -> Delivery {
        let destination = DestinationName::parse(destination).unwrap();
        let of = DeliveryRef { event: EventKey::from_stored(key), destination };
        self.stack.ledger().delivery(&of).await.unwrap().unwrap().0
    }

    /// A delivery, once it has ended.
    pub(crate) async fn ended(&self, key: &str, destination: &str) -> (Delivery, Vec<Attempt>) {
        let ledger = self.stack.ledger();
        let destination = DestinationName::parse(destination).unwrap();
        let of = DeliveryRef { event: EventKey::from_stored(key), destination };
        until("the delivery has ended", async || {
            ledger.delivery(&of).await.unwrap().filter(|(delivery, _)| !delivery.is_open())
        })
        .await
    }

    /// Waits until the queue is empty: nothing is visible, in flight or delayed.
    pub(crate) async fn drain(&self) {
        let counts = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        until("the queue is empty", async || {
            let asked = self.stack.services().sqs.get_queue_attributes();
            let asked = asked.queue_url(self.stack.output("QueueUrl"));
            let asked = asked.set_attribute_names(Some(counts.to_vec())).send().await.unwrap();
            let attributes = asked.attributes.unwrap_or_default();
            counts.iter().all(|name| attributes[name] == "0").then_some(())
        })
        .await;
    }

    /// Puts a message on the queue by hand.
    pub(crate) async fn put(&self, body: &str) {
        let sqs = &self.stack.services().sqs;
        let queue = self.stack.output("QueueUrl");
        sqs.send_message().queue_url(queue).message_body(body).send().await.unwrap();
    }

    /// The next message on the dead-letter queue: its body and its reason.
    pub(crate) async fn buried(&self) -> (String, String) {
        let message = until("something is buried", async || {
            let asked = self.stack.services().sqs.receive_message();
            let asked = asked.queue_url(self.stack.output("DeadLettersUrl"));
            let asked = asked.message_system_attribute_names(MessageSystemAttributeName::All);
            let asked = asked.message_attribute_names("All").send().await.unwrap();
            asked.messages.unwrap_or_default().pop()
        })
        .await;
        let attributes = message.message_attributes.unwrap_or_default();
        let reason = attributes.get("reason").and_then(|value| value.string_value.clone());
        (message.body.unwrap_or_default(), reason.unwrap_or_default())
    }
}

/// Looks until there is something to see.
pub(crate) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let mut ticks = interval(BETWEEN);
    for _ in 0..TRIES {
        ticks.tick().await;
        if let Some(seen) = look().await {
            return seen;
        }
    }
    panic!("not within four minutes: {what}");
}
