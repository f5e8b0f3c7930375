//! The exchanges of one attempt: a token where one is needed, the request, the answer judged; and
//! once more at once where the channel asks for it. What follows from the verdict is `attempt`'s.

use std::time::Duration;

use jiff::Timestamp;

use crate::attempt::{Attempt, EXCHANGES_PER_ATTEMPT, Ending};
use crate::dispatch::Way;
use crate::{
    Answer, Channel, Delivery, Destination, Dispatch, Event, Job, Outgoing, PortError, SendError,
    Standing, Token, Verdict, excerpt,
};

/// How much of an answer is kept.
const DETAIL_BYTES: usize = 1024;

/// Everything one attempt needs.
pub(crate) struct Work<'a> {
    pub(crate) event: &'a Event,
    pub(crate) destination: &'a Destination,
    pub(crate) channel: &'a dyn Channel,
    /// How the destination stood when the attempt began.
    pub(crate) standing: Standing,
    pub(crate) delivery: Delivery,
    /// The attempts before this one, oldest first.
    pub(crate) earlier: Vec<Attempt>,
    pub(crate) owner: u64,
    pub(crate) way: Way,
    /// It finds out whether its destination has come back.
    pub(crate) probe: bool,
}

impl Dispatch {
    /// Builds, sends and judges, and once more at once where the channel asks for it.
    pub(crate) async fn exchange(
        &self,
        work: &Work<'_>,
        members: &[Event],
    ) -> Result<(Ending, Option<Answer>), PortError> {
        let Work { event, destination, channel, delivery, way, .. } = work;
        let endpoint = destination.settings.endpoint.as_ref().map_or("", |e| e.expose());
        let mut moved_to = None;
        if channel.moves() {
            moved_to = self.ledger.moved(&destination.name, endpoint).await?;
        }
        let id = delivery.of.id();
        let earlier: Vec<Option<u16>> = work.earlier.iter().rev().map(|a| a.status).collect();
        let mut last = None;
        for exchange in 1..=EXCHANGES_PER_ATTEMPT {
            let token = match self.token(work).await {
                Ok(token) => token,
                Err(ending) => return Ok((ending, None)),
            };
            let job = Job {
                event,
                members,
                destination,
                id: &id,
                attempt: delivery.attempts,
                earlier: &earlier,
                exchange,
                now: self.clock.now(),
                token: token.as_ref(),
                moved_to: moved_to.as_deref(),
            };
            let request = match channel.request(&job) {
                Ok(Outgoing::Http(request)) => request,
                Ok(Outgoing::Show(display)) => {
                    self.screen.show(&display, &destination.name);
                    return Ok((Ending::Judged(Verdict::Delivered), None));
                }
                Err(unsendable) => {
                    return Ok((Ending::Judged(Verdict::Refused(unsendable.0)), None));
                }
            };
            let answer = match self.send(request, way.not_after).await {
                Ok(answer) => answer,
                Err(error) => return Ok((Ending::NoAnswer(error), None)),
            };
            let verdict = channel.verdict(&job, &answer);
            match &verdict {
                Verdict::Moved(to) => {
                    self.ledger.set_moved(&destination.name, endpoint, to).await?;
                    moved_to = Some(to.clone());
                }
                Verdict::Afresh(_) => self.tokens.forget(&destination.name),
                Verdict::Delivered
                | Verdict::Retry { .. }
                | Verdict::Limited { .. }
                | Verdict::Refused(_)
                | Verdict::Dead(_) => return Ok((Ending::Judged(verdict), Some(answer))),
            }
            last = Some((Ending::Judged(verdict), Some(answer)));
        }
        Ok(last.unwrap_or((Ending::NoAnswer(SendError::Late), None)))
    }

    /// The destination's bearer token, fetched if there is none: each of the grant's requests in
    /// turn, until one is answered with a token.
    async fn token(&self, work: &Work<'_>) -> Result<Option<Token>, Ending> {
        let Some(grant) = work.channel.grant(work.destination) else { return Ok(None) };
        let name = &work.destination.name;
        if let Some(token) = self.tokens.get(name, self.clock.now()) {
            return Ok(Some(token));
        }
        let mut refused = "no token request".to_owned();
        for request in grant.requests {
            let answer = self.send(request, work.way.not_after).await.map_err(Ending::NoAnswer)?;
            if let Some(token) = work.channel.token(&answer, self.clock.now()) {
                self.tokens.put(name, token.clone());
                return Ok(Some(token));
            }
            refused = format!("the token endpoint answered {}", answer.status.as_u16());
        }
        Err(Ending::Judged(Verdict::Retry { reason: refused, after: None }))
    }

    async fn send(
        &self,
        request: http::Request<bytes::Bytes>,
        not_after: Timestamp,
    ) -> Result<Answer, SendError> {
        let left = not_after.duration_since(self.clock.now());
        let Ok(timeout) = Duration::try_from(left) else { return Err(SendError::Late) };
        if timeout.is_zero() {
            return Err(SendError::Late);
        }
        self.egress.send(request, timeout, not_after).await
    }
}

/// What the record says of an attempt: why, and the beginning of the answer.
pub(crate) fn detail(ending: &Ending, answer: Option<&Answer>) -> String {
    let body = answer.map_or(String::new(), |a| String::from_utf8_lossy(&a.body).into_owned());
    let reason = ending.reason();
    let text = if reason.is_empty() || body.is_empty() {
        format!("{reason}{body}")
    } else {
        format!("{reason} — {body}")
    };
    excerpt(&text, DETAIL_BYTES)
}
