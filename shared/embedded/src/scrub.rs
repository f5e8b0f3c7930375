//! Writing the file anew, for SQLite leaves what was replaced or deleted in free space and in the log
//! until something else is written there. Which is no erasure: see `domain::erase`.

use std::path::Path;

use crate::OpenError;
use crate::open::{self, FILE};

/// Writes a folder's database anew, so that nothing but what it keeps is in its file. Its owner must have
/// stopped; there must be room for a second one on the disk.
pub fn scrub(folder: &Path) -> Result<(), OpenError> {
    let opened = open::open(folder)?;
    // A reader would keep the log.
    drop(opened.reading);
    // The copy is made on the disk, for it may be large.
    let sql = "PRAGMA temp_store = FILE; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)";
    let done = opened.writing.execute_batch(sql);
    done.map_err(|source| open::refused(&folder.join(FILE), source))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::{Archive as _, Event, Facts, Kept, Ledger as _, Stored};

    use super::*;
    use crate::Database;
    use crate::fixtures::{Still, transfer};

    fn says(folder: &Path, text: &str) -> bool {
        let files = std::fs::read_dir(folder).unwrap();
        let bytes = files.map(|file| std::fs::read(file.unwrap().path()).unwrap());
        bytes.into_iter().any(|b| b.windows(text.len()).any(|part| part == text.as_bytes()))
    }

    #[tokio::test]
    async fn nothing_of_what_was_replaced_stays_in_the_folder() {
        let dir = tempfile::tempdir().unwrap();
        let db = Database::open(dir.path(), Arc::new(Still)).unwrap();
        let secret = "a payer's own words ".repeat(500);
        for n in 0..20 {
            let object = format!("{{\"memo\":\"{secret}\"}}");
            let was = Event { object, ..transfer(&n.to_string(), "1000") };
            db.claim(&was).await.map(drop).unwrap();
            let now = Event { facts: Facts::default(), object: "{}".to_owned(), ..was.clone() };
            let [was, now] = [was, now].map(|event| Kept::Event(Stored { event, taken: false }));
            assert_eq!(db.replace(&[(was, now)]).await.unwrap(), [true]);
        }
        drop(db);
        assert!(says(dir.path(), "a payer's own words"), "else this shows nothing");
        scrub(dir.path()).unwrap();
        assert!(!says(dir.path(), "a payer's own words"));
        let db = Database::open(dir.path(), Arc::new(Still)).unwrap();
        assert!(db.stored(&transfer("7", "1000").key).await.unwrap().is_some());
    }
}
