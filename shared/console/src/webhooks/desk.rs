//! What is done with webhooks, by calls and pages alike: made, changed, removed. What comes of a file is
//! left alone.

use domain::{DestinationRecord, EntryId, Number, Origin, Over};
use serde_json::{Map, Value};

use super::{Follows, Id, form};
use crate::found::edited;
use crate::{Console, Problem};

impl Console {
    /// Makes a webhook of the fields of a call; its number.
    pub(crate) async fn add_webhook(&self, asked: &Map<String, Value>) -> Result<Number, Problem> {
        let mut record = form::written(asked, None, Follows::None)?;
        record.name = format!("webhook-{:012x}", self.entropy.next() >> 16);
        record.created = Some(self.clock.now().to_string());
        let (name, entry) = self.checked(&record)?;
        edited(self.entries.put(&entry, Over::Nothing).await?)?;
        Ok(Number::of_destination(&name))
    }

    /// Changes what the fields of a call say of a webhook.
    pub(crate) async fn change_webhook(
        &self,
        id: Id,
        asked: &Map<String, Value>,
        follows: Follows,
    ) -> Result<(), Problem> {
        let found = self.webhook(id).await?.ours()?;
        let record = form::written(asked, Some(&found.record), follows)?;
        let (name, created) = (found.record.name.clone(), found.record.created.clone());
        let (_, entry) = self.checked(&DestinationRecord { name, created, ..record })?;
        edited(self.entries.put(&entry, found.over()).await?)
    }

    /// Removes a webhook.
    pub(crate) async fn remove_webhook(&self, id: Id) -> Result<(), Problem> {
        let found = self.webhook(id).await?;
        let id = EntryId::Destination(found.id);
        edited(self.entries.remove(&id, Origin::Operator).await?)
    }
}
