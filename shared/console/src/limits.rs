//! How often a caller may call: so many calls a minute for each token, counted by this process. It keeps
//! a program that runs wild from being everybody's trouble, and is no proof of anything.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::Clock;
use sha2::{Digest as _, Sha256};

use crate::Problem;
use crate::access::bearer;

/// Calls of one token in a minute.
const A_MINUTE: u32 = 600;
/// So many tokens are counted at once.
const MOST: usize = 1_000;

/// Calls by token, of the minute that is.
pub(crate) struct Limits {
    clock: Arc<dyn Clock>,
    counts: Mutex<Minute>,
}

#[derive(Default)]
struct Minute {
    number: i64,
    /// By the token's SHA-256: no longer than that, whatever is sent as one.
    by_token: HashMap<[u8; 32], u32>,
}

impl Limits {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, counts: Mutex::default() }
    }

    /// Counts a call; where it is one too many, how many seconds to stay away.
    fn count(&self, token: &str) -> Result<(), u64> {
        let second = self.clock.now().as_second();
        let number = second.div_euclid(60);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.number != number {
            *counts = Minute { number, by_token: HashMap::new() };
        }
        if counts.by_token.len() >= MOST {
            let fewest = counts.by_token.values().min().copied().unwrap_or_default();
            counts.by_token.retain(|_, count| *count > fewest);
        }
        let count = counts.by_token.entry(Sha256::digest(token).into()).or_default();
        *count = count.saturating_add(1);
        if *count <= A_MINUTE { Ok(()) } else { Err(60 - second.rem_euclid(60).unsigned_abs()) }
    }
}

/// Answers calls that are too many.
pub(crate) async fn limited(
    State(limits): State<Arc<Limits>>,
    request: Request,
    next: Next,
) -> Response {
    match limits.count(bearer(request.headers()).unwrap_or_default()) {
        Ok(()) => next.run(request).await,
        Err(seconds) => Problem::TooMany(seconds).into_response(),
    }
}
