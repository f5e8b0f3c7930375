//! `/events/{id}`: what came and what it means, each delivery with each attempt and answer, what came in
//! conflict with it, the source's own object; and what its deliveries can be told to do.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use domain::{Number, clean};
use jiff::Timestamp;
use serde::Deserialize;

use super::preview::Preview;
use super::{class, sum};
use crate::events::{
    AttemptShown, ConflictShown, DeliveryShown, EventId, EventShown, NO_SUCH, Of, Whole,
};
use crate::pages::shown::{At, Sum, pretty};
use crate::pages::told::{Told, attempted, told};
use crate::pages::words::Words;
use crate::pages::{Done, Frame, Language, html, redirect};
use crate::people::{SignedIn, by};
use crate::{Desk, Problem};

#[derive(Template)]
#[template(path = "event.html")]
struct Page {
    f: Frame,
    t: &'static Words,
    id: String,
    event: EventShown,
    kind: &'static str,
    sum: Option<Sum>,
    balance: Option<Sum>,
    received: At,
    occurred: Option<At>,
    facts: Vec<(String, String)>,
    deliveries: Vec<Delivery>,
    others: Vec<(u64, String)>,
    /// Where it would go, though it did not.
    would: Vec<Preview>,
    more_previews: usize,
    conflicts: Vec<Conflict>,
    object: String,
}

/// A delivery with its attempts.
struct Delivery {
    said: DeliveryShown,
    class: &'static str,
    state: &'static str,
    reason: Option<Told>,
    due: Option<At>,
    attempts: Vec<Attempt>,
    preview: Option<Preview>,
    /// It can be sent now: what is held waits for its destination.
    goes: bool,
    /// It is held: its destination is to be resumed.
    held: bool,
    /// It is open, and can be cancelled.
    open: bool,
}

struct Attempt {
    said: AttemptShown,
    at: At,
    class: &'static str,
    detail: Option<Told>,
}

struct Conflict {
    /// By which it is released.
    fingerprint: String,
    received: At,
    kind: &'static str,
    sum: Option<Sum>,
    facts: Vec<(String, String)>,
}

/// One event.
pub(crate) async fn show(
    by: SignedIn<by::Viewer>,
    State(console): Desk,
    id: EventId,
    Query(Done { done }): Query<Done>,
) -> Result<Response, Problem> {
    let f = Frame::of(&by, "events");
    let (t, language) = (f.words(), f.language());
    let note = match done.as_str() {
        "sent" => Some(t.event.resent),
        "cancelled" => Some(t.event.cancelled),
        "released" => Some(t.event.released),
        _ => None,
    };
    let history = console.log.history(&id.key()).await?.ok_or(NO_SUCH)?;
    let previews = console.previews(&history).await?;
    let more_previews = previews.more;
    let (went, would): (Vec<_>, Vec<_>) =
        previews.data.into_iter().partition(|preview| preview.delivery);
    let previews = went.into_iter().map(Preview::of).collect();
    let Whole { event, attempts, conflicts, object } = Whole::of(&history, &console.names().await?);
    let now = console.clock.now();
    let listed = console.directory.destinations().await?;
    let number = |one: &domain::Listed| Number::of_destination(one.name()).get();
    let others = listed.iter().map(|one| (number(one), clean(one.title())));
    let went = |number: &u64| event.deliveries.iter().any(|one| one.webhook_id == *number);
    let others = others.filter(|(number, _)| !went(number));
    let currency = event.currency.clone().unwrap_or_default();
    html(&Page {
        id: id.as_str().to_owned(),
        kind: t.kinds.of(&event.kind),
        sum: sum(&event, language),
        balance: event.balance.as_deref().map(|b| Sum::read(b, &currency, None, language)),
        received: At::read(&event.received, now),
        occurred: event.occurred.as_deref().map(|at| At::read(at, now)),
        facts: facts(&event.facts, t),
        deliveries: deliveries(&event, attempts, previews, (language, now)),
        would: would.into_iter().map(Preview::of).collect(),
        more_previews,
        others: others.collect(),
        conflicts: conflicts.iter().map(|one| conflict(one, language, now)).collect(),
        object: pretty(&object),
        event,
        t,
        f: f.saying(note),
    })
}

