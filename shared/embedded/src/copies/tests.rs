//! Copies: made while in use, read back whole, and refused where they are damaged.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::{Claim, Ledger as _};
use tempfile::TempDir;

use super::*;
use crate::Database;
use crate::fixtures::{Still, transfer};

fn open(folder: &Path) -> Database {
    Database::open(folder, Arc::new(Still)).unwrap()
}

async fn claim(db: &Database, from: u32, until: u32) {
    for n in from..until {
        let claim = db.claim(&transfer(&n.to_string(), "1")).await.unwrap();
        assert_eq!(claim, Claim::Fresh, "{n}");
    }
}

async fn has(db: &Database, n: u32) -> bool {
    db.stored(&transfer(&n.to_string(), "1").key).await.unwrap().is_some()
}

/// Every file of a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<OsString, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries.map(|entry| (entry.file_name(), fs::read(entry.path()).unwrap())).collect()
}

/// A folder with so many events, and a copy of it.
async fn copied(events: u32) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let (folder, file) = (dir.path().join("data"), dir.path().join("copy.db"));
    let db = open(&folder);
    claim(&db, 0, events).await;
    let counts = backup(&folder, &file).unwrap();
    assert_eq!(counts, Counts { events: events.into(), ..Counts::default() });
    (dir, file)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_under_load_has_everything_that_was_acknowledged_before() {
    let dir = tempfile::tempdir().unwrap();
    let (folder, file) = (dir.path().join("data"), dir.path().join("copy.db"));
    let db = open(&folder);
    claim(&db, 0, 300).await;
    let busy = db.clone();
    let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
    let writing = tokio::spawn(async move {
        let mut n = 300;
        while stopped.try_recv().is_err() {
            claim(&busy, n, n + 10).await;
            n += 10;
        }
        n
    });
    let (from, to) = (folder.clone(), file.clone());
    let counts = tokio::task::spawn_blocking(move || backup(&from, &to)).await.unwrap().unwrap();
    stop.send(()).unwrap();
    let written = writing.await.unwrap();
    assert!(written > 300, "nothing was written meanwhile");
    assert!((300..=u64::from(written)).contains(&counts.events), "{counts:?} of {written}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert!(has(&db, written - 1).await, "the owner goes on");

    let other = dir.path().join("other");
    assert_eq!(restore(&file, &other).unwrap(), counts);
    let restored = open(&other);
    for n in 0..u32::try_from(counts.events).unwrap() {
        assert!(has(&restored, n).await, "{n}");
    }
}

#[tokio::test]
async fn a_closed_folder_is_copied_too_and_nothing_is_overwritten() {
    let (dir, file) = copied(3).await;
    let again = backup(&dir.path().join("data"), &file);
    assert!(matches!(&again, Err(CopyError::Exists(path)) if *path == file), "{again:?}");
    let closed = backup(&dir.path().join("data"), &dir.path().join("second.db")).unwrap();
    assert_eq!(closed.events, 3);
    let missing = backup(dir.path(), &dir.path().join("third.db"));
    assert!(matches!(missing, Err(CopyError::Missing(_))), "{missing:?}");
}

#[tokio::test]
async fn what_was_replaced_is_kept_beside() {
    let (dir, file) = copied(3).await;
    let folder = dir.path().join("data");
    let db = open(&folder);
    claim(&db, 3, 8).await;
    drop(db);
    assert_eq!(restore(&file, &folder).unwrap().events, 3);
    let db = open(&folder);
    assert_eq!((has(&db, 2).await, has(&db, 3).await), (true, false));
    claim(&db, 3, 4).await;
    drop(db);
    let kept = verify(&folder.join("tingting.db.before-restore")).unwrap();
    assert_eq!(kept.events, 8);
    let again = restore(&file, &folder);
    assert!(matches!(again, Err(CopyError::Exists(_))), "{again:?}");
    assert!(has(&open(&folder), 3).await);
}

/// A process that was killed leaves its last commits in the log.
#[tokio::test]
async fn the_log_of_what_was_replaced_is_kept_and_not_taken_for_the_copys() {
    let (dir, file) = copied(3).await;
    let folder = dir.path().join("data");
    let db = open(&folder);
    claim(&db, 3, 8).await;
    let killed = dir.path().join("killed");
    fs::create_dir(&killed).unwrap();
    for name in [FILE.to_owned(), format!("{FILE}-wal")] {
        fs::copy(folder.join(&name), killed.join(&name)).unwrap();
    }
    assert_eq!(restore(&file, &killed).unwrap().events, 3);
    let db = open(&killed);
    assert_eq!((has(&db, 2).await, has(&db, 3).await), (true, false));
    assert_eq!(verify(&killed.join("tingting.db.before-restore")).unwrap().events, 8);
}

#[tokio::test]
async fn a_folder_in_use_is_refused() {
    let (dir, file) = copied(3).await;
    let folder = dir.path().join("data");
    let db = open(&folder);
    let refused = restore(&file, &folder);
    assert!(matches!(refused, Err(CopyError::Folder(OpenError::InUse { .. }))), "{refused:?}");
    assert!(has(&db, 2).await);
}

#[tokio::test]
async fn a_damaged_copy_is_refused_and_nothing_touched() {
    let (dir, file) = copied(300).await;
    let folder = dir.path().join("data");
    let good = fs::read(&file).unwrap();
    let before = files(&folder);
    let (mut page, mut newer) = (good.clone(), good.clone());
    page[8192..12288].fill(0xAA);
    newer[60..64].copy_from_slice(&99_u32.to_be_bytes());
    let mut unknown = good.clone();
    unknown[60..64].copy_from_slice(&0_u32.to_be_bytes());
    for (what, bytes) in [
        ("a page", page),
        ("its end", good[..good.len() / 2].to_vec()),
        ("a text", b"this is not a database".repeat(100)),
        ("nothing", Vec::new()),
        ("another program's", unknown),
    ] {
        fs::write(&file, bytes).unwrap();
        let refused = restore(&file, &folder);
        assert!(matches!(refused, Err(CopyError::Damaged { .. })), "{what}: {refused:?}");
        assert_eq!(files(&folder), before, "{what}");
    }
    fs::write(&file, newer).unwrap();
    let refused = restore(&file, &folder);
    assert!(matches!(refused, Err(CopyError::Newer { found: 99, .. })), "{refused:?}");
    assert_eq!(files(&folder), before);
}
