//! The port `Cabinet`: a partition for each drawer, by name. Beside the ledger and not in the
//! directory, which is read whole to be compared with a file.

use async_trait::async_trait;
use domain::{Cabinet, Card, Drawer, PortError};
use jiff::Timestamp;

use super::change::{Decision, change};
use super::{DynamoLedger, failed};
use crate::failure::Failure;
use crate::items::{Item, Reader, item, number, text};
use crate::keys::{Key, drawer};
use crate::update::Update;

const CARD: &str = "card";
const EXPIRES: &str = "expires";

#[async_trait]
impl Cabinet for DynamoLedger {
    async fn card(&self, drawer: Drawer, name: &str) -> Result<Option<String>, PortError> {
        card(self, drawer, name).await.map_err(failed)
    }

    async fn cards(
        &self,
        of: Drawer,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<(String, String)>, PortError> {
        let items = self.table.after(&drawer(of), after, most).await.map_err(failed)?;
        let cards = items.iter().map(|item| {
            let item = Reader::new(CARD, item);
            Ok((item.sk()?.to_owned(), item.text(CARD)?.to_owned()))
        });
        cards.collect::<Result<_, _>>().map_err(failed)
    }

    async fn set_card(
        &self,
        drawer: Drawer,
        name: &str,
        was: Option<&str>,
        now: &str,
        until: Option<Timestamp>,
    ) -> Result<bool, PortError> {
        let set = change(self, "writing a card", Key::card(drawer, name), |item, key| {
            let known = item.map(|item| item.text(CARD)).transpose()?;
            if known != was {
                return Ok(Decision::Leave(false));
            }
            let mut update = Update::new(key);
            update.set(CARD, text(now));
            update.set_or_remove(EXPIRES, until.map(|until| number(until.as_second())));
            Ok(Decision::Write(Box::new(update), true))
        });
        set.await.map_err(failed)
    }

    async fn remove_card(&self, drawer: Drawer, name: &str) -> Result<(), PortError> {
        self.table.remove(Key::card(drawer, name)).await.map_err(failed)
    }
}

/// The card of an item in this drawer.
pub(super) fn read(drawer: &str, item: Reader<'_>) -> Result<Card, Failure> {
    let unknown = || item.fault(format!("the drawer {drawer:?} is none"));
    let until = item.number_if(EXPIRES)?.map(Timestamp::from_second).transpose();
    Ok(Card {
        drawer: Drawer::parse(drawer).ok_or_else(unknown)?,
        name: item.sk()?.to_owned(),
        text: item.text(CARD)?.to_owned(),
        until: until.map_err(|error| item.fault(error))?,
    })
}

/// The item of a card that was taken along from elsewhere.
pub(super) fn item_of(card: &Card) -> Item {
    let [pk, sk] = Key::card(card.drawer, &card.name).attributes();
    let mut item = item([pk, sk, (CARD, text(card.text.as_str()))]);
    if let Some(until) = card.until {
        item.insert(EXPIRES.to_owned(), number(until.as_second()));
    }
    item
}

async fn card(
    ledger: &DynamoLedger,
    drawer: Drawer,
    name: &str,
) -> Result<Option<String>, Failure> {
    let item = ledger.table.get(Key::card(drawer, name)).await?;
    item.map(|item| Ok(Reader::new(CARD, &item).text(CARD)?.to_owned())).transpose()
}
