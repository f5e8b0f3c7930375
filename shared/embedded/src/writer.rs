//! The one thread that writes. Callers send it jobs; it takes all that wait, runs them in one
//! transaction, commits once, and only then answers them: the more callers, the fewer fsyncs each of
//! them pays for. While one commit runs, the next batch gathers; and those just answered, who mostly
//! come back at once, are given a moment to join it.
//!
//! A job that fails must hurt nobody else, so its batch is rolled back and every job of it is run
//! again in a transaction of its own. That is why a job can be run twice.

use std::any::type_name;
use std::fmt;
use std::fs::File;
use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::Failure;

/// The most jobs in one transaction: bounds how long the first of them waits.
const MOST_AT_ONCE: usize = 256;

/// How long the next of those who were just answered may take to come back.
const ON_THE_WAY: Duration = Duration::from_micros(200);
/// How long all of them may take, as a part of what the last commit took: a fast disk is not held up.
const PATIENCE: u32 = 4;

/// A handle to the thread. Dropping it lets the thread finish what was sent, and waits for that.
pub(crate) struct Writer {
    jobs: Option<Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread. It owns the connection and, for as long, the lock on the folder; a guest
    /// has none.
    pub(crate) fn start(db: Connection, lock: Option<File>) -> io::Result<Self> {
        let (jobs, waiting) = channel();
        let thread = Builder::new().name("database".to_owned()).spawn(move || {
            let _vital = Vital;
            work(&db, &waiting);
            // The file is closed before another process may open it.
            drop(db);
            drop(lock);
        })?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Runs a job in a transaction and answers after the commit. In between, `then` is called, in
    /// the order of the commits and even if the caller has gone away.
    pub(crate) async fn call_then<T, R, A>(&self, run: R, then: A) -> Result<T, Failure>
    where
        T: Send + 'static,
        R: FnMut(&Connection) -> Result<T, Failure> + Send + 'static,
        A: FnOnce(&T) + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Asked { run, then, outcome: None, reply };
        let jobs = self.jobs.as_ref().ok_or(Failure::Closed)?;
        jobs.send(Box::new(job)).map_err(|_| Failure::Closed)?;
        answer.await.map_err(|_| Failure::Closed)?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // The closed channel ends the thread's loop, after what is still in it.
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has nothing more to finish.
            _ = thread.join();
        }
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Writer")
    }
}

/// Ends the process if the thread panics: without it nothing can be recorded any more, and whoever
/// keeps the process running (systemd) is to start it anew.
struct Vital;

impl Drop for Vital {
    fn drop(&mut self) {
        if std::thread::panicking() {
            std::process::abort();
        }
    }
}

/// Something to do in a transaction.
trait Job: Send {
    /// Does it; again from the start if the transaction was rolled back.
    fn run(&mut self, db: &Connection) -> Result<(), Failure>;

    /// Tells the caller, after the commit or instead of it.
    fn answer(self: Box<Self>, committed: Result<(), Failure>);
}

struct Asked<T, R, A> {
    run: R,
    then: A,
    outcome: Option<T>,
    reply: oneshot::Sender<Result<T, Failure>>,
}

impl<T, R, A> Job for Asked<T, R, A>
where
    T: Send,
    R: FnMut(&Connection) -> Result<T, Failure> + Send,
    A: FnOnce(&T) + Send,
{
    fn run(&mut self, db: &Connection) -> Result<(), Failure> {
        self.outcome = Some((self.run)(db)?);
        Ok(())
    }

    fn answer(self: Box<Self>, committed: Result<(), Failure>) {
        let Self { then, outcome, reply, .. } = *self;
        let answer = committed.and_then(|()| {
            let missing = || Failure::unreadable(type_name::<T>(), "the job was never run");
            outcome.ok_or_else(missing).inspect(then)
        });
        // A caller that went away does not want to know.
        _ = reply.send(answer);
    }
}

fn work(db: &Connection, waiting: &Receiver<Box<dyn Job>>) {
    let mut batch = Vec::with_capacity(MOST_AT_ONCE);
    let (mut answered, mut patience) = (0, Duration::ZERO);
    loop {
        batch.extend(waiting.try_iter().take(MOST_AT_ONCE));
        let all = MOST_AT_ONCE.min(batch.len() + answered);
        if batch.is_empty() {
            let Ok(first) = waiting.recv() else { return };
            batch.push(first);
        }
        gather(&mut batch, waiting, all, patience);
        answered = batch.len();
        let started = now();
        commit(db, &mut batch);
        patience = started.elapsed() / PATIENCE;
    }
}

/// Waits for those who were just answered. On a slow disk callers would otherwise fall into two
/// halves that take turns, and each half would wait for the other's fsync too.
fn gather(
    batch: &mut Vec<Box<dyn Job>>,
    waiting: &Receiver<Box<dyn Job>>,
    all: usize,
    patience: Duration,
) {
    let started = now();
    while batch.len() < all
        && let left = patience.saturating_sub(started.elapsed())
        && let Ok(job) = waiting.recv_timeout(left.min(ON_THE_WAY))
    {
        batch.push(job);
    }
}

#[expect(clippy::disallowed_methods, reason = "measures the disk; nothing is dated by it")]
fn now() -> Instant {
    Instant::now()
}

/// Commits all jobs together, or, if that fails, each by itself. Empties the batch.
fn commit(db: &Connection, batch: &mut Vec<Box<dyn Job>>) {
    if in_transaction(db, |db| batch.iter_mut().try_for_each(|job| job.run(db))).is_ok() {
        for job in batch.drain(..) {
            job.answer(Ok(()));
        }
        return;
    }
    for mut job in batch.drain(..) {
        let committed = in_transaction(db, |db| job.run(db));
        job.answer(committed);
    }
}

