//! The handle: cheap to clone, shared by everything in the process.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, RwLock};

use domain::{Clock, Port, PortError};
use rusqlite::Connection;
use tokio::sync::Notify;

use crate::columns::micros;
use crate::directory::Book;
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
        let opened = open::open(dir)?;
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
