//! The log once more, failing as planned.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    Event, EventKey, Fingerprint, History, Log, ParkedCall, Port, PortError, SourceId, Stretch,
    Stretched,
};

use super::Faults;

/// A log that fails as planned.
#[expect(missing_debug_implementations, reason = "ports have nothing to show")]
pub struct FaultyLog(pub Arc<dyn Log>, pub Arc<Faults>);

#[async_trait]
impl Log for FaultyLog {
    fn breadth(&self) -> usize {
        self.0.breadth()
    }

    async fn stretch(
        &self,
        stretch: &Stretch,
        after: Option<&str>,
        most: usize,
    ) -> Result<Stretched, PortError> {
        self.1.pass(Port::Ledger, self.0.stretch(stretch, after, most)).await
    }

    async fn history(&self, key: &EventKey) -> Result<Option<History>, PortError> {
        self.1.pass(Port::Ledger, self.0.history(key)).await
    }

    async fn conflicts(&self, source: &SourceId, most: usize) -> Result<Vec<Event>, PortError> {
        self.1.pass(Port::Ledger, self.0.conflicts(source, most)).await
    }

    async fn settle(&self, key: &EventKey, fingerprint: &Fingerprint) -> Result<bool, PortError> {
        self.1.pass(Port::Ledger, self.0.settle(key, fingerprint)).await
    }

    async fn parked(&self, source: &SourceId, most: usize) -> Result<Vec<ParkedCall>, PortError> {
        self.1.pass(Port::Ledger, self.0.parked(source, most)).await
    }

    async fn parked_call(
        &self,
        source: &SourceId,
        id: &str,
    ) -> Result<Option<ParkedCall>, PortError> {
        self.1.pass(Port::Ledger, self.0.parked_call(source, id)).await
    }

    async fn unpark(&self, source: &SourceId, id: &str) -> Result<bool, PortError> {
        self.1.pass(Port::Ledger, self.0.unpark(source, id)).await
    }
}
