//! `POST /api/v1/replay`: what a filter finds goes to one webhook again, part by part; with `dry_run`
//! it is only counted.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use domain::{Number, Placed, Wanted, search};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::{EventWrite, Granted};
use crate::answer::One;
use crate::body::Whole;
use crate::changes::only_tried;
use crate::events::EventId;
use crate::events::asked::{Asked, cursor};
use crate::problem::Failed;
use crate::webhooks::{Id, NO_SUCH};
use crate::{Console, Desk, Problem};

/// Events resent by one call.
const AT_ONCE: usize = 100;
/// Events counted by one call.
const COUNTED: usize = 10_000;
/// How long one call goes on: an answer must come before its caller, or AWS, gives it up.
const LONGEST: SignedDuration = SignedDuration::from_secs(20);

/// What is replayed. The filters are those of the log.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Form {
    /// To which webhook.
    webhook_id: u64,
    /// Only count.
    #[serde(default)]
    dry_run: bool,
    /// Which events, one filter at least: `{"from": "2026-11-22", "state": "failed"}`. Where `state` is
    /// said, those whose delivery to this webhook stands so.
    #[schema(value_type = Object)]
    filter: Asked,
}

/// What was replayed, or would be.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Replayed {
    /// Whether this only counts.
    dry_run: bool,
    /// Events that were found.
    found: usize,
    /// Events that go out again.
    resent: usize,
    /// Of those that were found, the ones that stay where they are, and why.
    refused: Vec<Refused>,
    /// What to send as `filter.cursor` for the next part; null at the end.
    next_cursor: Option<String>,
}

/// An event that was not replayed.
#[derive(Debug, Serialize, ToSchema)]
struct Refused {
    event_id: String,
    why: String,
}

impl Replayed {
    /// What is left goes with the next part.
    fn stop_after(&mut self, done: &[Placed]) {
        self.found = done.len();
        self.next_cursor = done.last().map(|(place, _)| cursor(place));
    }
}

impl Console {
    async fn replay(&self, form: Form) -> Result<Replayed, Problem> {
        let Form { webhook_id, dry_run, filter } = form;
        if filter.is_everything() {
            return Err(Problem::field(
                "filter",
                "say which events, such as {\"state\": \"failed\"} or {\"from\": \"2026-11-22\"}",
            ));
        }
        let number = Number::new(webhook_id).ok_or(NO_SUCH)?;
        let name = self.webhook(Id(number)).await?.id;
        let page = filter.page(self.clock.now())?;
        let mut wanted: Wanted = page.wanted;
        if wanted.stretch.state.is_some() {
            wanted.stretch.destination = Some(name);
        }
        let most = if dry_run { COUNTED } else { AT_ONCE };
        let found = search(self.log.as_ref(), &wanted, page.after.as_deref(), most).await?;
        let mut replayed = Replayed {
            dry_run,
            found: found.events.len(),
            resent: 0,
            refused: Vec::new(),
            next_cursor: found.next.as_deref().map(cursor),
        };
        if !dry_run {
            self.send_all(&found.events, number, &mut replayed).await?;
        }
        Ok(replayed)
    }

    /// Sends events one by one, for as long as one call may take. Once one went out, nothing is told as a
    /// failure: a call that fails may be said again, and would send it again.
    async fn send_all(
        &self,
        events: &[Placed],
        number: Number,
        into: &mut Replayed,
    ) -> Result<(), Problem> {
        let until = self.clock.now().saturating_add(LONGEST).unwrap_or(Timestamp::MAX);
        for (before, (_, stored)) in events.iter().enumerate() {
            let key = &stored.event.key;
            let why = match self.resend(key, number).await {
                Ok(()) => {
                    into.resent += 1;
                    None
                }
                Err(Problem::Conflict(why)) => Some(why),
                Err(Problem::NotFound(why)) => Some(why.to_owned()),
                Err(problem) if into.resent == 0 => return Err(problem),
                Err(problem) => {
                    let why = problem.message();
                    tracing::error!(event = key.as_str(), why, "a replay stopped in the middle");
                    into.stop_after(&events[..before]);
                    return Ok(());
                }
            };
            let event_id = EventId::of(key).as_str().to_owned();
            into.refused.extend(why.map(|why| Refused { event_id, why }));
            if self.clock.now() >= until && before + 1 < events.len() {
                into.stop_after(&events[..=before]);
                return Ok(());
            }
        }
        Ok(())
    }
}

/// Sends what a filter finds to one webhook again: a hundred events a call. With `dry_run` only
/// counts, up to ten thousand.
#[utoipa::path(
    post, path = "/api/v1/replay", tag = "events", params(crate::once::Header),
    request_body = Form,
    security(("oauth2" = ["event:write"])),
    responses((status = 200, body = One<Replayed>), Failed),
)]
pub(crate) async fn replay(
    _: Granted<EventWrite>,
    State(console): Desk,
    asked: Whole<Form>,
) -> Result<Response, Problem> {
    let replayed = console.replay(asked.0).await?;
    let tried = replayed.dry_run;
    let answer = One::json(replayed);
    Ok(if tried { only_tried(answer) } else { answer.into_response() })
}
