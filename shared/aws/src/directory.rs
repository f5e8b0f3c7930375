//! The port `Directory` on one table: the sources of a provider are one partition, all destinations
//! another. Sources are read when they are asked for (`domain` keeps them); destinations at most once
//! a second, for many messages side by side ask for them at once. How entries are written is
//! `entries`.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use domain::{Clock, Directory, Listed, ListedSource, Name, Port, PortError, SourceId};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use crate::entries::RECORD;
use crate::failure::Failure;
use crate::items::{Item, Reader};
use crate::keys::{DESTINATIONS, sources_of};
use crate::table::Table;

/// How long destinations are good for after they were read.
const FRESH: SignedDuration = SignedDuration::from_secs(1);

type Outcome = Result<Arc<Vec<Listed>>, Arc<Failure>>;

/// The directory on DynamoDB.
pub struct DynamoDirectory {
    pub(crate) table: Table,
    clock: Arc<dyn Clock>,
    /// How many readings have ended.
    readings: AtomicU64,
    last: Mutex<Option<Reading>>,
}

/// The destinations as they were read last.
struct Reading {
    outcome: Outcome,
    ended: Timestamp,
}

impl fmt::Debug for DynamoDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamoDirectory").field("table", &self.table).finish_non_exhaustive()
    }
}

impl DynamoDirectory {
    /// The directory in this table.
    pub fn new(client: Client, table: impl Into<String>, clock: Arc<dyn Clock>) -> Self {
        let (readings, last) = (AtomicU64::new(0), Mutex::new(None));
        Self { table: Table::new(client, table), clock, readings, last }
    }

    /// Has the next caller read again: something was changed.
    pub(crate) async fn forget_destinations(&self) {
        *self.last.lock().await = None;
    }

    /// The destinations: read by one for all who ask meanwhile, its failure included, for whoever
    /// waited through one timeout should not wait through as many as there are others.
    async fn shared(&self) -> Outcome {
        let asked = self.readings.load(Ordering::SeqCst);
        let mut last = self.last.lock().await;
        if let Some(Reading { outcome, ended }) = &*last {
            let meanwhile = self.readings.load(Ordering::SeqCst) > asked;
            let fresh = self.clock.now().duration_since(*ended).abs() < FRESH;
            if meanwhile || (outcome.is_ok() && fresh) {
                return outcome.clone();
            }
        }
        let outcome = self.read().await.map(Arc::new).map_err(Arc::new);
        *last = Some(Reading { outcome: outcome.clone(), ended: self.clock.now() });
        self.readings.fetch_add(1, Ordering::SeqCst);
        outcome
    }

    async fn read(&self) -> Result<Vec<Listed>, Failure> {
        let items = self.table.query(DESTINATIONS, "").await?;
        items.iter().map(list_destination).collect()
    }
}

#[async_trait]
impl Directory for DynamoDirectory {
    async fn sources(&self, provider: &str) -> Result<Vec<ListedSource>, PortError> {
        let items = self.table.query(&sources_of(provider), "").await.map_err(failed)?;
        let listed = items.iter().map(|item| list_source(provider, item));
        listed.collect::<Result<_, _>>().map_err(failed)
    }

    async fn destinations(&self) -> Result<Arc<Vec<Listed>>, PortError> {
        self.shared().await.map_err(|failure| PortError::new(Port::Directory, failure))
    }
}

fn list_source(provider: &str, item: &Item) -> Result<ListedSource, Failure> {
    let item = Reader::new("source", item);
    let id = SourceId::parse(&format!("{provider}/{}", item.sk()?));
    let id = id.map_err(|error| item.fault(error))?;
    Ok(match item.text(RECORD) {
        Ok(record) => ListedSource::read(id, record),
        Err(failure) => ListedSource::Unreadable { id, reason: failure.to_string() },
    })
}

fn list_destination(item: &Item) -> Result<Listed, Failure> {
    let item = Reader::new("destination", item);
    let name = Name::parse(item.sk()?).map_err(|error| item.fault(error))?;
    Ok(match item.text(RECORD) {
        Ok(record) => Listed::read(name, record),
        Err(failure) => Listed::Unreadable { name, reason: failure.to_string() },
    })
}

fn failed(failure: Failure) -> PortError {
    PortError::new(Port::Directory, failure)
}

