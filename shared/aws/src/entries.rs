//! The port `Entries` on the directory's table: listed, written and deleted one by one. Which origin
//! may write which item is a condition of the write, so that a configuration file and a person never
//! overwrite each other, at whatever moment they write; so is what a writer has seen.

use async_trait::async_trait;
use domain::{
    Edited, Entries, Entry, EntryId, Name, NameError, Origin, Over, Port, PortError, SourceId,
};

use crate::directory::DynamoDirectory;
use crate::failure::Failure;
use crate::items::{Item, Reader, item, text};
use crate::keys::{DESTINATIONS, Key, SOURCES};
use crate::table::Written;

pub(crate) const RECORD: &str = "record";
const ORIGIN: &str = "origin";

#[async_trait]
impl Entries for DynamoDirectory {
    async fn entries(&self) -> Result<Vec<Entry>, PortError> {
        let items = self.table.scan().await.map_err(failed)?;
        let entries = items.iter().filter_map(|item| read(item).transpose());
        let mut entries: Vec<Entry> = entries.collect::<Result<_, _>>().map_err(failed)?;
        entries.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(entries)
    }

    async fn put(&self, entry: &Entry, over: Over<'_>) -> Result<Edited, PortError> {
        let (item, origin) = (to_item(entry), (ORIGIN, entry.origin.word()));
        let written = match over {
            Over::Nothing => self.table.put_new(item).await,
            Over::Anything => self.table.put_over(item, origin).await,
            Over::Record(seen) => self.table.put_where(item, [origin, (RECORD, seen)]).await,
        };
        self.forget_destinations().await;
        judged(written, entry.origin, Some(&entry.record)).map_err(failed)
    }

    async fn remove(&self, id: &EntryId, origin: Origin) -> Result<Edited, PortError> {
        let written = self.table.delete(key(id), (ORIGIN, origin.word())).await;
        self.forget_destinations().await;
        judged(written, origin, None).map_err(failed)
    }
}

fn key(id: &EntryId) -> Key {
    match id {
        EntryId::Source(id) => Key::source(id),
        EntryId::Destination(name) => Key::destination(name),
    }
}

fn to_item(entry: &Entry) -> Item {
    let [pk, sk] = key(&entry.id).attributes();
    item([pk, sk, (RECORD, text(entry.record.as_str())), (ORIGIN, text(entry.origin.word()))])
}

/// Reads an item; nothing if it is of a sort that has no record.
fn read(item: &Item) -> Result<Option<Entry>, Failure> {
    let item = Reader::new("directory's entry", item);
    let (pk, sk) = (item.pk(), item.sk()?);
    let unnamed = |error: NameError| item.fault(error);
    let id = if let Some(provider) = pk.strip_prefix(SOURCES) {
        let id = SourceId::parse(&format!("{provider}/{sk}")).map_err(unnamed)?;
        EntryId::Source(id)
    } else if pk == DESTINATIONS {
        EntryId::Destination(Name::parse(sk).map_err(unnamed)?)
    } else {
        return Ok(None);
    };
    let record = item.text(RECORD)?.to_owned();
    Ok(Some(Entry { id, origin: read_origin(item)?, record }))
}

fn read_origin(item: Reader<'_>) -> Result<Origin, Failure> {
    let word = item.text(ORIGIN)?;
    Origin::parse(word).ok_or_else(|| item.fault(format!("its origin is {word:?}")))
}

/// Puts an entry that was taken along from elsewhere where there is none of its name; whether it did.
pub(crate) async fn file(directory: &DynamoDirectory, entry: &Entry) -> Result<bool, PortError> {
    let written = directory.table.put_new(to_item(entry)).await.map_err(failed)?;
    directory.forget_destinations().await;
    Ok(matches!(written, Written::Done))
}

/// What became of it. What was to be written and is there is written: its answer was lost.
fn judged(
    written: Result<Written, Failure>,
    writing: Origin,
    record: Option<&str>,
) -> Result<Edited, Failure> {
    let other = match written? {
        Written::Done => return Ok(Edited::Done),
        Written::Not(None) => return Ok(Edited::Changed),
        Written::Not(Some(other)) => other,
    };
    let other = Reader::new("directory's entry", &other);
    let origin = read_origin(other)?;
    if origin != writing {
        return Ok(Edited::Clash(origin));
    }
    let same = record.is_some() && other.text(RECORD).ok() == record;
    Ok(if same { Edited::Done } else { Edited::Changed })
}

fn failed(failure: Failure) -> PortError {
    PortError::new(Port::Directory, failure)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sales() -> Entry {
        let id = EntryId::Destination(Name::parse("sales").unwrap());
        Entry { id, origin: Origin::File, record: r#"{"name":"sales"}"#.to_owned() }
    }

    #[test]
    fn an_entry_comes_back_the_same() {
        assert_eq!(read(&to_item(&sales())).unwrap(), Some(sales()));
    }

    #[test]
    fn what_has_no_record_is_passed_over_and_what_is_broken_is_named() {
        let client = item([("pk", text("client")), ("sk", text("1"))]);
        assert_eq!(read(&client).unwrap(), None);
        for (name, value, expected) in [
            (ORIGIN, "elsewhere", "its origin is \"elsewhere\""),
            ("sk", "Sales", "\"Sales\" is not a name"),
        ] {
            let mut broken = to_item(&sales());
            broken.insert(name.to_owned(), text(value));
            let failure = read(&broken).unwrap_err().to_string();
            assert!(failure.contains(expected), "{failure}");
        }
    }
}
