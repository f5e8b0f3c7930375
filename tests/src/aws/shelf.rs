//! Looking behind the ports on AWS: the tables read by their keys and their indexes, as an operator's
//! tools will read them. Conflicts and parked bodies are found through the index of what is open,
//! refused calls by a query.

use std::collections::HashMap;
use std::io::Read as _;

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Event, Parked, Refused, SourceId};
use jiff::Timestamp;

use super::Place;
use crate::contract::Shelf;

/// How many refused calls of a source are told; older ones expire.
const REFUSED_TOLD: i32 = 50;

/// An item as the table has it.
pub type Item = HashMap<String, AttributeValue>;

/// The tables and the dead letters of a place.
#[derive(Debug, Clone)]
pub struct TableShelf(pub Place);

impl TableShelf {
    /// The keys of the items under one key of an index of the ledger, in the index's order.
    pub async fn indexed(&self, index: &str, key: &str) -> Vec<(String, String)> {
        let query = self.0.services.dynamodb.query().table_name(&self.0.ledger);
        let query = query
            .index_name(index)
            .key_condition_expression("#key = :key")
            .expression_attribute_names("#key", index)
            .expression_attribute_values(":key", AttributeValue::S(key.to_owned()));
        let items = query.into_paginator().items().send().collect::<Result<Vec<Item>, _>>().await;
        items.unwrap().iter().map(|item| (text(item, "pk"), text(item, "sk"))).collect()
    }

    /// The items of a partition of the ledger whose sort keys begin like this, in one query.
    pub async fn items(&self, pk: &str, begin: &str) -> Vec<Item> {
        let query = self.0.services.dynamodb.query().table_name(&self.0.ledger);
        let condition =
            if begin.is_empty() { "pk = :pk" } else { "pk = :pk AND begins_with(sk, :sk)" };
        let query = query
            .consistent_read(true)
            .key_condition_expression(condition)
            .expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()));
        let query = match begin {
            "" => query,
            begin => query.expression_attribute_values(":sk", AttributeValue::S(begin.to_owned())),
        };
        query.into_paginator().items().send().collect::<Result<Vec<Item>, _>>().await.unwrap()
    }

    /// Every item of the ledger.
    pub async fn everything(&self) -> Vec<Item> {
        let scan = self.0.services.dynamodb.scan().table_name(&self.0.ledger).consistent_read(true);
        scan.into_paginator().items().send().collect::<Result<Vec<Item>, _>>().await.unwrap()
    }

    /// The items under all shards of a key of the index of what is open, oldest first.
    pub async fn open(&self, key: &str) -> Vec<Item> {
        let mut items = Vec::new();
        for shard in 0..32 {
            for (pk, sk) in self.indexed("open", &format!("{key}/{shard:02}")).await {
                items.extend(
                    self.items(&pk, &sk).await.into_iter().filter(|item| text(item, "sk") == sk),
                );
            }
        }
        items.sort_by_key(|item| text(item, "since"));
        items
    }

    /// The event in an item, put together from its parts where it has some.
    async fn event(&self, item: &Item) -> Event {
        if item.contains_key("event") {
            return Event::from_json(&text(item, "event")).unwrap();
        }
        let mut deflated = Vec::new();
        match item.get("whole") {
            None => deflated.extend(bytes(item, "deflated")),
            Some(digest) => {
                let parts = format!("part/{}/", digest.as_s().unwrap());
                for part in self.items(&text(item, "pk"), &parts).await {
                    deflated.extend(bytes(&part, "deflated"));
                }
            }
        }
        let mut whole = String::new();
        flate2::read::DeflateDecoder::new(&deflated[..]).read_to_string(&mut whole).unwrap();
        Event::from_json(&whole).unwrap()
    }
}

#[async_trait]
impl Shelf for TableShelf {
    async fn refused(&self, source: &SourceId) -> Vec<Refused> {
        let query = self.0.services.dynamodb.query().table_name(&self.0.ledger);
        let newest = query
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", AttributeValue::S(format!("{source}#refused")))
            .scan_index_forward(false)
            .limit(REFUSED_TOLD);
        let refused = newest.send().await.unwrap().items.unwrap_or_default();
        let read = |item: &Item| Refused {
            source: source.clone(),
            at: text(item, "sk").split_once('/').unwrap().0.parse().unwrap(),
            reason: text(item, "reason"),
            summary: text(item, "summary"),
        };
        refused.iter().map(read).collect()
    }

    async fn parked(&self, source: &SourceId) -> Vec<(Parked, String, Timestamp)> {
        let parked = self.open(&format!("parked/{source}")).await;
        let read = |item: &Item| {
            let (bytes, reason) = (bytes(item, "bytes").into(), text(item, "reason"));
            let parked = Parked { bytes, reason };
            (parked, text(item, "context"), text(item, "since").parse().unwrap())
        };
        parked.iter().map(read).collect()
    }

    async fn conflicts(&self, source: &SourceId) -> Vec<Event> {
        // Those that nobody was told of, and those that somebody was.
        let mut items = self.open(&format!("conflict/{source}")).await;
        items.extend(self.open(&format!("told/{source}")).await);
        items.sort_by_key(|item| text(item, "since"));
        let mut events = Vec::new();
        for item in &items {
            events.push(self.event(item).await);
        }
        events
    }

    async fn buried(&self) -> Vec<(String, String)> {
        let dead = self.0.services.sqs.receive_message().queue_url(&self.0.dead_letters);
        let dead = dead.max_number_of_messages(10).visibility_timeout(0).wait_time_seconds(0);
        let letters = dead.message_attribute_names("All").send().await.unwrap().messages;
        let read = |letter: aws_sdk_sqs::types::Message| {
            let attributes = letter.message_attributes.unwrap_or_default();
            let reason = attributes["reason"].string_value.clone().unwrap_or_default();
            (letter.body.unwrap_or_default(), reason)
        };
        letters.unwrap_or_default().into_iter().map(read).collect()
    }
}

impl TableShelf {}

fn bytes(item: &Item, name: &str) -> Vec<u8> {
    item[name].as_b().unwrap().as_ref().to_vec()
}

/// A text of an item; a test fails where there is none.
pub fn text(item: &Item, name: &str) -> String {
    let value = item.get(name).unwrap_or_else(|| panic!("{item:?} has no {name}"));
    value.as_s().unwrap().clone()
}
