//! Lanes for a Lambda: always free. How many messages are handled at once is bounded by the event
//! source's batch and its MaximumConcurrency, and between instances nothing in memory could count.

use async_trait::async_trait;
use domain::{DestinationName, Lane, Lanes};

/// Every lane is free.
#[derive(Debug, Clone, Copy)]
pub struct OpenLanes;

#[async_trait]
impl Lanes for OpenLanes {
    fn try_enter(&self, _: &DestinationName, _: u32) -> Option<Lane> {
        Some(Box::new(()))
    }

    async fn enter(&self, destination: &DestinationName, lanes: u32) -> Option<Lane> {
        self.try_enter(destination, lanes)
    }
}