fn in_transaction(
    db: &Connection,
    run: impl FnOnce(&Connection) -> Result<(), Failure>,
) -> Result<(), Failure> {
    // At once, and not at the first write: an operator's command may write in between, and what was
    // read before it could then not be written upon.
    db.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    let done = run(db).and_then(|()| Ok(db.prepare_cached("COMMIT")?.execute([])?));
    if done.is_err() && !db.is_autocommit() {
        // SQLite has rolled back by itself after some errors; what remains open must not leak into
        // the next transaction. Should even this fail, the next BEGIN says so.
        _ = db.execute_batch("ROLLBACK");
    }
    done.map(drop)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    fn writer() -> (Writer, tempfile::TempDir) {
        let (writer, _, dir) = counting_writer();
        (writer, dir)
    }

    /// A writer, and how many commits it made.
    fn counting_writer() -> (Writer, Arc<AtomicU64>, tempfile::TempDir) {
        let dir = tempfile::tempdir().unwrap();
        let mut db = Connection::open(dir.path().join("test.db")).unwrap();
        db.execute_batch("CREATE TABLE numbers (n INTEGER PRIMARY KEY) STRICT").unwrap();
        let commits = Arc::new(AtomicU64::new(0));
        let seen = Arc::clone(&commits);
        let count = move || {
            seen.fetch_add(1, Ordering::Relaxed);
            false
        };
        db.commit_hook(Some(count)).unwrap();
        let lock = File::create(dir.path().join("lock")).unwrap();
        (Writer::start(db, Some(lock)).unwrap(), commits, dir)
    }

    fn insert(n: i64) -> impl FnMut(&Connection) -> Result<usize, Failure> + Send + 'static {
        move |db| Ok(db.execute("INSERT INTO numbers VALUES (?1)", [n])?)
    }

    impl Writer {
        async fn call<T: Send + 'static>(
            &self,
            run: impl FnMut(&Connection) -> Result<T, Failure> + Send + 'static,
        ) -> Result<T, Failure> {
            self.call_then(run, |_| ()).await
        }
    }

    fn numbers(db: &Connection) -> Result<Vec<i64>, Failure> {
        let mut rows = db.prepare("SELECT n FROM numbers ORDER BY n")?;
        Ok(rows.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Keeps the thread busy until the sender is dropped, so that what follows gathers in one batch.
    fn hold(writer: &Writer) -> Sender<()> {
        let (release, held) = channel::<()>();
        let (started, running) = channel();
        let run = move |_: &Connection| {
            // Either end being gone means the test is over.
            _ = started.send(());
            _ = held.recv();
            Ok(())
        };
        let (reply, _) = oneshot::channel();
        let job = Asked { run, then: |(): &()| (), outcome: None, reply };
        assert!(writer.jobs.as_ref().unwrap().send(Box::new(job)).is_ok());
        running.recv().unwrap();
        release
    }

    #[tokio::test]
    async fn one_bad_job_hurts_nobody() {
        let (writer, _dir) = writer();
        let held = hold(&writer);
        let (a, bad, b, ()) = tokio::join!(
            writer.call(insert(1)),
            writer.call(|db: &Connection| Ok(db.execute("INSERT INTO nowhere VALUES (1)", [])?)),
            writer.call(insert(2)),
            async { drop(held) },
        );
        assert_eq!((a.unwrap(), b.unwrap()), (1, 1));
        assert!(matches!(bad, Err(Failure::Sqlite(_))), "{bad:?}");
        assert_eq!(writer.call(numbers).await.unwrap(), [1, 2]);
    }

    #[tokio::test]
    async fn a_failed_job_leaves_nothing_behind() {
        let (writer, _dir) = writer();
        let halfway = writer.call(|db: &Connection| {
            db.execute("INSERT INTO numbers VALUES (7)", [])?;
            Err::<(), _>(Failure::unreadable("numbers", "halfway"))
        });
        assert!(matches!(halfway.await, Err(Failure::Unreadable { .. })));
        assert_eq!(writer.call(numbers).await.unwrap(), [0_i64; 0]);
    }

    #[tokio::test]
    async fn waiting_jobs_share_one_transaction() {
        let (writer, commits, _dir) = counting_writer();
        let held = hold(&writer);
        let before = commits.load(Ordering::Relaxed);
        let all = futures_util::future::join_all((0..64).map(|n| writer.call(insert(n))));
        let (all, ()) = tokio::join!(all, async { drop(held) });
        assert!(all.iter().all(|one| matches!(one, Ok(1))));
        let commits = commits.load(Ordering::Relaxed) - before;
        assert_eq!(commits, 2, "that of the one that held them up, and one for all");
    }

    #[tokio::test]
    async fn dropping_the_handle_finishes_what_was_sent() {
        let (writer, dir) = writer();
        let held = hold(&writer);
        let (reply, answer) = oneshot::channel();
        let job = Asked { run: insert(5), then: |_: &usize| (), outcome: None, reply };
        assert!(writer.jobs.as_ref().unwrap().send(Box::new(job)).is_ok());
        drop(held);
        drop(writer);
        assert!(matches!(answer.await, Ok(Ok(1))));
        let db = Connection::open(dir.path().join("test.db")).unwrap();
        assert_eq!(numbers(&db).unwrap(), [5]);
    }
}