#[cfg(test)]
mod tests {
    use domain::{DestinationRecord, Edited, Entries as _, Entry, Origin, Over};
    use futures_util::future::join_all;
    use serde_json::json;

    use super::*;
    use crate::items::{item, text};
    use crate::scripted::{Script, bad, good};

    #[test]
    fn an_item_without_a_record_is_listed_and_one_without_a_name_is_an_error() {
        let bare = item([("pk", text("destination")), ("sk", text("sales"))]);
        let Listed::Unreadable { name, reason } = list_destination(&bare).unwrap() else {
            panic!("nothing to read")
        };
        assert_eq!(name.as_str(), "sales");
        assert!(reason.ends_with("it has no attribute record"), "{reason}");
        let unnamed = item([("pk", text("destination")), ("sk", text("Sales"))]);
        assert!(matches!(list_destination(&unnamed), Err(Failure::Unreadable { .. })));
    }

    struct Stopped;

    impl Clock for Stopped {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH
        }
    }

    fn directory(script: &Script) -> DynamoDirectory {
        DynamoDirectory::new(script.dynamodb(), "directory", Arc::new(Stopped))
    }

    #[tokio::test]
    async fn ten_who_ask_at_once_read_once() {
        let script = Script::of([good(json!({ "Items": [], "Count": 0 }))]);
        let directory = directory(&script);
        let asked = join_all((0..10).map(|_| directory.destinations())).await;
        assert!(asked.iter().all(Result::is_ok), "{asked:?}");
        assert_eq!(directory.destinations().await.unwrap().len(), 0);
        assert_eq!(script.asked().len(), 1);
    }

    #[tokio::test]
    async fn a_failure_is_for_all_who_waited_and_for_nobody_later() {
        let failure = bad("ThrottlingException", json!({ "message": "slow down" }));
        let script = Script::of([failure, good(json!({ "Items": [], "Count": 0 }))]);
        let directory = directory(&script);
        for error in join_all((0..10).map(|_| directory.destinations())).await {
            let told = error.unwrap_err().source.to_string();
            assert_eq!(told, "Query was answered ThrottlingException: slow down");
        }
        assert_eq!(directory.destinations().await.unwrap().len(), 0);
        assert_eq!(script.asked().len(), 2);
    }

    #[tokio::test]
    async fn what_was_written_is_read_again() {
        let none = || good(json!({ "Items": [], "Count": 0 }));
        let script = Script::of([none(), good(json!({})), none()]);
        let directory = directory(&script);
        assert_eq!(directory.destinations().await.unwrap().len(), 0);
        let record = DestinationRecord { name: "sales".to_owned(), ..Default::default() };
        let entry = Entry::destination(&record, Origin::File).unwrap();
        assert_eq!(directory.put(&entry, Over::Anything).await.unwrap(), Edited::Done);
        assert_eq!(directory.destinations().await.unwrap().len(), 0);
        assert_eq!(script.asked().len(), 3);
    }

    #[tokio::test]
    async fn a_condition_that_fails_says_why_and_ones_own_lost_answer_is_no_failure() {
        let there = |origin: &str, record: &str| {
            let item = json!({ "pk": { "S": "destination" }, "origin": { "S": origin }, "record": { "S": record } });
            bad("ConditionalCheckFailedException", json!({ "Item": item }))
        };
        let gone = || bad("ConditionalCheckFailedException", json!({}));
        let record = DestinationRecord { name: "sales".to_owned(), ..Default::default() };
        let entry = Entry::destination(&record, Origin::File).unwrap();
        for (answer, over, expected) in [
            (there("operator", "{}"), Over::Anything, Edited::Clash(Origin::Operator)),
            (there("operator", &entry.record), Over::Nothing, Edited::Clash(Origin::Operator)),
            (there("file", "{}"), Over::Nothing, Edited::Changed),
            (there("file", "{}"), Over::Record("[]"), Edited::Changed),
            (gone(), Over::Record("[]"), Edited::Changed),
            (there("file", &entry.record), Over::Record("[]"), Edited::Done),
        ] {
            let edited = directory(&Script::of([answer])).put(&entry, over).await.unwrap();
            assert_eq!(edited, expected, "{over:?}");
        }
        let script = Script::of([there("operator", "{}")]);
        let edited = directory(&script).remove(&entry.id, Origin::File).await.unwrap();
        assert_eq!(edited, Edited::Clash(Origin::Operator));
    }
}
