//! The cabinet in a map.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::{Cabinet, Card, Drawer, PortError};
use jiff::Timestamp;

/// The cabinet in a map. It forgets nothing.
#[derive(Debug, Default)]
pub struct MemoryCabinet(Mutex<Cards>);

/// What each says, and when it may be forgotten.
type Cards = BTreeMap<(Drawer, String), (String, Option<Timestamp>)>;

impl MemoryCabinet {
    /// Puts a card where there is none of its name; whether it did.
    pub fn file(&self, card: Card) -> bool {
        let (mut cards, key) = (Self::cards(self), (card.drawer, card.name));
        let new = !cards.contains_key(&key);
        if new {
            cards.insert(key, (card.text, card.until));
        }
        new
    }

    /// Every card.
    pub fn all(&self) -> Vec<Card> {
        let cards = Self::cards(self).clone().into_iter();
        let card = |((drawer, name), (text, until))| Card { drawer, name, text, until };
        cards.map(card).collect()
    }

    fn cards(&self) -> MutexGuard<'_, Cards> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Cabinet for MemoryCabinet {
    async fn card(&self, drawer: Drawer, name: &str) -> Result<Option<String>, PortError> {
        Ok(Self::cards(self).get(&(drawer, name.to_owned())).map(|(text, _)| text.clone()))
    }

    async fn cards(
        &self,
        drawer: Drawer,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<(String, String)>, PortError> {
        let cards = Self::cards(self);
        let of = cards.iter().filter(|((kept, name), _)| {
            *kept == drawer && after.is_none_or(|after| name.as_str() > after)
        });
        Ok(of.map(|((_, name), (text, _))| (name.clone(), text.clone())).take(most).collect())
    }

    async fn set_card(
        &self,
        drawer: Drawer,
        name: &str,
        was: Option<&str>,
        now: &str,
        until: Option<Timestamp>,
    ) -> Result<bool, PortError> {
        let mut cards = Self::cards(self);
        let key = (drawer, name.to_owned());
        let same = cards.get(&key).map(|(text, _)| text.as_str()) == was;
        if same {
            cards.insert(key, (now.to_owned(), until));
        }
        Ok(same)
    }

    async fn remove_card(&self, drawer: Drawer, name: &str) -> Result<(), PortError> {
        Self::cards(self).remove(&(drawer, name.to_owned()));
        Ok(())
    }
}
