//! How far a source's provider was asked, and the tokens it issued: a note, changed only by whoever
//! knows what it said before, so that of two processes one gives way. Its JSON is private to
//! `reconcile` and versioned.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::SLACK;
use crate::{Api, Credentials, Issued, Notes, PortError, Secret, SourceId, Token};

const VERSION: u32 = 1;

/// The note as it is written. Times are seconds since 1970.
#[derive(Default, Serialize, Deserialize)]
struct Note {
    v: u32,
    /// When the provider was asked last.
    asked: i64,
    /// Since when no round has been completed: when the first run after the last one began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<i64>,
    /// Not again before this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    not_before: Option<i64>,
    /// The last run ended for want of time or pages, and nothing else.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    more: bool,
    /// Where the round in hand began: what an unsound round goes back to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    start: Option<String>,
    /// How far it got.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
    /// What went wrong last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
    /// The digest of the refresh token in the settings from which the tokens below descend.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seed: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    access: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    access_until: Option<i64>,
}

/// A source's note, and what it said when it was read or written last.
pub(super) struct Bookmark {
    name: String,
    was: Option<String>,
    note: Note,
}

impl Bookmark {
    /// Reads the note of a source. One that cannot be read is as if it were not there; tokens that
    /// descend from another refresh token than the settings' are forgotten.
    pub(super) async fn read(
        notes: &dyn Notes,
        source: &SourceId,
        api: &Api,
    ) -> Result<Self, PortError> {
        let name = format!("reconcile/{source}");
        let was = notes.note(&name).await?;
        let read = was.as_deref().and_then(|text| serde_json::from_str::<Note>(text).ok());
        let mut note = read.filter(|note| note.v == VERSION).unwrap_or_default();
        let seed = seed(api);
        if note.seed != seed {
            (note.refresh, note.access, note.access_until) = (None, None, None);
        }
        (note.v, note.seed) = (VERSION, seed);
        Ok(Self { name, was, note })
    }

    /// Writes the note if it still says what we know of it; `false` when somebody else went on.
    pub(super) async fn write(&mut self, notes: &dyn Notes) -> Result<bool, PortError> {
        let now = self.text();
        let written = notes.set_note(&self.name, self.was.as_deref(), &now).await?
            // It says what we wrote: a write whose answer was lost was ours.
            || notes.note(&self.name).await?.as_ref() == Some(&now);
        if written {
            self.was = Some(now);
        }
        Ok(written)
    }

    fn text(&self) -> String {
        // Numbers and texts: serialising them cannot fail.
        serde_json::to_string(&self.note).unwrap_or_default()
    }

    /// When the provider was asked last; long ago if never.
    pub(super) fn asked(&self) -> i64 {
        self.note.asked
    }

    /// Whether the time has come: at once for a round that only lacked time or pages, so that it ends
    /// however much there is. A time of asking that lies ahead was a wrong clock's.
    pub(super) fn is_due(&self, every: Duration, now: Timestamp) -> bool {
        let every = SignedDuration::try_from(every).unwrap_or(SignedDuration::MAX);
        let since = SignedDuration::from_secs(now.as_second().saturating_sub(self.note.asked));
        let rested = since >= every.saturating_sub(SLACK) || since < -SLACK;
        (rested || self.note.more) && self.note.not_before.is_none_or(|at| at <= now.as_second())
    }

    /// Begins a run if the note still says what we know of it: nobody else asks from here on. Here
    /// what it says proves nothing: whoever begins within the same second writes the same. So who
    /// cannot be sure gives way.
    pub(super) async fn begin(
        &mut self,
        notes: &dyn Notes,
        now: Timestamp,
    ) -> Result<bool, PortError> {
        let now = now.as_second();
        (self.note.asked, self.note.not_before, self.note.more) = (now, None, false);
        // A time that lies ahead was a wrong clock's.
        self.note.since = Some(self.note.since.map_or(now, |since| since.min(now)));
        let now = self.text();
        let begun = notes.set_note(&self.name, self.was.as_deref(), &now).await?;
        self.was = Some(now);
        Ok(begun)
    }

    /// Since when no round has been completed; none where the last run completed one.
    pub(super) fn since(&self) -> Option<Timestamp> {
        self.note.since.and_then(|second| Timestamp::from_second(second).ok())
    }

    /// Whether a round is about to begin, rather than to go on.
    pub(super) fn is_fresh(&self) -> bool {
        self.note.cursor == self.note.start
    }

    /// How far the last page got.
    pub(super) fn cursor(&self) -> Option<&str> {
        self.note.cursor.as_deref()
    }

    /// The round goes on from here.
    pub(super) fn advance(&mut self, cursor: String) {
        self.note.cursor = Some(cursor);
    }

    /// The round is over; the next begins from here.
    pub(super) fn complete(&mut self, cursor: String) {
        self.note.start = Some(cursor.clone());
        self.note.cursor = Some(cursor);
        self.note.since = None;
    }

    /// The round was unsound: the next one begins where it began.
    pub(super) fn go_back(&mut self) {
        self.note.cursor = self.note.start.clone();
    }

    /// What went wrong, or that nothing did, how long to stay away, and whether the round goes on as
    /// soon as anybody has time.
    pub(super) fn end(&mut self, fault: Option<String>, not_before: Option<Timestamp>, more: bool) {
        (self.note.fault, self.note.more) = (fault, more);
        self.note.not_before = not_before.map(Timestamp::as_second);
    }

    /// The access token in hand, while it is good.
    pub(super) fn access(&self, now: Timestamp) -> Option<Secret> {
        let good = self.note.access_until.is_some_and(|until| now.as_second() < until);
        self.note.access.as_deref().filter(|_| good).and_then(Secret::parse)
    }

    /// The access token is refused, whatever its date says.
    pub(super) fn forget_access(&mut self) {
        self.note.access = None;
    }

    /// The refresh tokens to try: the one issued last, then the one in the settings.
    pub(super) fn refresh_tokens(&self, api: &Api) -> Vec<Secret> {
        let Credentials::OAuth2 { refresh_token, .. } = &api.credentials else { return Vec::new() };
        let issued = self.note.refresh.as_deref().and_then(Secret::parse);
        let typed = Some(refresh_token.clone()).filter(|typed| Some(typed) != issued.as_ref());
        issued.into_iter().chain(typed).collect()
    }

    /// Keeps tokens that were bought with `spent`.
    pub(super) fn keep(&mut self, issued: &Issued, spent: &Secret) {
        let Token { value, until } = &issued.access;
        self.note.access = Some(value.expose().to_owned());
        self.note.access_until = Some(until.as_second());
        let refresh = issued.refresh.as_ref().unwrap_or(spent);
        self.note.refresh = Some(refresh.expose().to_owned());
    }
}

/// Tells one refresh token in the settings from another without showing it.
fn seed(api: &Api) -> Option<String> {
    let Credentials::OAuth2 { client_id, refresh_token, .. } = &api.credentials else {
        return None;
    };
    let text = format!("{client_id}\n{}", refresh_token.expose());
    Some(hex::encode(&Sha256::digest(text.as_bytes())[..8]))
}
