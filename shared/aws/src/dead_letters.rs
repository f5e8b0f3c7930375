//! The port `DeadLetters` on SQS: what can never be handled, with its reason as an attribute beside
//! the envelope, so that the envelope can be put back as it is.

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{MessageAttributeValue, QueueAttributeName};
use domain::{DeadLetters, Port, PortError, excerpt};

use crate::failure::Failure;

/// The attribute of the reason.
const REASON: &str = "reason";
/// What is there: to be received, and received a moment ago.
const COUNTED: [QueueAttributeName; 2] = [
    QueueAttributeName::ApproximateNumberOfMessages,
    QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
];
/// The most bytes of a reason.
const REASON_BYTES: usize = 1024;

/// A dead-letter queue.
#[derive(Debug, Clone)]
pub struct SqsDeadLetters {
    client: Client,
    url: String,
}

impl SqsDeadLetters {
    /// The queue of this URL.
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        Self { client, url: url.into() }
    }
}

#[async_trait]
impl DeadLetters for SqsDeadLetters {
    async fn bury(&self, envelope: &str, reason: &str) -> Result<(), PortError> {
        const OPERATION: &str = "SendMessage to the dead letters";
        let failed = |failure| PortError::new(Port::Queue, failure);
        let reason =
            MessageAttributeValue::builder().data_type("String").string_value(told(reason));
        let reason = reason.build().map_err(|error| {
            failed(Failure::Unanswered { operation: OPERATION, source: Box::new(error) })
        })?;
        let call = self.client.send_message().queue_url(&self.url);
        let call = call.message_body(envelope).message_attributes(REASON, reason);
        call.send().await.map(drop).map_err(|error| failed(Failure::of(OPERATION, error)))
    }

    async fn count(&self) -> Result<u64, PortError> {
        const OPERATION: &str = "GetQueueAttributes of the dead letters";
        let failed = |failure| PortError::new(Port::Queue, failure);
        let mut call = self.client.get_queue_attributes().queue_url(&self.url);
        for name in COUNTED {
            call = call.attribute_names(name);
        }
        let answer = call.send().await.map_err(|error| failed(Failure::of(OPERATION, error)))?;
        let told = answer.attributes.unwrap_or_default();
        let count = |name| told.get(&name).and_then(|count| count.parse::<u64>().ok());
        Ok(COUNTED.into_iter().filter_map(count).sum())
    }
}

/// A reason as SQS takes it: not empty, of limited length, without the characters that it refuses.
fn told(reason: &str) -> String {
    let reason = excerpt(reason, REASON_BYTES);
    if reason.is_empty() { "no reason was given".to_owned() } else { reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_that_sqs_takes() {
        assert_eq!(told("không\u{FFFE} đọc\u{0}được\u{FFFF}"), "không đọc được");
        assert_eq!(told("\u{0}"), "no reason was given");
        let long = told(&"ế".repeat(1000));
        assert!(long.len() <= REASON_BYTES + 3 && long.ends_with('…'), "{}", long.len());
    }
}
