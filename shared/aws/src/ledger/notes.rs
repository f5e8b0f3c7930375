//! The port `Notes`: one small item each.

use async_trait::async_trait;
use domain::{Notes, PortError};

use super::change::{Decision, change};
use super::{DynamoLedger, failed};
use crate::failure::Failure;
use crate::items::{Reader, text};
use crate::keys::Key;
use crate::update::Update;

const NOTE: &str = "note";

#[async_trait]
impl Notes for DynamoLedger {
    async fn note(&self, name: &str) -> Result<Option<String>, PortError> {
        note(self, name).await.map_err(failed)
    }

    async fn set_note(&self, name: &str, was: Option<&str>, now: &str) -> Result<bool, PortError> {
        set_note(self, name, was, now).await.map_err(failed)
    }
}

/// A note.
pub(super) async fn note(ledger: &DynamoLedger, name: &str) -> Result<Option<String>, Failure> {
    let item = ledger.table.get(Key::note(name)).await?;
    let Some(item) = &item else { return Ok(None) };
    read(Reader::new("note", item)).map(|text| Some(text.to_owned()))
}

/// What a note's item says.
pub(super) fn read(item: Reader<'_>) -> Result<&str, Failure> {
    item.text(NOTE)
}

/// Writes a note if it still says `was`.
pub(super) async fn set_note(
    ledger: &DynamoLedger,
    name: &str,
    was: Option<&str>,
    now: &str,
) -> Result<bool, Failure> {
    change(ledger, "writing a note", Key::note(name), |item, key| {
        let known = item.map(|item| item.text(NOTE)).transpose()?;
        if known != was {
            return Ok(Decision::Leave(false));
        }
        let mut update = Update::new(key);
        update.set(NOTE, text(now));
        Ok(Decision::Write(Box::new(update), true))
    })
    .await
}
