//! One item that many change: read, decided over, and written if nobody was faster; a lost race is
//! decided anew. What is decided is its caller's business.

use std::time::Duration;

use super::DynamoLedger;
use crate::failure::Failure;
use crate::items::{Item, Reader, number, text};
use crate::keys::Key;
use crate::table::Written;
use crate::update::Update;

/// Who wrote an item last: a token of one call, by which a write whose answer was lost is known again.
pub(super) const BY: &str = "by";
/// Counts the writes of an item.
const VERSION: &str = "version";
/// Races over one item that one caller may lose. After the first few it waits in between.
const RACES: u32 = 128;
/// The races that are run again at once.
const AT_ONCE: u32 = 2;
/// The longest wait between two races.
const LONGEST_WAIT_MS: u64 = 64;

/// What is decided over an item.
pub(super) enum Decision<T> {
    /// It stays as it is.
    Leave(T),
    /// It is written.
    Write(Box<Update>, T),
}

/// A token that no other call has.
pub(super) fn token(ledger: &DynamoLedger) -> String {
    format!("{:016x}", ledger.entropy.next())
}

/// Changes the item of a key as `decide` says, over what is there.
pub(super) async fn change<T>(
    ledger: &DynamoLedger,
    operation: &'static str,
    key: Key,
    decide: impl Fn(Option<Reader<'_>>, Key) -> Result<Decision<T>, Failure> + Send,
) -> Result<T, Failure> {
    const WHAT: &str = "state";
    let token = token(ledger);
    let mut known: Option<Item> = ledger.table.get(key.clone()).await?;
    let mut tried = None;
    for race in 0..RACES {
        let reader = known.as_ref().map(|item| Reader::new(WHAT, item));
        let (mut version, mut by) = (None::<u64>, None);
        if let Some(item) = reader {
            (version, by) = (item.number_if(VERSION)?, item.text_if(BY)?);
        }
        if by == Some(token.as_str())
            && let Some(done) = tried
        {
            return Ok(done);
        }
        let (mut update, outcome) = match decide(reader, key.clone())? {
            Decision::Leave(outcome) => return Ok(outcome),
            Decision::Write(update, outcome) => (*update, outcome),
        };
        match version {
            Some(version) => update.if_equal(VERSION, number(version)),
            None => update.if_lacking(VERSION),
        }
        update.set(VERSION, number(version.unwrap_or(0).saturating_add(1)));
        update.set(BY, text(token.as_str()));
        match ledger.table.update(update).await? {
            Written::Done => return Ok(outcome),
            Written::Not(item) => (known, tried) = (item, Some(outcome)),
        }
        if race >= AT_ONCE {
            let wait =
                ledger.entropy.next() % u64::from(race).saturating_mul(2).min(LONGEST_WAIT_MS);
            tokio::time::sleep(Duration::from_millis(wait)).await;
        }
    }
    Err(Failure::Contended { operation })
}

#[cfg(test)]
mod tests;
