//! What is done with webhooks, by calls and pages alike: made, changed, removed. What comes of a file is
//! left alone.

use domain::{DestinationRecord, Number, Origin, Over};
use serde_json::{Map, Value};

use super::{Follows, Found, Id, edited, form, view};
use crate::{Console, Problem};

impl Console {
    /// Makes a webhook of the fields of a call; its number.
    pub(crate) async fn add_webhook(
        &self,
        asked: &Map<String, Value>,
    ) -> Result<Option<Number>, Problem> {
        let mut record = form::written(asked, None, Follows::None)?;
        record.name = format!("webhook-{:012x}", self.entropy.next() >> 16);
        record.created = Some(self.clock.now().to_string());
        let entry = self.checked(&record)?;
        edited(self.entries.put(&entry, Over::Nothing).await?)?;
        Ok(view::number(&entry.id))
    }

    /// A webhook that an operator may change.
    pub(crate) async fn own_webhook(&self, id: Id) -> Result<Found, Problem> {
        let found = self.webhook(id).await?;
        match found.entry.origin {
            Origin::File => Err(Problem::ReadOnly(Origin::File)),
            Origin::Operator => Ok(found),
        }
    }

    /// Changes what the fields of a call say of a webhook.
    pub(crate) async fn change_webhook(
        &self,
        id: Id,
        asked: &Map<String, Value>,
        follows: Follows,
    ) -> Result<(), Problem> {
        let found = self.own_webhook(id).await?;
        let seen = found.entry.record.clone();
        let name = found.record.name.clone();
        let created = found.record.created.clone();
        let record = form::written(asked, Some(found), follows)?;
        let record = DestinationRecord { name, created, ..record };
        let entry = self.checked(&record)?;
        edited(self.entries.put(&entry, Over::Record(&seen)).await?)
    }

    /// Removes a webhook.
    pub(crate) async fn remove_webhook(&self, id: Id) -> Result<(), Problem> {
        let found = self.webhook(id).await?;
        edited(self.entries.remove(&found.entry.id, Origin::Operator).await?)
    }
}
