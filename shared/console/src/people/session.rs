//! A session: what a browser has after somebody signed in. A random token in its cookie, kept here as
//! the SHA-256 of it alone. Over after twelve hours of nothing, after seven days whatever happens, and
//! when its operator's stamp is another.

use domain::{Cabinet, Drawer, Entropy, Port, PortError};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::operator::{self, Operator, OperatorName};
use crate::access::random;

const IDLE: SignedDuration = SignedDuration::from_hours(12);
const LONGEST: SignedDuration = SignedDuration::from_hours(7 * 24);
/// That a session is in use is written down so often, and not at every request.
const NOTED: SignedDuration = SignedDuration::from_mins(10);
/// Sessions listed at once.
const MOST: usize = 1_000;

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    /// By what it is known: the SHA-256 of its token, in hex.
    pub(crate) id: String,
    /// Whose.
    pub(crate) operator: OperatorName,
    /// When it began.
    pub(crate) began: Timestamp,
    /// When it was last seen, to some minutes.
    pub(crate) seen: Timestamp,
}

/// The written form of a session.
#[derive(Serialize, Deserialize)]
struct Card {
    operator: String,
    stamp: String,
    began: Timestamp,
    seen: Timestamp,
}

impl Card {
    /// When it is over.
    fn over(&self) -> Timestamp {
        let later = |at: Timestamp, by| at.saturating_add(by).unwrap_or(Timestamp::MAX);
        later(self.seen, IDLE).min(later(self.began, LONGEST))
    }

    fn text(&self) -> Result<String, PortError> {
        serde_json::to_string(self).map_err(unreadable)
    }

    fn session(self, id: String) -> Option<Session> {
        let operator = OperatorName::parse(&self.operator).ok()?;
        Some(Session { id, operator, began: self.began, seen: self.seen })
    }
}

/// Begins a session; its token.
pub(crate) async fn begin(
    cabinet: &dyn Cabinet,
    entropy: &dyn Entropy,
    operator: &Operator,
    now: Timestamp,
) -> Result<String, PortError> {
    let token = random(entropy);
    let (operator, stamp) = (operator.name.to_string(), operator.stamp.clone());
    let card = Card { operator, stamp, began: now, seen: now };
    let (id, until) = (id(&token), Some(card.over()));
    if !cabinet.set_card(Drawer::Sessions, &id, None, &card.text()?, until).await? {
        return Err(unreadable("a session of this token is there already"));
    }
    Ok(token)
}

/// The session of a token and whose it is, unless it is over.
pub(crate) async fn current(
    cabinet: &dyn Cabinet,
    token: &str,
    now: Timestamp,
) -> Result<Option<(Session, Operator)>, PortError> {
    let id = id(token);
    let Some(text) = cabinet.card(Drawer::Sessions, &id).await? else { return Ok(None) };
    let card: Card = serde_json::from_str(&text).map_err(unreadable)?;
    let Ok(name) = OperatorName::parse(&card.operator) else { return Ok(None) };
    let operator = operator::find(cabinet, &name).await?;
    let operator = operator.filter(|operator| operator.stamp == card.stamp && now < card.over());
    let Some(operator) = operator else { return Ok(None) };
    if now.duration_since(card.seen) >= NOTED {
        let card = Card { seen: now, ..serde_json::from_str(&text).map_err(unreadable)? };
        let until = Some(card.over());
        // Whoever was faster has noted the same.
        _ = cabinet.set_card(Drawer::Sessions, &id, Some(&text), &card.text()?, until).await?;
    }
    Ok(card.session(id).map(|session| (session, operator)))
}

/// The sessions that are not over, by operator.
pub(crate) async fn sessions(
    cabinet: &dyn Cabinet,
    operators: &[Operator],
    now: Timestamp,
) -> Result<Vec<Session>, PortError> {
    let mut all = Vec::new();
    for (id, text) in cabinet.cards(Drawer::Sessions, None, MOST).await? {
        let Ok(card) = serde_json::from_str::<Card>(&text) else { continue };
        let goes_on = |operator: &&Operator| {
            operator.name.as_str() == card.operator && operator.stamp == card.stamp
        };
        if now < card.over() && operators.iter().any(|operator| goes_on(&operator)) {
            all.extend(card.session(id));
        }
    }
    all.sort_by(|a, b| (&a.operator, b.seen).cmp(&(&b.operator, a.seen)));
    Ok(all)
}

/// Ends a session.
pub(crate) async fn end(cabinet: &dyn Cabinet, id: &str) -> Result<(), PortError> {
    cabinet.remove_card(Drawer::Sessions, id).await
}

/// Removes what is left of an operator's sessions, which are over by another stamp already.
pub(super) async fn sweep(cabinet: &dyn Cabinet, name: &OperatorName) -> Result<(), PortError> {
    for (id, text) in cabinet.cards(Drawer::Sessions, None, MOST).await? {
        let card = serde_json::from_str::<Card>(&text);
        if card.is_ok_and(|card| card.operator == name.as_str()) {
            cabinet.remove_card(Drawer::Sessions, &id).await?;
        }
    }
    Ok(())
}

/// By what the session of a token is known.
fn id(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

fn unreadable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> PortError {
    PortError::new(Port::Directory, error)
}
