//! `/api/v1/events`: the log, newest first; one event with everything that became of it; and what an
//! operator has its deliveries do. What is asked is read in `asked`, what is answered made in `view`.

pub(crate) mod asked;
mod id;
mod view;

use axum::Json;
use axum::extract::{FromRequestParts, Path, State};
use domain::{
    DeliveryRef, DestinationName, Event, EventKey, History, Listed, Number, Resent, Stay, Wanted,
    is_erased, search,
};
use futures_util::future::try_join_all;
use http::request::Parts;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::{EventRead, EventWrite, Granted};
use crate::answer::{Done, One};
use crate::body::Queried;
use crate::problem::Failed;
use crate::{Console, Desk, Problem};
use asked::Asked;
pub(crate) use id::EventId;
use view::Directory;
pub(crate) use view::{AttemptShown, ConflictShown, DeliveryShown, EventShown, Whole};

pub(crate) const NO_SUCH: Problem = Problem::NotFound("there is no event of this id");
const NO_DELIVERY: Problem = Problem::NotFound("this event has no delivery to this webhook");

/// A part of the log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Listing {
    /// `success`.
    status: &'static str,
    /// Events, newest first.
    pub(crate) data: Vec<EventShown>,
    pub(crate) meta: Meta,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Meta {
    /// What to send as `cursor` for the next part; null at the end of the log. Where there is one,
    /// there may be more, though fewer came than were asked for.
    pub(crate) next_cursor: Option<String>,
}

impl Console {
    /// A part of the log, with what became of each event.
    pub(crate) async fn events(
        &self,
        wanted: &Wanted,
        after: Option<&str>,
        most: usize,
    ) -> Result<Listing, Problem> {
        let found = search(self.log.as_ref(), wanted, after, most).await?;
        let names = self.names().await?;
        let reads = found.events.iter().map(async |(_, stored)| {
            let history = self.log.history(&stored.event.key).await?;
            // It may have been forgotten just now.
            let bare = || History { stored: stored.clone(), deliveries: vec![], conflicts: vec![] };
            Ok::<_, Problem>(EventShown::of(&history.unwrap_or_else(bare), &names))
        });
        let data = try_join_all(reads).await?;
        let next_cursor = found.next.as_deref().map(asked::cursor);
        Ok(Listing { status: "success", data, meta: Meta { next_cursor } })
    }

    /// Everything that is known of an event.
    pub(crate) async fn event(&self, key: &EventKey) -> Result<Whole, Problem> {
        let history = self.log.history(key).await?.ok_or(NO_SUCH)?;
        Ok(Whole::of(&history, &self.names().await?))
    }

    /// What the directory says of destinations.
    pub(crate) async fn names(&self) -> Result<Directory, Problem> {
        Ok(Directory::of(&self.directory.destinations().await?))
    }

    /// The destination of a number that an event went, or may go to.
    async fn destination_of(
        &self,
        history: &History,
        number: Number,
    ) -> Result<(DestinationName, bool), Problem> {
        let went = history.deliveries.iter().map(|(delivery, _)| &delivery.of.destination);
        let mut went = went.filter(|name| Number::of_destination(name) == number);
        if let Some(name) = went.next() {
            return Ok((name.clone(), true));
        }
        let listed = self.directory.destinations().await?;
        let there = listed.iter().map(Listed::name);
        let mut there = there.filter(|name| Number::of_destination(name) == number);
        there.next().map(|name| (name.clone(), false)).ok_or(NO_DELIVERY)
    }

    /// Has a delivery attempted now; where there is none, makes one.
    pub(crate) async fn resend(&self, key: &EventKey, number: Number) -> Result<(), Problem> {
        let history = self.log.history(key).await?.ok_or(NO_SUCH)?;
        let (destination, went) = self.destination_of(&history, number).await?;
        self.may_go(&history.stored.event, &destination).await?;
        let standing = self.ledger.standing(&destination).await?;
        if !standing.is_active() {
            return Err(Problem::Conflict(
                "the webhook is paused or disabled: resume it, and what is held goes out"
                    .to_owned(),
            ));
        }
        let of = DeliveryRef { event: key.clone(), destination };
        let (ledger, queue, now) = (self.ledger.as_ref(), self.queue.as_ref(), self.clock.now());
        let came = match went {
            true => domain::resend(ledger, queue, &of, now).await?,
            false => domain::send(ledger, queue, &of, now).await?,
        };
        done(came)
    }

