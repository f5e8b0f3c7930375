//! A person who may sign in: a name, a role and a password, kept as a card. The card carries a stamp,
//! and so does each session: a new stamp, which every change of password or role brings, ends them all
//! in the same write.

use std::fmt;

use domain::{Cabinet, Drawer, Entropy, Port, PortError, clean};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Password, Passwords, Role};

/// Operators listed at once; nobody has as many.
const MOST: usize = 1_000;
/// The longest name, in characters.
const LONGEST: usize = 64;

/// What an operator signs in by: 1 to 64 visible characters in small letters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OperatorName(String);

/// A text that is no name of an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name has 1 to {LONGEST} visible characters")]
pub struct OperatorNameError;

impl OperatorName {
    /// Takes a text as a name; capitals and blanks around it do not count.
    pub fn parse(text: &str) -> Result<Self, OperatorNameError> {
        let name = text.trim().to_lowercase();
        let fits = (1..=LONGEST).contains(&name.chars().count());
        if fits && clean(&name) == name { Ok(Self(name)) } else { Err(OperatorNameError) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OperatorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A person who may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// What it signs in by.
    pub name: OperatorName,
    /// What it may do.
    pub role: Role,
    /// When it was made.
    pub created: Timestamp,
    /// What its sessions carry.
    pub(super) stamp: String,
    /// As Argon2 writes hashes.
    hash: String,
}

/// The written form of an operator.
#[derive(Serialize, Deserialize)]
struct Card {
    role: String,
    created: Timestamp,
    stamp: String,
    password: String,
}

impl Operator {
    fn card(&self) -> Result<String, PortError> {
        let card = Card {
            role: self.role.word().to_owned(),
            created: self.created,
            stamp: self.stamp.clone(),
            password: self.hash.clone(),
        };
        serde_json::to_string(&card).map_err(unreadable)
    }

    /// A role that this version does not know may look, and nothing else.
    fn read(name: &str, card: &str) -> Result<Self, PortError> {
        let Card { role, created, stamp, password } =
            serde_json::from_str(card).map_err(unreadable)?;
        let role = Role::parse(&role).unwrap_or(Role::Viewer);
        Ok(Self { name: OperatorName(name.to_owned()), role, created, stamp, hash: password })
    }
}

/// Makes an operator; whether none of this name was there.
pub async fn create(
    cabinet: &dyn Cabinet,
    entropy: &dyn Entropy,
    passwords: &Passwords,
    (name, role, password): (&OperatorName, Role, &Password),
    now: Timestamp,
) -> Result<bool, PortError> {
    let hash = passwords.hash(entropy, password).await?;
    let operator = Operator { name: name.clone(), role, created: now, stamp: stamp(entropy), hash };
    cabinet.set_card(Drawer::Operators, name.as_str(), None, &operator.card()?, None).await
}

/// All operators, by name.
pub async fn list(cabinet: &dyn Cabinet) -> Result<Vec<Operator>, PortError> {
    let cards = cabinet.cards(Drawer::Operators, None, MOST).await?;
    cards.iter().map(|(name, card)| Operator::read(name, card)).collect()
}

/// Whether there is any operator.
pub async fn any(cabinet: &dyn Cabinet) -> Result<bool, PortError> {
    Ok(!cabinet.cards(Drawer::Operators, None, 1).await?.is_empty())
}

/// The operator of this name.
pub async fn find(
    cabinet: &dyn Cabinet,
    name: &OperatorName,
) -> Result<Option<Operator>, PortError> {
    let card = cabinet.card(Drawer::Operators, name.as_str()).await?;
    card.map(|card| Operator::read(name.as_str(), &card)).transpose()
}

/// Removes an operator, and with it its sessions; whether there was one.
pub async fn remove(cabinet: &dyn Cabinet, name: &OperatorName) -> Result<bool, PortError> {
    let there = cabinet.card(Drawer::Operators, name.as_str()).await?.is_some();
    cabinet.remove_card(Drawer::Operators, name.as_str()).await?;
    super::session::sweep(cabinet, name).await?;
    Ok(there)
}

/// Gives an operator another password and ends its sessions; whether there is such an operator.
pub async fn set_password(
    cabinet: &dyn Cabinet,
    entropy: &dyn Entropy,
    passwords: &Passwords,
    name: &OperatorName,
    password: &Password,
) -> Result<bool, PortError> {
    let hash = passwords.hash(entropy, password).await?;
    let to = |was| Some(Operator { hash: hash.clone(), ..was });
    Ok(change(cabinet, entropy, name, to).await?.is_some())
}

/// Gives an operator who has just proved itself another password and ends its sessions; the operator as it
/// is then, and nothing where it was changed or removed meanwhile.
pub(crate) async fn set_own_password(
    cabinet: &dyn Cabinet,
    entropy: &dyn Entropy,
    passwords: &Passwords,
    proved: &Operator,
    password: &Password,
) -> Result<Option<Operator>, PortError> {
    let hash = passwords.hash(entropy, password).await?;
    let is_the_same = |was: &Operator| was.stamp == proved.stamp;
    let to = |was| Some(was).filter(is_the_same).map(|was| Operator { hash: hash.clone(), ..was });
    change(cabinet, entropy, &proved.name, to).await
}

/// Gives an operator another role and ends its sessions; whether there is such an operator.
pub async fn set_role(
    cabinet: &dyn Cabinet,
    entropy: &dyn Entropy,
    name: &OperatorName,
    role: Role,
) -> Result<bool, PortError> {
    Ok(change(cabinet, entropy, name, |was| Some(Operator { role, ..was })).await?.is_some())
}

/// Ends every session of an operator; whether there is such an operator.
pub(crate) async fn end_sessions(
    cabinet: &dyn Cabinet,
    entropy: &dyn Entropy,
    name: &OperatorName,
) -> Result<bool, PortError> {
    Ok(change(cabinet, entropy, name, Some).await?.is_some())
}

/// Changes an operator to what is made of it, and ends its sessions; the operator as it is then, and nothing
/// where there is none, or nothing is made of it.
async fn change(
    cabinet: &dyn Cabinet,
    entropy: &dyn Entropy,
    name: &OperatorName,
    to: impl Fn(Operator) -> Option<Operator>,
) -> Result<Option<Operator>, PortError> {
    loop {
        let Some(card) = cabinet.card(Drawer::Operators, name.as_str()).await? else {
            return Ok(None);
        };
        let Some(operator) = to(Operator::read(name.as_str(), &card)?) else { return Ok(None) };
        let operator = Operator { stamp: stamp(entropy), ..operator };
        let now = operator.card()?;
        if cabinet.set_card(Drawer::Operators, name.as_str(), Some(&card), &now, None).await? {
            super::session::sweep(cabinet, name).await?;
            return Ok(Some(operator));
        }
    }
}

/// Who signs in by this name and password; `None` within where it is nobody, nothing where too many
/// sign in at once. Takes as long for a name that nobody has.
pub(crate) async fn authenticate(
    cabinet: &dyn Cabinet,
    passwords: &Passwords,
    name: &str,
    password: &str,
) -> Result<Option<Option<Operator>>, PortError> {
    let operator = match OperatorName::parse(name) {
        Ok(name) => find(cabinet, &name).await?,
        Err(OperatorNameError) => None,
    };
    let hash = operator.as_ref().map(|operator| operator.hash.clone());
    let proves = passwords.proves(password, hash).await?;
    Ok(proves.map(|proves| operator.filter(|_| proves)))
}

fn stamp(entropy: &dyn Entropy) -> String {
    format!("{:016x}{:016x}", entropy.next(), entropy.next())
}

fn unreadable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> PortError {
    PortError::new(Port::Directory, error)
}
