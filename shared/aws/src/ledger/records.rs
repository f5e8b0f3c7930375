//! What the ledger keeps beside events: parked bodies, refused calls, newest states, moves.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{DestinationName, Kept, Parked, Refused, Snapshot, SourceId};
use jiff::{SignedDuration, Timestamp};

use super::DynamoLedger;
use crate::failure::Failure;
use crate::items::{Item, Reader, expires, item, text, time};
use crate::keys::{Key, OPEN, SINCE, digest, events, refused_of, sortable, unsorted};
use crate::table::Written;
use crate::update::Update;

/// How long refused calls are kept.
const REFUSED_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How many of them a source has, for whoever reads them.
const REFUSED_TOLD: usize = 50;

pub(super) const REASON: &str = "reason";
const SUMMARY: &str = "summary";
pub(super) const BYTES: &str = "bytes";
pub(super) const CONTEXT: &str = "context";
pub(super) const MODIFIED: &str = "modified";
const FROM: &str = "from";
const TO: &str = "to";

/// Keeps a body that could not be read, once per source, context and content; whether it is the
/// first.
pub(super) async fn park(
    ledger: &DynamoLedger,
    source: &SourceId,
    parked: &Parked,
    context: &str,
    at: Timestamp,
) -> Result<bool, Failure> {
    match ledger.table.put_new(parked_item(ledger, source, parked, context, at)).await? {
        Written::Done => Ok(true),
        // Parked at the very same microsecond: it is our own, and the answer was lost.
        Written::Not(old) => {
            let old = old.unwrap_or_default();
            Ok(Reader::new("parked body", &old).text_if(SINCE)? == Some(sortable(at).as_str()))
        }
    }
}

/// The item of a body that could not be read.
pub(super) fn parked_item(
    ledger: &DynamoLedger,
    source: &SourceId,
    parked: &Parked,
    context: &str,
    at: Timestamp,
) -> Item {
    let key = Key::parked(source, context, &parked.bytes);
    let open = text(events::parked(source, &key.pk));
    let [pk, sk] = key.attributes();
    item([
        pk,
        sk,
        (OPEN, open),
        (SINCE, text(sortable(at))),
        (BYTES, AttributeValue::B(Blob::new(&parked.bytes[..]))),
        (CONTEXT, text(context)),
        (REASON, text(parked.reason.as_str())),
        ("expires", expires(at, ledger.kept.bodies)),
    ])
}

/// Reads the item of a body that could not be read.
pub(super) fn read_parked(source: SourceId, item: Reader<'_>) -> Result<Kept, Failure> {
    let at = item.text(SINCE)?;
    let bytes = item.bytes_if(BYTES)?.unwrap_or(&[]).to_vec().into();
    let parked = Parked { bytes, reason: item.text(REASON)?.to_owned() };
    Ok(Kept::Parked {
        source,
        parked,
        context: item.text(CONTEXT)?.to_owned(),
        at: unsorted(at).ok_or_else(|| item.fault(format!("{at:?} is no time")))?,
    })
}

/// The item of the newest state seen of an object.
pub(super) fn state_item(ledger: &DynamoLedger, object: &str, modified: Timestamp) -> Item {
    let (object, received) = (object.to_owned(), modified);
    let [pk, sk] = Key::state(&Snapshot { object, modified, received }).attributes();
    let expires = expires(modified, ledger.kept.keys);
    item([pk, sk, (MODIFIED, time(modified)), ("expires", expires)])
}

/// The item of where a destination has moved to.
pub(super) fn moved_item(destination: &DestinationName, from: &str, to: &str) -> Item {
    let [pk, sk] = Key::moved(destination).attributes();
    item([pk, sk, (FROM, text(from)), (TO, text(to))])
}

/// Reads where a destination has moved from, as a digest, and to, if the item says so.
pub(super) fn read_moved(item: Reader<'_>) -> Result<Option<(&str, &str)>, Failure> {
    Ok(item.text_if(FROM)?.zip(item.text_if(TO)?))
}

/// Records a refused call.
pub(super) async fn refuse(ledger: &DynamoLedger, refused: &Refused) -> Result<(), Failure> {
    let of = format!("{}\n{}", refused.reason, refused.summary);
    let [pk, sk] = Key::refused(&refused.source, refused.at, &of).attributes();
    let new = item([
        pk,
        sk,
        (REASON, text(refused.reason.as_str())),
        (SUMMARY, text(refused.summary.as_str())),
        ("expires", expires(refused.at, REFUSED_KEPT.min(ledger.kept.bodies))),
    ]);
    ledger.table.put(new).await
}

/// Remembers the newest state of an object; `true` when a newer one was seen before.
pub(super) async fn observe(ledger: &DynamoLedger, snapshot: &Snapshot) -> Result<bool, Failure> {
    let mut update = Update::new(Key::state(snapshot));
    update.set(MODIFIED, time(snapshot.modified));
    update.set("expires", expires(snapshot.received, ledger.kept.keys));
    update.if_at_most(MODIFIED, time(snapshot.modified));
    Ok(match ledger.table.update(update).await? {
        Written::Done => false,
        Written::Not(_) => true,
    })
}

/// Where a destination has moved to, if it moved away from `endpoint`.
pub(super) async fn moved(
    ledger: &DynamoLedger,
    destination: &DestinationName,
    endpoint: &str,
) -> Result<Option<String>, Failure> {
    let Some(item) = ledger.table.get(Key::moved(destination)).await? else { return Ok(None) };
    let item = Reader::new("move of a destination", &item);
    let from_here = item.text(FROM)? == digest([endpoint.as_bytes()]);
    Ok(if from_here { Some(item.text(TO)?.to_owned()) } else { None })
}

/// Remembers that a destination has moved. Of where it moved from only a digest is kept: an endpoint
/// may be as good as a password.
pub(super) async fn set_moved(
    ledger: &DynamoLedger,
    destination: &DestinationName,
    endpoint: &str,
    to: &str,
) -> Result<(), Failure> {
    let from = digest([endpoint.as_bytes()]);
    ledger.table.put(moved_item(destination, &from, to)).await
}

/// The newest refused calls of a source, oldest first.
pub(super) async fn refusals(
    ledger: &DynamoLedger,
    source: &SourceId,
) -> Result<Vec<Refused>, Failure> {
    let mut items = ledger.table.last(&refused_of(source), REFUSED_TOLD).await?;
    items.truncate(REFUSED_TOLD);
    let read = |item| {
        let item = Reader::new("refused call", item);
        let at = item.sk()?.split('/').next().and_then(unsorted);
        Ok(Refused {
            source: source.clone(),
            at: at.ok_or_else(|| item.fault("its sort key begins with no time"))?,
            reason: item.text(REASON)?.to_owned(),
            summary: item.text(SUMMARY)?.to_owned(),
        })
    };
    items.iter().rev().map(read).collect()
}
