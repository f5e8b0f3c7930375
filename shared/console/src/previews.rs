//! What an event says at each destination that has it or would get it: made by its channel from today's
//! settings as every message is, and sent nowhere. Whatever proves us is left out of the destination
//! before its channel sees it, so that nothing of it can be in what is shown.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use domain::{
    Channel, Destination, DestinationAuth, Event, History, Job, Kind, Listed, Number, Outgoing,
    Pace, Settings, clean, find_channel,
};
use http::Request;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::access::{EventRead, Granted};
use crate::events::{EventId, NO_SUCH};
use crate::problem::Failed;
use crate::{Console, Desk, Problem};

/// Previews in one answer.
const MOST: usize = 10;
/// The most bytes of a body; of a longer one the beginning is shown.
const LONGEST: usize = 64 * 1024;
/// The channel that shows what people would read.
const SCREEN: &str = "preview";

/// What destinations are told of an event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Previews {
    /// `success`.
    status: &'static str,
    /// Those that have a delivery of it first, then those that would get it now.
    pub(crate) data: Vec<PreviewShown>,
    /// How many more there are.
    pub(crate) more: usize,
}

/// What one destination is told.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PreviewShown {
    /// The webhook.
    pub(crate) webhook_id: u64,
    /// What people call it.
    pub(crate) name: String,
    /// Whether the event has a delivery to it.
    pub(crate) delivery: bool,
    /// What people read; null where programs do.
    pub(crate) message: Option<Message>,
    /// The request's body without what proves us: JSON as it is, anything else as a text.
    pub(crate) body: Value,
    /// Why no request can be made of it.
    pub(crate) fault: Option<String>,
}

/// A message in words.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PreviewMessage)]
pub(crate) struct Message {
    /// What happened.
    pub(crate) title: String,
    /// The money, where there is any.
    pub(crate) amount: Option<String>,
    /// Labels and what stands behind them.
    pub(crate) lines: Vec<String>,
}

impl Console {
    /// What an event says at each destination that has it or would get it.
    pub(crate) async fn previews(&self, history: &History) -> Result<Previews, Problem> {
        let event = &history.stored.event;
        let has = |destination: &Destination| {
            let mut deliveries = history.deliveries.iter().map(|(delivery, _)| &delivery.of);
            deliveries.any(|of| of.destination == destination.name)
        };
        let listed = self.directory.destinations().await?;
        let ready = listed.iter().filter_map(|listed| match listed {
            Listed::Ready(destination) => Some(destination.as_ref()),
            Listed::Unreadable { .. } => None,
        });
        let (with, without): (Vec<_>, Vec<_>) = ready.partition(|destination| has(destination));
        // Whom an alarm is told is dispatch's to find; what a digest says, its members do.
        let would = |destination: &&Destination| {
            destination.active && !event.kind.is_own() && destination.filter.wants(event)
        };
        let with = with.into_iter().map(|destination| (destination, true));
        let would = without.into_iter().filter(would).map(|destination| (destination, false));
        let all: Vec<_> = with.chain(would).filter(|_| event.kind != Kind::Digest).collect();
        let now = self.clock.now();
        let shown = all.iter().take(MOST);
        let data = shown.map(|(destination, has)| self.preview(event, destination, *has, now));
        let data = data.collect();
        Ok(Previews { status: "success", data, more: all.len().saturating_sub(MOST) })
    }

    fn preview(
        &self,
        event: &Event,
        destination: &Destination,
        delivery: bool,
        now: Timestamp,
    ) -> PreviewShown {
        let name = destination.title.clone().unwrap_or_else(|| destination.name.to_string());
        let mut shown = PreviewShown {
            webhook_id: Number::of_destination(&destination.name).get(),
            name,
            delivery,
            message: None,
            body: Value::Null,
            fault: None,
        };
        let Some(channel) = find_channel(self.channels, &destination.channel) else {
            shown.fault = Some(format!("there is no channel {}", destination.channel));
            return shown;
        };
        let bare = unproven(destination);
        let id = event.delivery_to(&bare.name).id();
        let job = Job {
            event,
            members: &[],
            destination: &bare,
            id: &id,
            attempt: 1,
            exchange: 1,
            earlier: &[],
            now,
            token: None,
            moved_to: None,
        };
        match channel.request(&job) {
            Ok(Outgoing::Http(request)) => shown.body = body(&request, &bare),
            Ok(Outgoing::Show(_)) => {}
            Err(unsendable) => shown.fault = Some(unsendable.to_string()),
        }
        if !is_read_by_programs(channel, &bare) {
            shown.message = self.message(&job);
        }
        shown
    }

    /// What people read, whichever product shows it to them.
    fn message(&self, job: &Job<'_>) -> Option<Message> {
        match find_channel(self.channels, SCREEN)?.request(job).ok()? {
            Outgoing::Http(_) => None,
            Outgoing::Show(display) => {
                let said = display.notification;
                let lines = said.lines.iter();
                Some(Message {
                    title: clean(&said.title),
                    amount: said.amount,
                    lines: lines.map(|(label, said)| format!("{label}: {}", clean(said))).collect(),
                })
            }
        }
    }
}

/// A destination without anything that proves us.
fn unproven(destination: &Destination) -> Destination {
    let settings = Settings {
        secret: None,
        signing_secrets: Vec::new(),
        auth: DestinationAuth::None,
        headers: Vec::new(),
        ..destination.settings.clone()
    };
    Destination { settings, ..destination.clone() }
}

/// A program takes as much at once as it can, people one message after another.
fn is_read_by_programs(channel: &dyn Channel, destination: &Destination) -> bool {
    match channel.pace(destination) {
        Pace::Slots(_) => true,
        Pace::Limits(_) | Pace::Free => false,
    }
}

/// A request's body; of one without, what was added to the address's query.
fn body(request: &Request<Bytes>, destination: &Destination) -> Value {
    let bytes = request.body();
    if bytes.is_empty() {
        let own = destination.settings.endpoint.as_ref();
        let own = own.and_then(|url| url::Url::parse(url.expose()).ok());
        let own = own.map_or(0, |url| url.query_pairs().count());
        let query = request.uri().query().unwrap_or_default().as_bytes();
        let pairs = form_urlencoded::parse(query).skip(own);
        let said = pairs.map(|(name, said)| (name.into_owned(), said.into_owned().into()));
        return Value::Object(said.collect::<Map<_, _>>());
    }
    if bytes.len() > LONGEST {
        return String::from_utf8_lossy(&bytes[..LONGEST]).into_owned().into();
    }
    let json = serde_json::from_slice(bytes);
    json.unwrap_or_else(|_| String::from_utf8_lossy(bytes).replace("\r\n", "\n").into())
}

/// Shows what an event says at each destination that has it or would get it, ten at most. Nothing is
/// sent.
#[utoipa::path(
    get, path = "/api/v1/events/{id}/previews", tag = "events", params(EventId),
    security(("oauth2" = ["event:read"])),
    responses((status = 200, body = Previews), Failed),
)]
pub(crate) async fn list(
    _: Granted<EventRead>,
    State(console): Desk,
    id: EventId,
) -> Result<Json<Previews>, Problem> {
    let history = console.log.history(&id.key()).await?.ok_or(NO_SUCH)?;
    Ok(Json(console.previews(&history).await?))
}
