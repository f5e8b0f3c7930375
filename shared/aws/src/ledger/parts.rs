//! The text of an event in an item. DynamoDB refuses items over 400 KB: what is too large is written
//! in parts first, and the item names them by the digest of the whole. A crash in between, or an
//! event that turns out to be a repeat, leaves parts that nobody names; they expire like the rest.

use std::borrow::Cow;

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use super::DynamoLedger;
use crate::failure::Failure;
use crate::items::{Item, Reader, item, number, text};
use crate::keys::{Key, digest, parts_of};

/// The most bytes of one part: DynamoDB's 400 KB less what else an item may hold.
const PART: usize = 350_000;
/// Parts written at once.
const AT_ONCE: usize = 4;

const TEXT: &str = "event";
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
    if body.len() <= PART {
        into.insert(TEXT.to_owned(), text(body));
        return Ok(());
    }
    let digest = digest([body.as_bytes()]);
    let pieces = pieces(&body, PART);
    let puts: Vec<_> = pieces
        .iter()
        .enumerate()
        .map(|(n, piece)| {
            let [pk, sk] = Key::part(pk, &digest, n).attributes();
            let part = item([pk, sk, (TEXT, text(*piece)), ("expires", expires.clone())]);
            ledger.table.put(part)
        })
        .collect();
    stream::iter(puts).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
    into.insert(COUNT.to_owned(), number(pieces.len()));
    into.insert(DIGEST.to_owned(), text(digest));
    Ok(())
}

/// The text of an item.
pub(super) async fn get<'a>(
    ledger: &DynamoLedger,
    item: Reader<'a>,
) -> Result<Cow<'a, str>, Failure> {
    let Some(digest) = item.text_if(DIGEST)? else { return Ok(item.text(TEXT)?.into()) };
    let parts = ledger.table.query(item.pk(), &parts_of(digest)).await?;
    let mut whole = String::new();
    for part in &parts {
        whole.push_str(Reader::new("part of an event", part).text(TEXT)?);
    }
    if parts.len() != item.number::<usize>(COUNT)?
        || crate::keys::digest([whole.as_bytes()]) != digest
    {
        return Err(item.fault("its parts are not those that were written"));
    }
    Ok(whole.into())
}

/// Cuts a text into pieces of at most so many bytes, between characters.
fn pieces(mut text: &str, most: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    while text.len() > most {
        let (piece, rest) = text.split_at(text.floor_char_boundary(most));
        pieces.push(piece);
        text = rest;
    }
    pieces.push(text);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters_and_loses_nothing() {
        let text = "aế".repeat(100);
        for most in [4, 5, 7, 100, 399, 400, 401] {
            let pieces = pieces(&text, most);
            assert_eq!(pieces.concat(), text, "{most}");
            assert!(pieces.iter().all(|piece| (1..=most).contains(&piece.len())), "{most}");
        }
        assert_eq!(pieces("", 4), [""]);
    }
}
