//! The only door HTTP leaves by: [`HttpEgress`] implements `domain::Egress`.
//!
//! Every request goes through the address guard, follows no redirect, uses no proxy, decompresses
//! nothing, has one deadline for the whole exchange and reads at most 16 KiB of the answer, unless
//! it was built for more, and less where its body stalls or breaks off. Not here: what to send and what the answer means; that is a
//! channel's.

mod body;
mod configured;
mod connect;
mod guard;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use domain::{Answer, Clock, Egress, SendError};
use jiff::Timestamp;
use reqwest::Response;
use tokio::time::{Instant, timeout_at};

pub use configured::{Resolve, unresolved};
pub use connect::{BuildError, Lookup};
pub use guard::{Forbidden, Guard, Reach};

use body::{Deadlined, TooLate};
use connect::Names;

/// How much of an answer is read, unless the door was built for more.
pub const MAX_ANSWER: usize = 16 * 1024;

/// HTTP/1.1 over pooled connections.
#[expect(missing_debug_implementations, reason = "a clock has nothing to show")]
pub struct HttpEgress {
    guard: Guard,
    public: reqwest::Client,
    allowed_only: reqwest::Client,
    clock: Arc<dyn Clock>,
    most: usize,
}

impl HttpEgress {
    /// A door with this guard. The clock is what `not_after` is compared with.
    pub fn new(guard: Guard, clock: Arc<dyn Clock>) -> Result<Self, BuildError> {
        Self::with(guard, clock, &Names::System)
    }

    /// The same, where names lead where `lookup` says and the system is not asked: for tests of names that
    /// change their mind.
    pub fn told(
        guard: Guard,
        clock: Arc<dyn Clock>,
        lookup: Arc<Lookup>,
    ) -> Result<Self, BuildError> {
        Self::with(guard, clock, &Names::Told(lookup))
    }

    fn with(guard: Guard, clock: Arc<dyn Clock>, names: &Names) -> Result<Self, BuildError> {
        Ok(Self {
            public: connect::client(&guard, Reach::Public, names)?,
            allowed_only: connect::client(&guard, Reach::AllowedOnly, names)?,
            guard,
            clock,
            most: MAX_ANSWER,
        })
    }

    /// The same door, reading so many bytes of an answer: for providers' APIs, whose answers are
    /// lists, and which the operator has chosen.
    #[must_use]
    pub fn reading(self, most: usize) -> Self {
        Self { most, ..self }
    }

    /// The exchange up to the answer's head.
    async fn ask(
        &self,
        request: http::Request<Bytes>,
        not_after: Timestamp,
    ) -> Result<Response, SendError> {
        let request = request.map(|bytes| {
            let clock = Arc::clone(&self.clock);
            reqwest::Body::wrap(Deadlined { bytes: Some(bytes), not_after, clock })
        });
        let request = reqwest::Request::try_from(request).map_err(failed)?;
        let reach = self
            .guard
            .judge_url(request.url())
            .map_err(|forbidden| SendError::Blocked(forbidden.to_string()))?;
        let client = match reach {
            Reach::Public => &self.public,
            Reach::AllowedOnly => &self.allowed_only,
        };
        if self.clock.now() > not_after {
            return Err(SendError::Late);
        }
        client.execute(request).await.map_err(failed)
    }
}

#[async_trait]
impl Egress for HttpEgress {
    async fn send(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
        not_after: Timestamp,
    ) -> Result<Answer, SendError> {
        // A sleep's deadline, because adding a timeout to an instant may overflow.
        let deadline = tokio::time::sleep(timeout).deadline();
        match timeout_at(deadline, self.ask(request, not_after)).await {
            Ok(response) => Ok(read(response?, deadline, self.most).await),
            Err(_) => Err(SendError::Timeout),
        }
    }
}

/// The answer, its body as far as it came. The receiver has the request by now and its status says
/// what became of it: a body that breaks off or stalls must not have a delivered message repeated.
async fn read(mut response: Response, deadline: Instant, most: usize) -> Answer {
    let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
    let mut body = BytesMut::new();
    let reading = async {
        while body.len() < most
            && let Ok(Some(piece)) = response.chunk().await
        {
            body.extend_from_slice(&piece);
        }
    };
    // Out of time is one more end of the body.
    _ = timeout_at(deadline, reading).await;
    body.truncate(most);
    Answer { status, headers, body: body.freeze() }
}

/// What a client's error means. Its URL is left out of every text: it may be the credential.
fn failed(error: reqwest::Error) -> SendError {
    let error = error.without_url();
    let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
    let mut last = String::new();
    while let Some(one) = cause {
        if let Some(forbidden) = one.downcast_ref::<Forbidden>() {
            return SendError::Blocked(forbidden.to_string());
        }
        if one.is::<TooLate>() {
            return SendError::Late;
        }
        last = one.to_string();
        cause = one.source();
    }
    if error.is_timeout() { SendError::Timeout } else { SendError::Connection(last) }
}
