//! The handle: cheap to clone, shared by everything in the process.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, RwLock};

use domain::{Clock, Port, PortError};
use rusqlite::Connection;
use tokio::sync::Notify;

use crate::columns::micros;
use crate::directory::Book;
use crate::open::Opened;
use crate::pace::Slots;
use crate::standings::Standings;
use crate::writer::Writer;
use crate::{Failure, OpenError, open, standings};

/// Every port of this crate, over one file. When the last clone is dropped,
/// what was asked for is finished and the folder released.
#[derive(Clone)]
pub struct Database {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) clock: Arc<dyn Clock>,
    /// The directory as it was last committed.
    pub(crate) book: Arc<RwLock<Arc<Book>>>,
    /// How destinations stand, as it was last committed: asked for on each event's way.
    pub(crate) standings: Arc<RwLock<Standings>>,
    /// The slots of destinations. Not in the file: this process alone sends, and its slots end with it.
    pub(crate) slots: Mutex<Slots>,
    /// Rung when messages were sent.
    pub(crate) bell: Arc<Notify>,
    /// For long reads. Dropped before the writer, so that the writer's connection is the last and
    /// leaves one clean file.
    pub(crate) reading: Arc<Mutex<Connection>>,
    writer: Writer,
}

impl Database {
    /// Opens or makes the folder's database and becomes its only owner: ends every lease and makes
    /// every message visible. The clock dates what the queue sends.
    pub fn open(dir: &Path, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        Self::start(open::open(dir)?, dir, clock)
    }

    /// Opens a folder's database beside its owner, if it has one: for an operator's small command.
    /// No lease is ended and no message made visible. An owner learns of a standing that was marked
    /// here when it is next asked for all of them; what else it keeps in memory is not to be written.
    pub fn open_beside(dir: &Path, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        Self::start(open::open_beside(dir)?, dir, clock)
    }

    fn start(opened: Opened, dir: &Path, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let book = Book::read(&opened.writing)
            .map_err(|failure| OpenError::Unreadable { folder: dir.to_owned(), source: failure })?;
        let standings = standings::read_all(&opened.writing)
            .map_err(|failure| OpenError::Unreadable { folder: dir.to_owned(), source: failure })?;
        let writer = Writer::start(opened.writing, opened.lock).map_err(OpenError::Thread)?;
        let inner = Inner {
            clock,
            book: Arc::new(RwLock::new(Arc::new(book))),
            standings: Arc::new(RwLock::new(standings)),
            slots: Mutex::default(),
            bell: Arc::new(Notify::new()),
            reading: Arc::new(Mutex::new(opened.reading)),
            writer,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Whether writing works: writes something.
    pub async fn check(&self) -> Result<(), PortError> {
        let at = micros(self.inner.clock.now());
        self.on(Port::Ledger, move |db| {
            let sql = "INSERT INTO pulse VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET at = ?1";
            db.prepare_cached(sql)?.execute([at])?;
            Ok(())
        })
        .await
    }

    /// Runs a job on the writing thread, for a port.
    pub(crate) async fn on<T: Send + 'static>(
        &self,
        port: Port,
        run: impl FnMut(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, PortError> {
        self.on_then(port, run, |_| ()).await
    }

    /// The same, with something to do between commit and answer.
    pub(crate) async fn on_then<T: Send + 'static>(
        &self,
        port: Port,
        run: impl FnMut(&Connection) -> Result<T, Failure> + Send + 'static,
        then: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T, PortError> {
        let done = self.inner.writer.call_then(run, then).await;
        done.map_err(|failure| PortError::new(port, failure))
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Database")
    }
}

#[cfg(test)]
mod tests {
    use domain::{Delivery, DeliveryState, Ledger as _, Mark, Mode, Name, Start, Survey as _};

    use super::*;
    use crate::fixtures::{Still, at, transfer};

    fn owner(dir: &Path) -> Database {
        Database::open(dir, Arc::new(Still)).unwrap()
    }

    fn guest(dir: &Path) -> Database {
        Database::open_beside(dir, Arc::new(Still)).unwrap()
    }

    #[tokio::test]
    async fn a_guest_pauses_a_destination_and_the_owner_learns_of_it() {
        let (dir, sales) = (tempfile::tempdir().unwrap(), Name::parse("sales").unwrap());
        let owner = owner(dir.path());
        let event = transfer("1", "1000");
        let of = event.delivery_to(&sales);
        owner.claim(&event).await.map(drop).unwrap();
        let lease = DeliveryState::Sending { owner: 7, until: at(900) };
        owner.enlist(&[Delivery::new(of.clone(), lease.clone(), at(0))]).await.unwrap();

        let guest = guest(dir.path());
        assert!(guest.mark(&sales, &Mark::Pause, at(1)).await.unwrap().changed);
        assert_eq!(owner.standing(&sales).await.unwrap().mode, Mode::Active, "not yet");
        let listed = owner.standings().await.unwrap();
        assert_eq!(listed, [(sales.clone(), guest.standing(&sales).await.unwrap())]);
        assert_eq!(owner.standing(&sales).await.unwrap(), listed[0].1);
        drop(guest);
        let kept = owner.delivery(&of).await.unwrap().unwrap().0;
        assert_eq!(kept.state, lease, "the owner's lease goes on");
        let busy = owner.start(&of, 8, at(2), at(950), false).await.unwrap();
        assert!(matches!(busy, Start::Not(_)), "{busy:?}");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn marks_of_owner_and_guest_are_all_counted() {
        let (dir, sales) = (tempfile::tempdir().unwrap(), Name::parse("sales").unwrap());
        let (owner, guest) = (owner(dir.path()), guest(dir.path()));
        let marking = [owner.clone(), guest].map(|db| {
            let sales = sales.clone();
            tokio::spawn(async move {
                for n in 0..50 {
                    db.mark(&sales, &Mark::Failed, at(n)).await.unwrap();
                }
            })
        });
        for done in marking {
            done.await.unwrap();
        }
        owner.standings().await.unwrap();
        assert_eq!(owner.standing(&sales).await.unwrap().streak.unwrap().failures, 100);
    }

    #[test]
    fn a_guest_makes_no_database_and_changes_no_older_one() {
        let dir = tempfile::tempdir().unwrap();
        let refused = |dir| Database::open_beside(dir, Arc::new(Still)).err().unwrap();
        let missing = refused(dir.path());
        assert!(matches!(missing, OpenError::Missing { .. }), "{missing:?}");
        assert!(!dir.path().join(open::FILE).exists());
        drop(owner(dir.path()));
        for (version, said) in [(1, "start `tingting serve`"), (99, "newer tingting")] {
            let db = Connection::open(dir.path().join(open::FILE)).unwrap();
            db.pragma_update(None, "user_version", version).unwrap();
            let error = refused(dir.path()).to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
