//! The port `Queue` on SQS: batches side by side, and of each what SQS did not take, again, until the
//! caller can be kept waiting no longer. How messages are put together is `batches`.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{BatchResultErrorEntry, SendMessageBatchRequestEntry};
use domain::{Outbound, Port, PortError, Queue};
use futures_util::stream::{self, StreamExt as _};

use crate::batches::{batches, delay};
use crate::failure::Failure;

/// Batches under way at once.
const AT_ONCE: usize = 16;
/// What SQS did not take of a batch is sent again after these.
const WAITS: [Duration; 4] = [
    Duration::from_millis(30),
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
];
/// All of a send, however many batches it is: below the 3 s within which a caller is answered.
const BUDGET: Duration = Duration::from_millis(2_700);

/// A queue.
#[derive(Debug, Clone)]
pub struct SqsQueue {
    client: Client,
    url: String,
}

impl SqsQueue {
    /// The queue of this URL.
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        Self { client, url: url.into() }
    }

    /// A single message: a smaller request than a batch of one, and no entries to look through.
    async fn one(&self, message: &Outbound) -> Result<(), Failure> {
        let call = self.client.send_message().queue_url(&self.url);
        let call = call.message_body(&message.envelope).set_delay_seconds(delay(message.delay));
        call.send().await.map(drop).map_err(|error| Failure::of("SendMessage", error))
    }

    /// A batch, and what failed of it for no fault of ours once more, a few times.
    async fn batch(&self, messages: &[Outbound]) -> Result<(), Failure> {
        let mut entries = Vec::with_capacity(messages.len());
        for (n, message) in messages.iter().enumerate() {
            let entry = SendMessageBatchRequestEntry::builder()
                .id(n.to_string())
                .message_body(&message.envelope)
                .set_delay_seconds(delay(message.delay));
            entries.push(entry.build().map_err(|error| Failure::Unanswered {
                operation: OPERATION,
                source: Box::new(error),
            })?);
        }
        let mut waits = WAITS.into_iter();
        loop {
            let failed = self.once(entries.clone()).await?;
            let Some(first) = failed.first() else { return Ok(()) };
            let hopeless = failed.iter().find(|entry| entry.sender_fault);
            let wait = match hopeless {
                Some(entry) => return Err(untaken(entry)),
                None => waits.next().ok_or_else(|| untaken(first))?,
            };
            entries.retain(|entry| failed.iter().any(|failed| failed.id == entry.id));
            tokio::time::sleep(wait).await;
        }
    }

    /// One request; which of its entries SQS did not take.
    async fn once(
        &self,
        entries: Vec<SendMessageBatchRequestEntry>,
    ) -> Result<Vec<BatchResultErrorEntry>, Failure> {
        let call = self.client.send_message_batch().queue_url(&self.url);
        let sent = call.set_entries(Some(entries)).send().await;
        Ok(sent.map_err(|error| Failure::of(OPERATION, error))?.failed)
    }

    async fn all(&self, messages: &[Outbound]) -> Result<(), Failure> {
        if let [message] = messages {
            return self.one(message).await;
        }
        let sending: Vec<_> =
            batches(messages).into_iter().map(|batch| self.batch(batch)).collect();
        // None is cut short because another failed: what is sent now need not be sent again.
        let sent: Vec<Result<(), Failure>> =
            stream::iter(sending).buffer_unordered(AT_ONCE).collect().await;
        sent.into_iter().collect()
    }
}

const OPERATION: &str = "SendMessageBatch";

#[async_trait]
impl Queue for SqsQueue {
    async fn send(&self, messages: &[Outbound]) -> Result<(), PortError> {
        let sent = tokio::time::timeout(BUDGET, self.all(messages)).await;
        sent.unwrap_or(Err(Failure::Overdue { operation: "sending to the queue" }))
            .map_err(|failure| PortError::new(Port::Queue, failure))
    }
}

fn untaken(entry: &BatchResultErrorEntry) -> Failure {
    Failure::Refused {
        operation: OPERATION,
        code: entry.code.clone(),
        message: entry.message.clone().unwrap_or_else(|| "no more was said".to_owned()),
    }
}

#[cfg(test)]
mod tests;