fn deliveries(
    event: &EventShown,
    attempts: Vec<AttemptShown>,
    previews: Vec<Preview>,
    (language, now): (Language, Timestamp),
) -> Vec<Delivery> {
    let t = language.words();
    let mut all: Vec<Delivery> = Vec::new();
    for said in &event.deliveries {
        let ended = ["delivered", "failed", "cancelled"].contains(&said.state.as_str());
        let held = said.state == "held";
        all.push(Delivery {
            said: said.clone(),
            class: class(&said.state),
            state: t.states.of(&said.state),
            reason: said.reason.as_deref().map(|why| told(&clean(why), language)),
            due: said.due.as_deref().map(|due| At::read(due, now)),
            attempts: Vec::new(),
            preview: None,
            goes: !held,
            held,
            open: !ended,
        });
    }
    for preview in previews {
        if let Some(of) = all.iter_mut().find(|of| of.said.webhook_id == preview.number) {
            of.preview = Some(preview);
        }
    }
    for said in attempts {
        let of = all.iter_mut().find(|delivery| delivery.said.webhook_id == said.webhook_id);
        let Some(of) = of else { continue };
        let at = At::read(&said.started, now);
        let class = if said.verdict == "delivered" { "good" } else { "bad" };
        let delivered = said.verdict == "delivered";
        let detail =
            (!said.detail.is_empty()).then(|| attempted(&said.detail, delivered, language));
        of.attempts.push(Attempt { at, class, detail, said });
    }
    all
}

fn conflict(event: &ConflictShown, language: Language, now: Timestamp) -> Conflict {
    let t = language.words();
    let amount = event.amount.as_deref().zip(event.currency.as_deref());
    let way = event.kind.strip_prefix("transfer.");
    Conflict {
        fingerprint: event.fingerprint.clone(),
        received: At::read(&event.received, now),
        kind: t.kinds.of(&event.kind),
        sum: amount.map(|(amount, currency)| Sum::read(amount, currency, way, language)),
        facts: facts(&event.facts, t),
    }
}

fn facts(facts: &std::collections::BTreeMap<String, String>, t: &Words) -> Vec<(String, String)> {
    let named = |(name, said): (&String, &String)| {
        (t.facts.of(name).map_or_else(|| name.clone(), str::to_owned), clean(said))
    };
    facts.iter().map(named).collect()
}

/// Sends a delivery again.
pub(crate) async fn resend(
    _: SignedIn<by::Operator>,
    State(console): Desk,
    of: Of,
) -> Result<Response, Problem> {
    console.resend(&of.event, of.number).await?;
    Ok(onward(&EventId::of(&of.event), "sent"))
}

/// Where an event is to go that it did not go to.
#[derive(Debug, Deserialize)]
pub(crate) struct To {
    #[serde(default)]
    destination: u64,
}

/// Sends an event to a destination that it did not go to.
pub(crate) async fn send(
    _: SignedIn<by::Operator>,
    State(console): Desk,
    Path(id): Path<String>,
    Form(To { destination }): Form<To>,
) -> Result<Response, Problem> {
    let id = EventId::parse(&id).ok_or(NO_SUCH)?;
    let number = Number::new(destination).ok_or(crate::webhooks::NO_SUCH)?;
    console.resend(&id.key(), number).await?;
    Ok(onward(&id, "sent"))
}

/// What came with an event's key and is to go out as an event of its own.
#[derive(Debug, Deserialize)]
pub(crate) struct Other {
    #[serde(default)]
    fingerprint: String,
}

/// Has what came with an event's key go out as an event of its own.
pub(crate) async fn release(
    _: SignedIn<by::Operator>,
    State(console): Desk,
    id: EventId,
    Form(Other { fingerprint }): Form<Other>,
) -> Result<Response, Problem> {
    let made = console.release(&id, &fingerprint).await?.event_id;
    Ok(redirect(&format!("/events/{made}?done=released")))
}

/// Ends a delivery that is open.
pub(crate) async fn cancel(
    _: SignedIn<by::Operator>,
    State(console): Desk,
    of: Of,
) -> Result<Response, Problem> {
    console.cancel(&of.event, of.number).await?;
    Ok(onward(&EventId::of(&of.event), "cancelled"))
}

fn onward(id: &EventId, done: &str) -> Response {
    redirect(&format!("/events/{}?done={done}", id.as_str()))
}
