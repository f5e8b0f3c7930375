//! Longer reads: a stretch of a partition, of an index, or of all its shards merged. An index says
//! where an item stood a moment ago; what the item says itself is for the caller to read.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, Select};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::Table;
use crate::failure::Failure;
use crate::items::{Item, Reader, text};
use crate::keys::{Index, Key, PK, SK, shards};

/// Shards read at once.
const AT_ONCE: usize = 32;
/// The most entries of one page.
const PAGE: usize = 1_000;
/// Before every sort key of an index.
const FIRST: &str = "0";
/// After every sort key of an index.
const LAST: &str = "~";

/// Where an index has an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The index's partition.
    pub(crate) under: String,
    /// The index's sort key.
    pub(crate) at: String,
    /// The item.
    pub(crate) key: Key,
}

impl Entry {
    /// Its place in the index's order: of what was at the same time, by key.
    pub(crate) fn place(&self) -> String {
        format!("{} {}", self.at, self.key.pk)
    }

    fn read(index: Index, item: &Item) -> Result<Self, Failure> {
        let item = Reader::new("entry of an index", item);
        Ok(Self {
            under: item.text(index.name())?.to_owned(),
            at: item.text(index.sort())?.to_owned(),
            key: Key { pk: item.text(PK)?.to_owned(), sk: item.text(SK)?.to_owned() },
        })
    }
}

/// A stretch of an index.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Span<'a> {
    /// From this sort key on.
    pub(crate) from: Option<&'a str>,
    /// Before this sort key.
    pub(crate) before: Option<&'a str>,
    /// After this place.
    pub(crate) after: Option<&'a str>,
    /// From the end to the beginning: *after* is what stands before.
    pub(crate) backwards: bool,
}

impl Span<'_> {
    fn has(&self, entry: &Entry) -> bool {
        let follows = |after: &str| match self.backwards {
            true => entry.place().as_str() < after,
            false => entry.place().as_str() > after,
        };
        self.before.is_none_or(|before| entry.at.as_str() < before)
            && self.after.is_none_or(follows)
    }

    /// The first and the last sort key to ask for.
    fn bounds(&self) -> (&str, &str) {
        let after = self.after.map(|place| place.split(' ').next().unwrap_or(FIRST));
        let (from, before) = (self.from.unwrap_or(FIRST), self.before.unwrap_or(LAST));
        match after {
            Some(after) if self.backwards => (from, before.min(after)),
            Some(after) => (from.max(after), before),
            None => (from, before),
        }
    }
}

impl Table {
    /// The items of a table after a key, in the table's own order; and the key to go on after.
    pub(crate) async fn scan_on(
        &self,
        after: Option<Item>,
        most: usize,
    ) -> Result<(Vec<Item>, Option<Item>), Failure> {
        let call = self.client.scan().table_name(&self.name).consistent_read(true);
        let call = call.limit(page(most)).set_exclusive_start_key(after);
        let page = call.send().await.map_err(|error| Failure::of("Scan", error))?;
        Ok((page.items.unwrap_or_default(), following(page.last_evaluated_key)))
    }

    /// The first entries of all shards under a prefix, in the order of their places, at most `most`.
    pub(crate) async fn entries(
        &self,
        index: Index,
        prefix: &str,
        span: Span<'_>,
        most: usize,
    ) -> Result<Vec<Entry>, Failure> {
        let reads: Vec<_> =
            shards(prefix).map(|shard| self.of_shard(index, shard, span, most)).collect();
        let found: Vec<Vec<Entry>> =
            stream::iter(reads).buffer_unordered(AT_ONCE).try_collect().await?;
        let mut found: Vec<Entry> = found.into_iter().flatten().collect();
        found.sort_by_cached_key(Entry::place);
        if span.backwards {
            found.reverse();
        }
        found.truncate(most);
        Ok(found)
    }

