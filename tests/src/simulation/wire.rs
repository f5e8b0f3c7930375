//! The network to the destinations: remembers what arrived, and answers by the journey's script. The
//! channels are the real ones, but for a label on each request that says what it is.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use domain::{
    Answer, Channel, Clock as _, DeliveryRef, Destination, Display, Egress, EventKey, Fault, Grant,
    Job, Name, Outgoing, Pace, Screen, SendError, Token, Unsendable, Verdict,
};
use http::HeaderValue;
use jiff::{SignedDuration, Timestamp};

use super::hall::later;
use super::journey::Asked;
use super::plan::Blow;
use super::ports::Desk;
use super::record::Arrival;

const LABEL: &str = "x-simulation";
/// A written request is on its way for so long at most.
const TRANSIT: SignedDuration = SignedDuration::from_secs(1);

/// A channel whose requests say which delivery and attempt they are, and what they tell of.
#[derive(Clone, Copy)]
pub struct Labelled(pub &'static dyn Channel);

impl std::fmt::Debug for Labelled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.name())
    }
}

impl Channel for Labelled {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn check(&self, destination: &Destination) -> Result<(), Fault> {
        self.0.check(destination)
    }

    fn host(&self, destination: &Destination) -> Option<url::Url> {
        self.0.host(destination)
    }

    fn is_own_host(&self, url: &url::Url) -> bool {
        self.0.is_own_host(url)
    }

    fn request(&self, job: &Job<'_>) -> Result<Outgoing, Unsendable> {
        let mut out = self.0.request(job)?;
        if let Outgoing::Http(request) = &mut out {
            let members: Vec<&str> = job.members.iter().map(|event| event.key.as_str()).collect();
            let label = serde_json::json!([
                job.destination.name.as_str(),
                job.event.key.as_str(),
                job.attempt,
                members
            ]);
            let label = HeaderValue::from_str(&label.to_string());
            request.headers_mut().insert(LABEL, label.map_err(|e| Unsendable(e.to_string()))?);
        }
        Ok(out)
    }

    fn verdict(&self, job: &Job<'_>, answer: &Answer) -> Verdict {
        self.0.verdict(job, answer)
    }

    fn pace(&self, destination: &Destination) -> Pace {
        self.0.pace(destination)
    }

    fn moves(&self) -> bool {
        self.0.moves()
    }

    fn grant(&self, destination: &Destination) -> Option<Grant> {
        self.0.grant(destination)
    }

    fn token(&self, answer: &Answer, now: Timestamp) -> Option<Token> {
        self.0.token(answer, now)
    }
}

/// How many requests each destination has had.
pub(super) type Counts = Mutex<HashMap<String, usize>>;

/// What a request's label says.
fn label(request: &http::Request<Bytes>) -> Option<(DeliveryRef, u32, Vec<EventKey>)> {
    let label = request.headers().get(LABEL)?.to_str().ok()?;
    let (destination, event, attempt, members): (String, String, u32, Vec<String>) =
        serde_json::from_str(label).ok()?;
    let event = EventKey::from_stored(&event);
    let mut tells: Vec<EventKey> = members.iter().map(|key| EventKey::from_stored(key)).collect();
    tells.push(event.clone());
    Some((DeliveryRef { event, destination: Name::parse(&destination).ok()? }, attempt, tells))
}

#[async_trait]
impl Egress for Desk {
    async fn send(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
        not_after: Timestamp,
    ) -> Result<Answer, SendError> {
        let desk = self;
        let (hall, record) = (&desk.scene.hall, &desk.scene.record);
        let (of, attempt, tells) =
            label(&request).ok_or_else(|| SendError::Connection("no label".to_owned()))?;
        let what = || format!("egress.send {} #{attempt}", short(&of));
        let blow = desk.begin(Some(&of.destination), &what).await;
        if blow == Some(Blow::ErrorBefore) {
            return Err(SendError::Connection("as planned".to_owned()));
        }
        if desk.now() > not_after {
            desk.tell(&|| format!("egress.send {}: late", short(&of)));
            return Err(SendError::Late);
        }
        let at = hall.now();
        let start = desk.scene.start;
        let before = {
            let mut counts = desk.scene.counts.lock().unwrap_or_else(PoisonError::into_inner);
            let count = counts.entry(of.destination.to_string()).or_default();
            *count += 1;
            *count - 1
        };
        let reply = (desk.scene.journey.script)(&Asked {
            destination: of.destination.as_str(),
            event: of.event.as_str(),
            members: tells.len() - 1,
            body: request.body(),
            before,
            after: Duration::try_from(at.duration_since(start)).unwrap_or_default(),
        });
        let webhook_id = request.headers().get("webhook-id");
        let n = record.arrived(Arrival {
            at,
            of: of.clone(),
            attempt,
            tells,
            webhook_id: webhook_id.and_then(|id| id.to_str().ok()).map(str::to_owned),
            taken: reply.takes,
            until: None,
            at_most: later(at, timeout).saturating_add(TRANSIT).unwrap_or(Timestamp::MAX),
            written: false,
            // An answer too late to be heard falls between "sent" and "written down".
            struck: reply.wait > timeout,
            process: Some(desk.process),
            life: desk.life,
            closed: false,
        });
        hall.sleep(reply.wait.min(timeout)).await;
        let says = if reply.wait > timeout { Err(SendError::Timeout) } else { reply.says };
        let lost = desk.end(blow, Some(&of.destination)).await;
        record.answered(n, hall.now());
        desk.tell(&|| {
            let status = says.as_ref().map(|answer| answer.status.as_u16());
            format!("egress.send {} #{attempt}: {status:?} takes={}", short(&of), reply.takes)
        });
        if lost { Err(SendError::Timeout) } else { says }
    }
}

impl Screen for Desk {
    fn show(&self, _: &Display, _: &domain::DestinationName) {}
}

/// A delivery as the trace shows it.
pub(super) fn short(of: &DeliveryRef) -> String {
    format!("{} → {}", of.event, of.destination)
}
