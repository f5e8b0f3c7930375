//! The port for what operators need to be let in and to be answered: small texts, kept by drawer and
//! name. What they say is their flows' business.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::PortError;

/// Of what sort a card is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Drawer {
    /// Programs that may ask for tokens.
    Clients,
    /// The keys that we sign with.
    Keys,
    /// What calls of the API were answered, for those that are said again.
    Answers,
    /// Who changed what.
    Changes,
    /// People who may sign in.
    Operators,
    /// Those who have.
    Sessions,
}

impl Drawer {
    /// Every drawer.
    pub const ALL: [Self; 6] =
        [Self::Clients, Self::Keys, Self::Answers, Self::Changes, Self::Operators, Self::Sessions];

    /// Reads its word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|drawer| drawer.word() == word)
    }

    /// Its word in rows and items.
    pub fn word(self) -> &'static str {
        match self {
            Self::Clients => "clients",
            Self::Keys => "keys",
            Self::Answers => "answers",
            Self::Changes => "changes",
            Self::Operators => "operators",
            Self::Sessions => "sessions",
        }
    }
}

/// Where cards are kept.
#[async_trait]
pub trait Cabinet: Send + Sync {
    /// What a card says. One whose time is over may still be there: who reads it looks.
    async fn card(&self, drawer: Drawer, name: &str) -> Result<Option<String>, PortError>;

    /// Up to `most` cards of a drawer after a name, by name.
    async fn cards(
        &self,
        drawer: Drawer,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<(String, String)>, PortError>;

    /// Writes a card if it says what its writer has seen, nothing if there was none; whether it did.
    /// After `until` it may be forgotten.
    async fn set_card(
        &self,
        drawer: Drawer,
        name: &str,
        was: Option<&str>,
        now: &str,
        until: Option<Timestamp>,
    ) -> Result<bool, PortError>;

    /// Removes a card; one that is not there is removed.
    async fn remove_card(&self, drawer: Drawer, name: &str) -> Result<(), PortError>;
}
