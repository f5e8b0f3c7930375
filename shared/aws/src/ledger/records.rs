//! What the ledger keeps beside events: parked bodies, refused calls, newest states, moves.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{DestinationName, Parked, Refused, Snapshot, SourceId};
use jiff::{SignedDuration, Timestamp};

use super::DynamoLedger;
use crate::failure::Failure;
use crate::items::{Reader, expires, item, text, time};
use crate::keys::{Key, OPEN, SINCE, digest, events, refused_of, sortable, unsorted};
use crate::table::Written;
use crate::update::Update;

/// How long refused calls are kept.
const REFUSED_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How many of them a source has, for whoever reads them.
const REFUSED_TOLD: usize = 50;

const REASON: &str = "reason";
const SUMMARY: &str = "summary";
const MODIFIED: &str = "modified";
const FROM: &str = "from";
const TO: &str = "to";

/// Keeps a body that could not be read, once per source, context and content.
pub(super) async fn park(
    ledger: &DynamoLedger,
    source: &SourceId,
    parked: &Parked,
    context: &str,
    at: Timestamp,
) -> Result<(), Failure> {
    let key = Key::parked(source, context, &parked.bytes);
    let open = text(events::parked(source, &key.pk));
    let [pk, sk] = key.attributes();
    let new = item([
        pk,
        sk,
        (OPEN, open),
        (SINCE, text(sortable(at))),
        ("bytes", AttributeValue::B(Blob::new(&parked.bytes[..]))),
        ("context", text(context)),
        (REASON, text(parked.reason.as_str())),
        ("expires", expires(at, ledger.kept.bodies)),
    ]);
    match ledger.table.put_new(new).await? {
        Written::Done | Written::Not(_) => Ok(()),
    }
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
    let [pk, sk] = Key::moved(destination).attributes();
    let from = text(digest([endpoint.as_bytes()]));
    ledger.table.put(item([pk, sk, (FROM, from), (TO, text(to))])).await
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
