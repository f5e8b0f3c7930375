//! A request's body that looks at its deadline when it is asked for its bytes. The connection exists
//! by then and nothing has been written: hyper keeps the head in its buffer until the first piece of
//! the body is there. A sender that was stalled while connecting so writes nothing.
//!
//! An empty body is not asked for its bytes, only, just before the head is made, whether it has any.
//! In time it has none; too late it claims one byte, and fails when that is asked for.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use domain::Clock;
use http_body::{Body, Frame, SizeHint};
use jiff::Timestamp;

/// The deadline passed before the body was asked for.
#[derive(Debug, thiserror::Error)]
#[error("the deadline passed before anything was written")]
pub(crate) struct TooLate;

/// A body of known bytes with a deadline.
pub(crate) struct Deadlined {
    pub(crate) bytes: Option<Bytes>,
    pub(crate) not_after: Timestamp,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Deadlined {
    fn is_late(&self) -> bool {
        self.clock.now() > self.not_after
    }
}

impl Body for Deadlined {
    type Data = Bytes;
    type Error = TooLate;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TooLate>>> {
        let Some(bytes) = self.bytes.take() else { return Poll::Ready(None) };
        if bytes.is_empty() || self.is_late() {
            return Poll::Ready(Some(Err(TooLate)));
        }
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.as_ref().is_none_or(|bytes| bytes.is_empty() && !self.is_late())
    }

    fn size_hint(&self) -> SizeHint {
        let length = self.bytes.as_ref().map_or(0, |bytes| bytes.len().max(1));
        SizeHint::with_exact(u64::try_from(length).unwrap_or(u64::MAX))
    }
}
