//! The queue and its inbox in one list.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use domain::{Clock, DeadLetters, Inbox, Letter, Message, Outbound, PortError, Queue};
use jiff::{SignedDuration, Timestamp};

use crate::clock::HandClock;

/// The queue and its inbox in one list.
#[derive(Debug)]
pub struct MemoryQueue {
    clock: Arc<HandClock>,
    content: Mutex<Content>,
}

#[derive(Debug, Default)]
struct Content {
    sent: u64,
    waiting: Vec<Waiting>,
    buried: Vec<(String, String)>,
}

#[derive(Debug)]
struct Waiting {
    id: u64,
    envelope: String,
    visible: Timestamp,
    receives: u32,
}

impl Waiting {
    fn receipt(&self) -> String {
        format!("{}:{}", self.id, self.receives)
    }
}

impl MemoryQueue {
    /// An empty queue, whose delays are counted from this clock's time.
    pub fn new(clock: Arc<HandClock>) -> Self {
        Self { clock, content: Mutex::default() }
    }

    /// Every envelope on the queue, visible or not, in the order in which they become visible.
    pub fn envelopes(&self) -> Vec<String> {
        let mut content = self.content();
        content.waiting.sort_by_key(|message| (message.visible, message.id));
        content.waiting.iter().map(|message| message.envelope.clone()).collect()
    }

    /// When the next message is or becomes visible.
    pub fn next_visible(&self) -> Option<Timestamp> {
        self.content().waiting.iter().map(|message| message.visible).min()
    }

    /// Every buried envelope and its reason, oldest first.
    pub fn buried(&self) -> Vec<(String, String)> {
        self.content().buried.clone()
    }

    /// The envelopes that were set aside, or those on the queue, by their places.
    pub(super) fn letters(&self, set_aside: bool) -> Vec<Letter> {
        let mut content = self.content();
        if set_aside {
            let buried = content.buried.iter().cloned();
            let letter = |(place, (envelope, reason))| {
                let reason = Some(reason);
                Letter { place, envelope, reason }
            };
            return (1..).zip(buried).map(letter).collect();
        }
        content.waiting.sort_by_key(|message| message.id);
        let letter = |message: &Waiting| {
            let (place, envelope) = (message.id, message.envelope.clone());
            Letter { place, envelope, reason: None }
        };
        content.waiting.iter().map(letter).collect()
    }

    /// Puts one envelope in the place of another, where that is still as it was.
    pub(super) fn replace(&self, was: &Letter, now: &Letter) -> bool {
        if !self.letters(was.reason.is_some()).contains(was) {
            return false;
        }
        let mut content = self.content();
        let Content { waiting, buried, .. } = &mut *content;
        if let Some(reason) = &now.reason {
            let place = (1..).zip(buried.iter_mut()).find(|(place, _)| *place == was.place);
            place.map(|(_, letter)| *letter = (now.envelope.clone(), reason.clone()));
        } else if let Some(message) = waiting.iter_mut().find(|message| message.id == was.place) {
            message.envelope.clone_from(&now.envelope);
        }
        true
    }

    /// Makes every message visible, as a process does that starts on its own file.
    pub fn show_all(&self) {
        for message in &mut self.content().waiting {
            message.visible = Timestamp::UNIX_EPOCH;
        }
    }

    /// Every bell is lost.
    pub fn purge(&self) {
        self.content().waiting.clear();
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Queue for MemoryQueue {
    async fn send(&self, messages: &[Outbound]) -> Result<(), PortError> {
        let now = self.clock.now();
        let mut content = self.content();
        for message in messages {
            content.sent += 1;
            let id = content.sent;
            let visible = later(now, message.delay);
            let envelope = message.envelope.clone();
            content.waiting.push(Waiting { id, envelope, visible, receives: 0 });
        }
        Ok(())
    }
}

#[async_trait]
impl Inbox for MemoryQueue {
    async fn receive(
        &self,
        most: usize,
        now: Timestamp,
        visibility: Duration,
    ) -> Result<Vec<Message>, PortError> {
        let mut content = self.content();
        content.waiting.sort_by_key(|message| (message.visible, message.id));
        let visible = content.waiting.iter_mut().filter(|message| message.visible <= now);
        Ok(visible
            .take(most)
            .map(|message| {
                message.visible = later(now, visibility);
                message.receives += 1;
                Message {
                    receipt: message.receipt(),
                    envelope: message.envelope.clone(),
                    receives: message.receives,
                }
            })
            .collect())
    }

    async fn delete(&self, receipts: &[String]) -> Result<(), PortError> {
        self.content().waiting.retain(|message| !receipts.contains(&message.receipt()));
        Ok(())
    }

    async fn bury(&self, receipt: &str, reason: &str, _at: Timestamp) -> Result<(), PortError> {
        let mut content = self.content();
        if let Some(index) = content.waiting.iter().position(|m| m.receipt() == receipt) {
            let message = content.waiting.remove(index);
            content.buried.push((message.envelope, reason.to_owned()));
        }
        Ok(())
    }
}

#[async_trait]
impl DeadLetters for MemoryQueue {
    async fn bury(&self, envelope: &str, reason: &str) -> Result<(), PortError> {
        self.content().buried.push((envelope.to_owned(), reason.to_owned()));
        Ok(())
    }

    async fn count(&self) -> Result<u64, PortError> {
        Ok(u64::try_from(self.content().buried.len()).unwrap_or(u64::MAX))
    }
}

fn later(at: Timestamp, wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
    at.saturating_add(wait).unwrap_or(Timestamp::MAX)
}
