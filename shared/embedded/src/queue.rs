//! The ports `Queue` and `Inbox`, and the bell that saves the consumer from polling. The SQL is in
//! `messages`.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::{Inbox, Message, Outbound, Port, PortError, Queue};
use jiff::{SignedDuration, Timestamp};

use crate::Database;
use crate::columns::{micros, time};
use crate::messages::{self, Receipt};

#[async_trait]
impl Queue for Database {
    async fn send(&self, messages: &[Outbound]) -> Result<(), PortError> {
        let now = self.inner.clock.now();
        let messages: Vec<(String, i64)> =
            messages.iter().map(|m| (m.envelope.clone(), micros(later(now, m.delay)))).collect();
        let bell = Arc::clone(&self.inner.bell);
        let send = move |db: &rusqlite::Connection| {
            messages.iter().try_for_each(|(text, visible)| messages::insert(db, text, *visible))
        };
        self.on_then(Port::Queue, send, move |()| bell.notify_one()).await
    }
}

#[async_trait]
impl Inbox for Database {
    async fn receive(
        &self,
        most: usize,
        now: Timestamp,
        visibility: Duration,
    ) -> Result<Vec<Message>, PortError> {
        let (now, until) = (micros(now), micros(later(now, visibility)));
        self.on(Port::Queue, move |db| messages::receive(db, most, now, until)).await
    }

    async fn delete(&self, receipts: &[String]) -> Result<(), PortError> {
        // One that is not of our form fits no message, like one that is used up.
        let receipts: Vec<Receipt> =
            receipts.iter().filter_map(|text| Receipt::parse(text)).collect();
        self.on(Port::Queue, move |db| {
            receipts.iter().try_for_each(|receipt| messages::delete(db, *receipt).map(drop))
        })
        .await
    }

    async fn bury(&self, receipt: &str, reason: &str, at: Timestamp) -> Result<(), PortError> {
        let Some(receipt) = Receipt::parse(receipt) else { return Ok(()) };
        let reason = reason.to_owned();
        self.on(Port::Queue, move |db| messages::bury(db, receipt, &reason, micros(at))).await
    }
}

impl Database {
    /// Waits until something was sent, or returns at once if that happened since the last wait. For
    /// one consumer; what it finds may be not visible yet.
    pub async fn rung(&self) {
        self.inner.bell.notified().await;
    }

    /// When the next message is or becomes visible (which may be in the past); `None` on an empty
    /// queue. Until then a consumer may sleep, unless it is rung.
    pub async fn next_visible(&self) -> Result<Option<Timestamp>, PortError> {
        self.on(Port::Queue, |db| {
            messages::next_visible(db)?.map(|at| time("visibility", at)).transpose()
        })
        .await
    }
}

fn later(at: Timestamp, wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    at.saturating_add(wait).unwrap_or(Timestamp::MAX)
}
