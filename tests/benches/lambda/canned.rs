//! AWS, canned: DynamoDB and SQS as far as the functions call them, over TLS, with a latency that can
//! be set. Counts every call by its operation.

mod dynamodb;
mod expression;
mod item;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use domain::{DestinationRecord, SourceRecord};
use http::Request;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::Anything;
use crate::front::{Answer, Answers, json as answer};
use dynamodb::{Refusal, Tables};

pub(crate) use dynamodb::Write;

/// The names of the two tables.
pub(crate) const DIRECTORY: &str = "directory";
pub(crate) const LEDGER: &str = "ledger";

/// What was called since it was last asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Account {
    /// How often each operation was called.
    pub(crate) calls: BTreeMap<String, usize>,
    /// Every write to a table, in order.
    pub(crate) writes: Vec<Write>,
    /// DynamoDB's.
    pub(crate) read_units: usize,
    /// SQS's, in its unit: a request, or each 64 KiB of one.
    pub(crate) queue_requests: usize,
}

/// The two services.
#[derive(Debug, Default)]
pub(crate) struct Canned(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    tables: Tables,
    /// What was sent and not yet taken off.
    messages: Vec<String>,
    account: Account,
    latency: Duration,
    complaint: Option<String>,
}

impl Canned {
    /// Puts a source into the directory.
    pub(crate) fn add_source(&self, record: &SourceRecord) -> Result<(), Anything> {
        let pk = format!("source/{}", record.provider);
        self.fill(pk, &record.name, serde_json::to_string(record)?)
    }

    /// Puts a destination into the directory.
    pub(crate) fn add_destination(&self, record: &DestinationRecord) -> Result<(), Anything> {
        self.fill("destination".to_owned(), &record.name, serde_json::to_string(record)?)
    }

    fn fill(&self, pk: String, name: &str, record: String) -> Result<(), Anything> {
        let item = json!({
            "pk": { "S": pk }, "sk": { "S": name },
            "record": { "S": record }, "origin": { "S": "file" },
        });
        let item = item.as_object().cloned().unwrap_or_default();
        Ok(self.state().tables.fill(DIRECTORY, item)?)
    }

    /// Every call takes so long from now on.
    pub(crate) fn set_latency(&self, latency: Duration) {
        self.state().latency = latency;
    }

    /// What was called since it was last asked; an error if a call was not understood.
    pub(crate) fn account(&self) -> Result<Account, Anything> {
        let mut state = self.state();
        if let Some(complaint) = state.complaint.take() {
            return Err(complaint.into());
        }
        let mut account = std::mem::take(&mut state.account);
        account.writes = std::mem::take(&mut state.tables.writes);
        account.read_units = std::mem::take(&mut state.tables.read_units);
        Ok(account)
    }

    /// Takes all messages off the queue.
    pub(crate) fn receive(&self) -> Vec<String> {
        std::mem::take(&mut self.state().messages)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn call(&mut self, target: &str, text: &[u8]) -> (u16, Value) {
        let body: Value = serde_json::from_slice(text).unwrap_or_default();
        let (service, operation) = target.split_once('.').unwrap_or(("none", target));
        // What opens a connection has no target.
        let name = if operation.is_empty() { "opening a connection" } else { operation };
        *self.account.calls.entry(name.to_owned()).or_default() += 1;
        let answered = match service {
            "DynamoDB_20120810" => self.tables.call(operation, &body),
            "AmazonSQS" => {
                self.account.queue_requests += text.len().div_ceil(64 * 1024);
                self.sqs(operation, &body)
            }
            _ => return (200, json!({})),
        };
        match answered {
            Ok(answer) => (200, answer),
            Err(Refusal::Condition(item)) => {
                let mut error = error("ConditionalCheckFailedException", "The condition failed");
                if let Some(item) = item {
                    error["Item"] = item.into();
                }
                (400, error)
            }
            Err(Refusal::Cancelled(codes)) => {
                let mut error = error("TransactionCanceledException", "Transaction cancelled");
                error["CancellationReasons"] =
                    codes.iter().map(|code| json!({ "Code": code })).collect();
                (400, error)
            }
            Err(Refusal::Unknown(why)) => {
                self.complaint = Some(format!("{target}: {why}\n{body:#}"));
                (400, error("ValidationException", &why))
            }
        }
    }

    /// Takes messages; the digests that AWS answers with are not looked at by its SDK for Rust.
    fn sqs(&mut self, operation: &str, body: &Value) -> Result<Value, Refusal> {
        let sent = |_: &Value| json!({ "MessageId": "0", "MD5OfMessageBody": "0" });
        let text = |entry: &Value| entry["MessageBody"].as_str().unwrap_or_default().to_owned();
        match operation {
            "SendMessage" => {
                self.messages.push(text(body));
                Ok(sent(body))
            }
            "SendMessageBatch" => {
                let entries = body["Entries"].as_array().map(Vec::as_slice).unwrap_or_default();
                self.messages.extend(entries.iter().map(text));
                let taken: Vec<Value> = entries
                    .iter()
                    .map(|entry| {
                        let mut taken = sent(entry);
                        taken["Id"] = entry["Id"].clone();
                        taken
                    })
                    .collect();
                Ok(json!({ "Successful": taken, "Failed": [] }))
            }
            _ => Err(Refusal::Unknown(format!("{operation} is not canned"))),
        }
    }
}

impl Answers for Canned {
    async fn answer(&self, request: Request<Bytes>) -> Answer {
        let target = request.headers().get("x-amz-target").and_then(|value| value.to_str().ok());
        let ((status, body), latency) = {
            let mut state = self.state();
            (state.call(target.unwrap_or("."), request.body()), state.latency)
        };
        if !latency.is_zero() {
            sleep(latency).await;
        }
        answer(status, body.to_string())
    }
}

fn error(name: &str, message: &str) -> Value {
    json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{name}"), "message": message })
}
