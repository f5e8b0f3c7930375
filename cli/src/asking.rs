//! Asking somebody else's API for an operator who waits: one request, one answer, or why there is none
//! and what to do. Not what to ask, nor what the answer means.

use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use bytes::Bytes;
use domain::{Answer, Egress as _, MAX_PAGE, SendError};
use egress::{Guard, HttpEgress};
use http::Request;
use jiff::Timestamp;

use crate::args::Asked;
use crate::config::allowances;
use crate::run::Process;

/// What a request does over there, and so what a lost answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    /// It looks: asking again is harmless.
    Look,
    /// It changes something, and may have done so without an answer.
    Change,
}

impl Deed {
    /// What to add where no answer, or none that can be read, leaves it open.
    pub(crate) fn perhaps(self) -> &'static str {
        match self {
            Self::Look => "",
            Self::Change => "; it may have been done all the same: look before you do it again",
        }
    }
}

/// A door to one API.
pub(crate) struct Asking {
    whom: &'static str,
    door: HttpEgress,
    patience: Duration,
}

impl Asking {
    /// A door to this API; `whom` is what people call it.
    pub(crate) fn new(
        whom: &'static str,
        how: &Asked,
        process: &Process<'_>,
    ) -> anyhow::Result<Self> {
        let guard = Guard::new(allowances(&how.config, process.env)?);
        let door = HttpEgress::new(guard, Arc::clone(&process.clock))?.reading(MAX_PAGE);
        Ok(Self { whom, door, patience: how.timeout })
    }

    /// The answer to a request. A redirect is none: what opens an API is shown to nobody else.
    pub(crate) async fn ask(&self, request: Request<Bytes>, deed: Deed) -> anyhow::Result<Answer> {
        let whom = self.whom;
        let perhaps = deed.perhaps();
        match self.door.send(request, self.patience, Timestamp::MAX).await {
            Ok(answer) if answer.status.is_redirection() => bail!(
                "{whom} answered {}, which leads elsewhere: that is not followed, so that no secret goes \
                 there; correct --api-base",
                answer.status.as_u16()
            ),
            Ok(answer) => Ok(answer),
            Err(SendError::Timeout | SendError::Late) => {
                let patience = humantime::format_duration(self.patience);
                bail!("{whom} did not answer within {patience} (--timeout){perhaps}")
            }
            Err(SendError::Connection(why)) => {
                bail!("{whom} cannot be reached from here ({why}){perhaps}")
            }
            Err(SendError::Blocked(address)) => bail!(
                "the address {address} is not allowed; correct --api-base, or add its range to [egress] \
                 allow in the configuration"
            ),
        }
    }
}