    /// The first entries of one shard: `most`, and all that stand at the same sort key as the last of
    /// these, for those are in no order.
    async fn of_shard(
        &self,
        index: Index,
        shard: String,
        span: Span<'_>,
        most: usize,
    ) -> Result<Vec<Entry>, Failure> {
        let (from, to) = span.bounds();
        if from > to {
            return Ok(Vec::new());
        }
        let (mut found, mut start) = (Vec::new(), None);
        loop {
            let call = self
                .shard(index, &shard)
                .key_condition_expression("#shard = :shard AND #at BETWEEN :from AND :to")
                .expression_attribute_names("#at", index.sort())
                .expression_attribute_values(":from", text(from))
                .expression_attribute_values(":to", text(to))
                .scan_index_forward(!span.backwards)
                .limit(page(most))
                .set_exclusive_start_key(start);
            let page = call.send().await.map_err(|error| Failure::of("Query", error))?;
            for item in page.items.unwrap_or_default() {
                let entry = Entry::read(index, &item)?;
                if span.has(&entry) {
                    found.push(entry);
                }
            }
            start = following(page.last_evaluated_key);
            let last = most.checked_sub(1).and_then(|n| found.get(n)).map(|entry| &entry.at);
            let enough = last.is_some() && found.last().map(|entry| &entry.at) != last;
            if enough || start.is_none() {
                return Ok(found);
            }
        }
    }

    /// How many entries all shards under a prefix have.
    pub(crate) async fn count(&self, index: Index, prefix: &str) -> Result<u64, Failure> {
        let counts = shards(prefix).map(async |shard| {
            let (mut count, mut start) = (0, None);
            loop {
                let call = self
                    .shard(index, &shard)
                    .key_condition_expression("#shard = :shard")
                    .select(Select::Count)
                    .set_exclusive_start_key(start);
                let page = call.send().await.map_err(|error| Failure::of("Query", error))?;
                count += u64::from(page.count.unsigned_abs());
                start = following(page.last_evaluated_key);
                if start.is_none() {
                    return Ok(count);
                }
            }
        });
        let counts: Vec<_> = counts.collect();
        stream::iter(counts)
            .buffer_unordered(AT_ONCE)
            .try_fold(0, async |sum, count: u64| Ok(sum + count))
            .await
    }

    /// Everything in an index, in no order, and whether that is all; a little more than `most` is
    /// read at most.
    pub(crate) async fn scan_index(
        &self,
        index: Index,
        most: usize,
    ) -> Result<(Vec<Entry>, bool), Failure> {
        let (mut found, mut start) = (Vec::new(), None);
        loop {
            let call = self.client.scan().table_name(&self.name).index_name(index.name());
            let call = call.limit(page(most)).set_exclusive_start_key(start);
            let page = call.send().await.map_err(|error| Failure::of("Scan", error))?;
            for item in page.items.unwrap_or_default() {
                found.push(Entry::read(index, &item)?);
            }
            start = following(page.last_evaluated_key);
            if start.is_none() || found.len() >= most {
                return Ok((found, start.is_none()));
            }
        }
    }

    /// The items of a partition from one sort key until before another, by sort key.
    pub(crate) async fn between(
        &self,
        pk: &str,
        from: &str,
        before: &str,
    ) -> Result<Vec<Item>, Failure> {
        if from >= before {
            return Ok(Vec::new());
        }
        let call = self
            .client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :before")
            .expression_attribute_values(":pk", text(pk))
            .expression_attribute_values(":from", text(from))
            .expression_attribute_values(":before", text(before));
        let items = call.into_paginator().items().send().collect::<Result<Vec<Item>, _>>().await;
        let mut items = items.map_err(|error| Failure::of("Query", error))?;
        let earlier = |item: &Item| {
            item.get(SK).and_then(|sk| sk.as_s().ok()).is_some_and(|sk| sk.as_str() < before)
        };
        items.retain(earlier);
        Ok(items)
    }

    /// The last items of a partition, the last one first.
    pub(crate) async fn last(&self, pk: &str, most: usize) -> Result<Vec<Item>, Failure> {
        let call = self
            .client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text(pk))
            .scan_index_forward(false)
            .limit(page(most));
        let page = call.send().await.map_err(|error| Failure::of("Query", error))?;
        Ok(page.items.unwrap_or_default())
    }

    fn shard(&self, index: Index, shard: &str) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.name)
            .index_name(index.name())
            .expression_attribute_names("#shard", index.name())
            .expression_attribute_values(":shard", text(shard))
    }
}

fn page(most: usize) -> i32 {
    i32::try_from(most.saturating_add(1).min(PAGE)).unwrap_or(1)
}

/// Where the next page begins; some servers say an empty place where there is none.
fn following(
    last: Option<HashMap<String, AttributeValue>>,
) -> Option<HashMap<String, AttributeValue>> {
    last.filter(|key| !key.is_empty())
}
