//! SQS as the contract's queue and inbox, with its time driven by the fixture's. In earnest a Lambda is
//! handed its messages and nobody polls; what polls here is test code, for the sake of the contract.
//!
//! SQS promises less than the contract in one thing: it may delete a message by a receipt that is no
//! longer its newest (moto does, ministack does not). Nothing of ours relies on either, so that receipts
//! that were superseded end here.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use aws::{SqsDeadLetters, SqsQueue};
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, MessageSystemAttributeName};
use domain::{Clock as _, DeadLetters as _, Inbox, Message, Outbound, Port, PortError, Queue};
use jiff::Timestamp;

use super::Place;
use crate::clock::HandClock;

/// The most messages of one call.
const BATCH: usize = 10;

/// Our queue, on a server whose time is set to the fixture's before each sending.
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
pub struct TimedQueue {
    queue: SqsQueue,
    place: Place,
    clock: Arc<HandClock>,
}

impl TimedQueue {
    /// The queue of a place.
    pub fn new(place: &Place, clock: Arc<HandClock>) -> Self {
        Self { queue: place.queue(), place: place.clone(), clock }
    }
}

#[async_trait]
impl Queue for TimedQueue {
    async fn send(&self, messages: &[Outbound]) -> Result<(), PortError> {
        self.place.server.set_time(self.clock.now());
        self.queue.send(messages).await
    }
}

/// The queue's other end.
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
pub struct SqsInbox {
    place: Place,
    dead_letters: SqsDeadLetters,
    received: Mutex<Received>,
}

/// What was handed out: each message with its newest receipt, and the other way round.
#[derive(Default)]
struct Received {
    newest: HashMap<String, String>,
    messages: HashMap<String, Handed>,
}

#[derive(Clone)]
struct Handed {
    id: String,
    envelope: String,
}

impl SqsInbox {
    /// The inbox of a place.
    pub fn new(place: &Place) -> Self {
        Self {
            place: place.clone(),
            dead_letters: place.dead_letters(),
            received: Mutex::default(),
        }
    }

    /// What a receipt stands for, if it is its message's newest.
    fn handed(&self, receipt: &str) -> Option<Handed> {
        let received = self.received();
        let handed = received.messages.get(receipt)?;
        (received.newest.get(&handed.id)? == receipt).then(|| handed.clone())
    }

    fn received(&self) -> MutexGuard<'_, Received> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn batch(
        &self,
        most: usize,
        visibility: Duration,
    ) -> Result<Vec<aws_sdk_sqs::types::Message>, PortError> {
        let seconds = i32::try_from(visibility.as_secs()).unwrap_or(i32::MAX);
        let asked = self
            .place
            .services
            .sqs
            .receive_message()
            .queue_url(&self.place.queue)
            .max_number_of_messages(i32::try_from(most.min(BATCH)).unwrap_or(1))
            .visibility_timeout(seconds)
            .wait_time_seconds(0)
            .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount);
        let answer = asked.send().await.map_err(|error| PortError::new(Port::Queue, error))?;
        Ok(answer.messages.unwrap_or_default())
    }
}

#[async_trait]
impl Inbox for SqsInbox {
    async fn receive(
        &self,
        most: usize,
        now: Timestamp,
        visibility: Duration,
    ) -> Result<Vec<Message>, PortError> {
        self.place.server.set_time(now);
        let mut all = Vec::new();
        while all.len() < most {
            let batch = self.batch(most - all.len(), visibility).await?;
            if batch.is_empty() {
                break;
            }
            let mut received = self.received();
            for message in batch {
                let (id, receipt, envelope, receives) = read(message)?;
                received.newest.insert(id.clone(), receipt.clone());
                let handed = Handed { id, envelope: envelope.clone() };
                received.messages.insert(receipt.clone(), handed);
                all.push(Message { receipt, envelope, receives });
            }
        }
        Ok(all)
    }

    async fn delete(&self, receipts: &[String]) -> Result<(), PortError> {
        let newest: BTreeSet<&String> = receipts.iter().collect();
        let newest: Vec<_> = newest.into_iter().filter(|r| self.handed(r).is_some()).collect();
        for batch in newest.chunks(BATCH) {
            let entries = batch.iter().enumerate().map(|(n, receipt)| {
                let entry = DeleteMessageBatchRequestEntry::builder().id(n.to_string());
                entry.receipt_handle(*receipt).build()
            });
            let entries: Result<Vec<_>, _> = entries.collect();
            let entries = entries.map_err(|error| PortError::new(Port::Queue, error))?;
            let deleting = self.place.services.sqs.delete_message_batch();
            let deleting = deleting.queue_url(&self.place.queue).set_entries(Some(entries));
            deleting.send().await.map_err(|error| PortError::new(Port::Queue, error))?;
        }
        let mut received = self.received();
        for receipt in receipts {
            received.messages.remove(receipt);
        }
        Ok(())
    }

    async fn bury(&self, receipt: &str, reason: &str, _at: Timestamp) -> Result<(), PortError> {
        let Some(handed) = self.handed(receipt) else { return Ok(()) };
        self.dead_letters.bury(&handed.envelope, reason).await?;
        self.delete(&[receipt.to_owned()]).await
    }
}

type Parts = (String, String, String, u32);

fn read(message: aws_sdk_sqs::types::Message) -> Result<Parts, PortError> {
    let missing = || PortError::new(Port::Queue, "a message without an id, a receipt or a body");
    let count = MessageSystemAttributeName::ApproximateReceiveCount;
    let receives = message.attributes.as_ref().and_then(|of| of.get(&count)?.parse().ok());
    Ok((
        message.message_id.ok_or_else(missing)?,
        message.receipt_handle.ok_or_else(missing)?,
        message.body.ok_or_else(missing)?,
        receives.ok_or_else(missing)?,
    ))
}
