//! What is held for a destination: how much, and since when. For whoever asks before resuming it; the
//! releasing itself is the sweep's.

use jiff::Timestamp;

use crate::{DestinationName, PortError, Standing, Survey};

/// A destination, how it stands, and what is held for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// Which destination.
    pub destination: DestinationName,
    /// How it stands.
    pub standing: Standing,
    /// How many of its deliveries are held.
    pub held: u64,
    /// When the oldest of them was enlisted.
    pub oldest: Option<Timestamp>,
}

impl Holding {
    /// What is held for this destination.
    pub async fn of(
        survey: &dyn Survey,
        destination: DestinationName,
        standing: Standing,
    ) -> Result<Self, PortError> {
        let held = survey.count_held(&destination).await?;
        let first = survey.held(&destination, None, 1).await?;
        let oldest = first.first().map(|(_, delivery)| delivery.created);
        Ok(Self { destination, standing, held, oldest })
    }

    /// Every destination that is paused, disabled or holding something.
    pub async fn all(survey: &dyn Survey) -> Result<Vec<Self>, PortError> {
        let mut all = Vec::new();
        for (destination, standing) in survey.standings().await? {
            let holding = Self::of(survey, destination, standing).await?;
            if holding.held > 0 || !holding.standing.is_active() {
                all.push(holding);
            }
        }
        Ok(all)
    }
}
