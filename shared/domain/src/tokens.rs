//! Bearer tokens for destinations, kept until shortly before they expire. In memory only: a token
//! that is lost is fetched again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::{DestinationName, Token};

/// Tokens by destination.
#[derive(Debug, Default)]
pub struct TokenCache(Mutex<HashMap<DestinationName, Token>>);

impl TokenCache {
    /// A token that is still good.
    pub fn get(&self, destination: &DestinationName, now: Timestamp) -> Option<Token> {
        let tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.get(destination).filter(|token| now < token.until).cloned()
    }

    /// Keeps a token.
    pub fn put(&self, destination: &DestinationName, token: Token) {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.insert(destination.clone(), token);
    }

    /// Forgets a token that was not accepted.
    pub fn forget(&self, destination: &DestinationName) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(destination);
    }
}
