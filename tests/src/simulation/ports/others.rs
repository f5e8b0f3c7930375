//! The survey, the notes, the directory and both ends of the queue as one process has them. The queue
//! keeps its own time, and cuts delays as a cloud's does.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::{
    DeadLetters, Delivery, DestinationName, Directory, Event, HourTotals, Inbox, Listed,
    ListedSource, Message, Notes, Outbound, Overdue, Port, PortError, Queue, Refused, Retention,
    SourceId, Standing, Survey,
};
use jiff::Timestamp;

use super::Desk;
use crate::simulation::plan::Blow;

const PORT: Port = Port::Ledger;
/// The longest delay of a cloud's queue.
const LONGEST_DELAY: Duration = Duration::from_secs(15 * 60);
/// In a journey of days a bell every quarter of an hour would show nothing new.
const LONGEST_DELAY_OF_DAYS: Duration = Duration::from_secs(6 * 3600);
/// What a late message is late by.
const LATE: Duration = Duration::from_secs(10 * 60);

#[async_trait]
impl Survey for Desk {
    async fn overdue(&self, before: Timestamp, most: usize) -> Result<Vec<Overdue>, PortError> {
        let what = || "survey.overdue".to_owned();
        self.pass(PORT, None, &what, self.scene.ledger.overdue(before, most)).await
    }

    async fn put_off(&self, of: &Overdue, now: Timestamp) -> Result<bool, PortError> {
        let what = || format!("survey.put_off {of:?}");
        self.pass(PORT, None, &what, self.scene.ledger.put_off(of, now)).await
    }

    async fn standings(&self) -> Result<Vec<(DestinationName, Standing)>, PortError> {
        let what = || "survey.standings".to_owned();
        self.pass(PORT, None, &what, self.scene.ledger.standings()).await
    }

    async fn forget(&self, destination: &DestinationName) -> Result<(), PortError> {
        let what = || format!("survey.forget {destination}");
        self.pass(PORT, Some(destination), &what, self.scene.ledger.forget(destination)).await
    }

    async fn held(
        &self,
        destination: &DestinationName,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<(String, Delivery)>, PortError> {
        let what = || format!("survey.held {destination}");
        let call = self.scene.ledger.held(destination, after, most);
        self.pass(PORT, Some(destination), &what, call).await
    }

    async fn count_held(&self, destination: &DestinationName) -> Result<u64, PortError> {
        let what = || format!("survey.count_held {destination}");
        self.pass(PORT, Some(destination), &what, self.scene.ledger.count_held(destination)).await
    }

    async fn logged(
        &self,
        source: &SourceId,
        from: Timestamp,
        until: Timestamp,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<(String, Event)>, PortError> {
        let what = || format!("survey.logged {source} {from}");
        let call = self.scene.ledger.logged(source, from, until, after, most);
        self.pass(PORT, None, &what, call).await
    }

    async fn set_totals(&self, totals: &HourTotals) -> Result<(), PortError> {
        let what = || format!("survey.set_totals {} {}", totals.source, totals.hour);
        self.pass(PORT, None, &what, self.scene.ledger.set_totals(totals)).await
    }

    async fn totals(
        &self,
        source: &SourceId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<HourTotals>, PortError> {
        let what = || format!("survey.totals {source}");
        self.pass(PORT, None, &what, self.scene.ledger.totals(source, from, until)).await
    }

    async fn refusals(&self, source: &SourceId) -> Result<Vec<Refused>, PortError> {
        let what = || format!("survey.refusals {source}");
        self.pass(PORT, None, &what, self.scene.ledger.refusals(source)).await
    }

    async fn expire(&self, kept: Retention, now: Timestamp, n: usize) -> Result<usize, PortError> {
        let what = || "survey.expire".to_owned();
        self.pass(PORT, None, &what, self.scene.ledger.expire(kept, now, n)).await
    }
}

#[async_trait]
impl Notes for Desk {
    async fn note(&self, name: &str) -> Result<Option<String>, PortError> {
        let what = || format!("notes.note {name}");
        self.pass(PORT, None, &what, self.scene.notes.note(name)).await
    }

    async fn set_note(&self, name: &str, was: Option<&str>, now: &str) -> Result<bool, PortError> {
        let what = || format!("notes.set_note {name}");
        self.pass(PORT, None, &what, self.scene.notes.set_note(name, was, now)).await
    }
}

#[async_trait]
impl Directory for Desk {
    async fn sources(&self, provider: &str) -> Result<Vec<ListedSource>, PortError> {
        let what = || format!("directory.sources {provider}");
        self.pass(Port::Directory, None, &what, self.scene.directory.sources(provider)).await
    }

    async fn destinations(&self) -> Result<Arc<Vec<Listed>>, PortError> {
        let what = || "directory.destinations".to_owned();
        self.pass(Port::Directory, None, &what, self.scene.directory.destinations()).await
    }
}

#[async_trait]
impl Queue for Desk {
    async fn send(&self, messages: &[Outbound]) -> Result<(), PortError> {
        let what = || {
            let all = messages.iter().map(|m| format!("{} in {:?}", m.envelope, m.delay));
            format!("queue.send {}", all.collect::<Vec<_>>().join(", "))
        };
        let blow = self.begin(None, &what).await;
        let failed = |side: &str| Err(PortError::new(Port::Queue, side.to_owned()));
        if blow == Some(Blow::ErrorBefore) {
            return failed("planned, before its effect");
        }
        let late = if blow == Some(Blow::Late) { LATE } else { self.scene.dawdle() };
        let days = self.scene.journey.lasts_for_days();
        let longest = if days { LONGEST_DELAY_OF_DAYS } else { LONGEST_DELAY };
        let sent: Vec<Outbound> = messages
            .iter()
            .map(|m| Outbound { delay: m.delay.min(longest) + late, ..m.clone() })
            .collect();
        self.scene.queue.send(&sent).await?;
        if blow == Some(Blow::Twice) {
            self.scene.queue.send(&sent).await?;
        }
        self.tell(&what);
        if self.end(blow, None).await { failed("planned, after its effect") } else { Ok(()) }
    }
}

#[async_trait]
impl Inbox for Desk {
    async fn receive(
        &self,
        most: usize,
        _: Timestamp,
        visibility: Duration,
    ) -> Result<Vec<Message>, PortError> {
        let what = || "inbox.receive".to_owned();
        let call =
            async { self.scene.queue.receive(most, self.scene.hall.now(), visibility).await };
        self.pass(Port::Queue, None, &what, call).await
    }

    async fn delete(&self, receipts: &[String]) -> Result<(), PortError> {
        let what = || format!("inbox.delete {receipts:?}");
        self.pass(Port::Queue, None, &what, self.scene.queue.delete(receipts)).await
    }

    async fn bury(&self, receipt: &str, reason: &str, at: Timestamp) -> Result<(), PortError> {
        let what = || format!("inbox.bury {receipt} {reason}");
        let call = Inbox::bury(&*self.scene.queue, receipt, reason, at);
        self.pass(Port::Queue, None, &what, call).await
    }
}

#[async_trait]
impl DeadLetters for Desk {
    async fn bury(&self, envelope: &str, reason: &str) -> Result<(), PortError> {
        let what = || format!("dead_letters.bury {reason}");
        let call = DeadLetters::bury(&*self.scene.queue, envelope, reason);
        self.pass(Port::Queue, None, &what, call).await
    }

    async fn count(&self) -> Result<u64, PortError> {
        let what = || "dead_letters.count".to_owned();
        self.pass(Port::Queue, None, &what, self.scene.queue.count()).await
    }
}