    /// Whether there is a destination of this name still, and one that takes this event; what is left of
    /// an event that was forgotten tells nobody anything.
    async fn may_go(&self, event: &Event, name: &DestinationName) -> Result<(), Problem> {
        let all = self.directory.destinations().await?;
        let why = match all.iter().find(|listed| listed.name() == name) {
            Some(Listed::Ready(destination)) if !destination.active => "the webhook is not active",
            Some(Listed::Ready(_)) if event.is_forgotten() => {
                "what the event said was forgotten: there is nothing to send ([retention])"
            }
            Some(Listed::Ready(destination)) => {
                if is_erased(event) || self.dispatch.is_for(&all, destination, event) {
                    return Ok(());
                }
                "the webhook does not want this event: change what it wants first"
            }
            Some(Listed::Unreadable { .. }) => "the webhook's settings cannot be read",
            None => "the webhook was deleted",
        };
        Err(Problem::Conflict(why.to_owned()))
    }

    /// Ends a delivery that is open.
    pub(crate) async fn cancel(&self, key: &EventKey, number: Number) -> Result<(), Problem> {
        let history = self.log.history(key).await?.ok_or(NO_SUCH)?;
        let (destination, went) = self.destination_of(&history, number).await?;
        if !went {
            return Err(NO_DELIVERY);
        }
        let of = DeliveryRef { event: key.clone(), destination };
        let now = self.clock.now();
        done(domain::cancel(self.ledger.as_ref(), &of, "cancelled by an operator", now).await?)
    }
}

fn done(came: Resent) -> Result<(), Problem> {
    let why = match came {
        Resent::Done => return Ok(()),
        Resent::Missing => return Err(NO_DELIVERY),
        Resent::Stays(stay) => match stay {
            Stay::Busy(_) => "an attempt is in flight; try again in a moment",
            Stay::Gathered(_) => "it is part of a digest that is on its way",
            Stay::Held => "it is held: resume the webhook, and it goes out",
            Stay::Done => "it has ended already",
            Stay::NotDue(_) | Stay::Fenced => "it changed meanwhile; look again",
        },
    };
    Err(Problem::Conflict(why.to_owned()))
}

/// Lists the log, newest first.
#[utoipa::path(
    get, path = "/api/v1/events", tag = "events", params(Asked),
    security(("oauth2" = ["event:read"])),
    responses((status = 200, body = Listing), Failed),
)]
pub(crate) async fn list(
    _: Granted<EventRead>,
    State(console): Desk,
    Queried(asked): Queried<Asked>,
) -> Result<Json<Listing>, Problem> {
    let page = asked.page(console.clock.now())?;
    Ok(Json(console.events(&page.wanted, page.after.as_deref(), page.limit).await?))
}

/// Shows one event: its deliveries with every attempt, what came in conflict with it, and the
/// provider's own object.
#[utoipa::path(
    get, path = "/api/v1/events/{id}", tag = "events", params(EventId),
    security(("oauth2" = ["event:read"])),
    responses((status = 200, body = One<Whole>), Failed),
)]
pub(crate) async fn show(
    _: Granted<EventRead>,
    State(console): Desk,
    id: EventId,
) -> Result<Json<One<Whole>>, Problem> {
    Ok(One::json(console.event(&id.key()).await?))
}

/// The delivery that a path names.
#[derive(Debug)]
pub(crate) struct Of {
    pub(crate) event: EventKey,
    pub(crate) number: Number,
}

impl<S: Send + Sync> FromRequestParts<S> for Of {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let said = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((event, number)) = said.map_err(|_| NO_SUCH)?;
        let event = EventId::parse(&event).ok_or(NO_SUCH)?.key();
        let number = number.parse().ok().and_then(Number::new).ok_or(NO_DELIVERY)?;
        Ok(Self { event, number })
    }
}

/// Sends an event to one webhook: again, or for the first time.
#[utoipa::path(
    post, path = "/api/v1/events/{id}/deliveries/{webhook_id}/resend", tag = "events",
    params(("id" = String, Path, description = "the event"),
           ("webhook_id" = u64, Path, description = "the webhook"),
           crate::once::Header),
    security(("oauth2" = ["event:write"])),
    responses((status = 200, body = Done), Failed),
)]
pub(crate) async fn resend(
    _: Granted<EventWrite>,
    State(console): Desk,
    of: Of,
) -> Result<Json<Done>, Problem> {
    console.resend(&of.event, of.number).await?;
    Ok(Done::json("it goes out within moments; read the event to see what came of it"))
}

/// Ends an open delivery of an event.
#[utoipa::path(
    post, path = "/api/v1/events/{id}/deliveries/{webhook_id}/cancel", tag = "events",
    params(("id" = String, Path, description = "the event"),
           ("webhook_id" = u64, Path, description = "the webhook"),
           crate::once::Header),
    security(("oauth2" = ["event:write"])),
    responses((status = 200, body = Done), Failed),
)]
pub(crate) async fn cancel(
    _: Granted<EventWrite>,
    State(console): Desk,
    of: Of,
) -> Result<Json<Done>, Problem> {
    console.cancel(&of.event, of.number).await?;
    Ok(Done::json("the delivery was cancelled"))
}
