//! The text of an event in an item. DynamoDB counts a write by the KiB, so that what would make an
//! event cost two is deflated; and it refuses items over 400 KB, so that what is too large even then
//! is written in parts first, and the item names them by the digest of the whole. A crash in between,
//! or an event that turns out to be a repeat, leaves parts that nobody names; they expire like the
//! rest.

use std::borrow::Cow;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use jiff::SignedDuration;

use super::DynamoLedger;
use super::deflate::{deflate, inflate};
use crate::failure::Failure;
use crate::items::{Item, Reader, item, number, text};
use crate::keys::{Key, digest, parts_of};
use crate::update::Update;

/// Up to so many bytes stay as they are, for people to read: with the rest of its item that is 1 KiB.
const PLAIN: usize = 768;
/// The most bytes of one part: DynamoDB's 400 KB less what else an item may hold.
const PART: usize = 350_000;
/// Parts written at once.
const AT_ONCE: usize = 4;

/// How much longer than bodies parts are kept: the sweep takes them out of the event before.
pub(super) const SPARE: SignedDuration = SignedDuration::from_hours(7 * 24);

const TEXT: &str = "event";
const DEFLATED: &str = "deflated";
const DIGEST: &str = "whole";
const COUNT: &str = "parts";

/// Puts the text into the item, or parts of it into the table and their names into the item.
pub(super) async fn put(
    ledger: &DynamoLedger,
    pk: &str,
    expires: &AttributeValue,
    body: String,
    into: &mut Item,
) -> Result<(), Failure> {
    if body.len() <= PLAIN {
        into.insert(TEXT.to_owned(), text(body));
        return Ok(());
    }
    let deflated = deflate(&body);
    if deflated.len() <= PART {
        into.insert(DEFLATED.to_owned(), AttributeValue::B(Blob::new(deflated)));
        return Ok(());
    }
    let digest = digest([&deflated]);
    let pieces = deflated.chunks(PART);
    into.insert(COUNT.to_owned(), number(pieces.len()));
    let puts: Vec<_> = pieces
        .enumerate()
        .map(|(n, piece)| {
            let [pk, sk] = Key::part(pk, &digest, n).attributes();
            let piece = AttributeValue::B(Blob::new(piece));
            ledger.table.put(item([pk, sk, (DEFLATED, piece), ("expires", expires.clone())]))
        })
        .collect();
    stream::iter(puts).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
    into.insert(DIGEST.to_owned(), text(digest));
    Ok(())
}

/// Puts a short text in the place of whatever is there.
pub(super) fn replace(update: &mut Update, body: String) {
    update.set(TEXT, text(body));
    for name in [DEFLATED, DIGEST, COUNT] {
        update.remove(name);
    }
}

/// Only if the text is still that of this item.
pub(super) fn if_same(update: &mut Update, item: &Item) {
    for name in [TEXT, DEFLATED, DIGEST] {
        if let Some(value) = item.get(name) {
            update.if_equal(name, value.clone());
        }
    }
}

/// Removes the parts that an item named.
pub(super) async fn remove(ledger: &DynamoLedger, item: Reader<'_>) -> Result<(), Failure> {
    let Some(digest) = item.text_if(DIGEST)? else { return Ok(()) };
    for part in ledger.table.query(item.pk(), &parts_of(digest)).await? {
        let sk = Reader::new("part of an event", &part).sk()?.to_owned();
        ledger.table.remove(Key { pk: item.pk().to_owned(), sk }).await?;
    }
    Ok(())
}

/// The text of an item.
pub(super) async fn get<'a>(
    ledger: &DynamoLedger,
    item: Reader<'a>,
) -> Result<Cow<'a, str>, Failure> {
    if let Some(digest) = item.text_if(DIGEST)? {
        let parts = ledger.table.query(item.pk(), &parts_of(digest)).await?;
        let mut whole = Vec::new();
        for part in &parts {
            whole.extend(Reader::new("part of an event", part).bytes_if(DEFLATED)?.unwrap_or(&[]));
        }
        let written =
            parts.len() == item.number::<usize>(COUNT)? && crate::keys::digest([&whole]) == digest;
        return match inflate(&whole) {
            Some(body) if written => Ok(body.into()),
            Some(_) | None => Err(item.fault("its parts are not those that were written")),
        };
    }
    match item.bytes_if(DEFLATED)? {
        Some(bytes) => inflate(bytes)
            .map(Cow::from)
            .ok_or_else(|| item.fault(format!("{DEFLATED} does not inflate to a text"))),
        None => Ok(item.text(TEXT)?.into()),
    }
}
