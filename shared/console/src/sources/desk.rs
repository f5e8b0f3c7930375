//! What is done with sources, by calls and pages alike: made with a secret that is shown once, changed,
//! rotated, removed. What comes of a file is left alone.

use domain::{Edited, Entry, EntryId, Origin, Over, SourceId, SourceRecord, clean};

use super::{Change, Form, Made, NO_SUCH, SourceShown, form, paste};
use crate::access::random_secret;
use crate::found::{Found, edited};
use crate::{Console, Problem};

/// A source, as people see it.
pub(crate) type Source = Found<SourceId, SourceRecord>;

impl Console {
    /// All sources whose records can be read, by provider and name.
    pub(crate) async fn sources(&self) -> Result<Vec<Source>, Problem> {
        let source = |id| match id {
            EntryId::Source(id) => Some(id),
            EntryId::Destination(_) => None,
        };
        self.found(source).await
    }

    pub(crate) async fn source(&self, id: &SourceId) -> Result<Source, Problem> {
        self.sources().await?.into_iter().find(|found| found.id == *id).ok_or(NO_SUCH)
    }

    /// Makes a source; with it a secret, where none is said and the provider takes one of ours.
    pub(crate) async fn add_source(&self, asked: Form, base: &str) -> Result<Made, Problem> {
        let (mut record, said) = asked.record()?;
        record.created = Some(self.clock.now().to_string());
        let made = (said.is_none() && form::takes_ours(&record)).then(|| random_secret(self));
        record.secrets.extend(said.or_else(|| made.clone()).map(visible).transpose()?);
        self.write_source(&record, Over::Nothing).await?;
        Ok(Made::of(&record, made, base))
    }

    /// Changes what is said of a source.
    pub(crate) async fn change_source(&self, id: &SourceId, asked: Change) -> Result<(), Problem> {
        let found = self.source(id).await?.ours()?;
        self.write_source(&asked.over(found.record.clone()), found.over()).await
    }

    /// Puts a new secret beside the one in use: what is said, or one of ours.
    pub(crate) async fn rotate_source(
        &self,
        id: &SourceId,
        said: Option<String>,
        base: &str,
    ) -> Result<Made, Problem> {
        let found = self.source(id).await?.ours()?;
        let mut record = found.record.clone();
        let said = said.filter(|secret| !secret.trim().is_empty());
        let made = (said.is_none() && form::takes_ours(&record)).then(|| random_secret(self));
        let new = said.or_else(|| made.clone()).ok_or_else(|| {
            Problem::field("secret", "this provider makes its secrets; say the new one")
        })?;
        if record.secrets.contains(&new) {
            return Err(Problem::field("secret", "is taken already"));
        }
        record.secrets.insert(0, visible(new)?);
        self.write_source(&record, found.over()).await?;
        Ok(Made::of(&record, made, base))
    }

    /// Takes the secret that is said from a source; where none is, all but the newest.
    pub(crate) async fn retire_source(
        &self,
        id: &SourceId,
        said: Option<&str>,
    ) -> Result<(), Problem> {
        let found = self.source(id).await?.ours()?;
        let mut record = found.record.clone();
        if record.secrets.len() < 2 {
            return Err(Problem::Conflict("there is one secret alone; rotate first".to_owned()));
        }
        let before = record.secrets.len();
        match said.map(str::trim).filter(|said| !said.is_empty()) {
            Some(said) => record.secrets.retain(|secret| secret != said),
            None if form::has_one_each(&record) => {
                let each = "say which one: each bank account has a token of its own";
                return Err(Problem::field("secret", each));
            }
            None => record.secrets.truncate(1),
        }
        if record.secrets.len() == before {
            return Err(Problem::field("secret", "is none of this source's"));
        }
        self.write_source(&record, found.over()).await
    }

    /// Removes a source.
    pub(crate) async fn remove_source(&self, id: &SourceId) -> Result<(), Problem> {
        let id = EntryId::Source(self.source(id).await?.ours()?.id);
        edited(self.entries.remove(&id, Origin::Operator).await?)
    }

    /// Writes a record over what was read, or where there is none.
    async fn write_source(&self, record: &SourceRecord, over: Over<'_>) -> Result<(), Problem> {
        let named = |fault: domain::Fault| match fault.key {
            "secrets" => Problem::field("secret", fault.message),
            key => Problem::field(key, fault.message),
        };
        record.parse(self.providers).map_err(named)?;
        let entry = Entry::source(record, Origin::Operator).map_err(named)?;
        match (self.entries.put(&entry, over).await?, over) {
            (Edited::Changed, Over::Nothing) => {
                Err(Problem::field("name", "there is a source of this name already"))
            }
            (done, _) => edited(done),
        }
    }
}

/// A secret as it was typed, or pasted with what nobody sees: that would match no call.
fn visible(secret: String) -> Result<String, Problem> {
    if clean(&secret) == secret {
        return Ok(secret);
    }
    Err(Problem::field("secret", "has characters that cannot be seen; copy it again"))
}

impl Made {
    fn of(record: &SourceRecord, secret: Option<String>, base: &str) -> Self {
        let source = SourceShown::of(Origin::Operator, record, base);
        let paste = paste::fields(record, &source.url);
        Self { source, secret, paste }
    }
}
