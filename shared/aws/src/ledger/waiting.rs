//! A destination's waiting deliveries. The index says which may be; each item says whether it is.

use domain::{Delivery, DeliveryRef, DeliveryState, DestinationName, EventKey};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use jiff::{SignedDuration, Timestamp};

use super::{DynamoLedger, deliveries};
use crate::failure::Failure;
use crate::keys::{Index, Key, deliveries as places, sortable};
use crate::table::{Entry, Span};

/// Items read at once.
const AT_ONCE: usize = 32;
/// The longest that a look at what is due is put off (`domain::look_again`), and a little.
const PUT_OFF: SignedDuration = SignedDuration::from_hours(6);

/// A destination's waiting deliveries that are due by `until`, oldest due first.
pub(super) async fn waiting(
    ledger: &DynamoLedger,
    destination: &DestinationName,
    until: Timestamp,
    most: usize,
) -> Result<Vec<Delivery>, Failure> {
    // One that the sweep has rung for stands later in the index than it is due.
    let end = sortable(until.saturating_add(PUT_OFF).unwrap_or(Timestamp::MAX));
    let span = Span { before: Some(&end), ..Span::default() };
    let prefix = places::due_of(destination);
    let entries = ledger.table.entries(Index::Open, &prefix, span, most.saturating_mul(2)).await?;
    let mut waiting: Vec<(Timestamp, Delivery)> = Vec::new();
    for delivery in of_entries(ledger, destination, &entries).await? {
        if let DeliveryState::Waiting { due } = delivery.state
            && due <= until
        {
            waiting.push((due, delivery));
        }
    }
    waiting.sort_by(|a, b| (a.0, &a.1.of).cmp(&(b.0, &b.1.of)));
    waiting.truncate(most);
    Ok(waiting.into_iter().map(|(_, delivery)| delivery).collect())
}

/// The deliveries that an index has, as they are now, in its order; what is gone is left out.
pub(super) async fn of_entries(
    ledger: &DynamoLedger,
    destination: &DestinationName,
    entries: &[Entry],
) -> Result<Vec<Delivery>, Failure> {
    let refs = entries.iter().map(|entry| DeliveryRef {
        event: EventKey::from_stored(&entry.key.pk),
        destination: destination.clone(),
    });
    let reads: Vec<_> = refs.map(|of| delivery(ledger, of)).collect();
    let found: Vec<_> = stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
    Ok(found.into_iter().flatten().collect())
}

async fn delivery(ledger: &DynamoLedger, of: DeliveryRef) -> Result<Option<Delivery>, Failure> {
    let item = ledger.table.get(Key::delivery(&of)).await?;
    let found = item.map(|item| deliveries::read(&of, &item)).transpose()?;
    Ok(found.map(|found| found.delivery))
}
