//! Writing to stdout and stderr without waiting for whoever reads them: texts go into a buffer, and
//! a thread of its own writes it out. A reader that has stopped (a full pipe, a terminal on Ctrl-S)
//! costs texts, and never an acknowledgement.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// Bytes that may wait: more than a thousand previews, or ten thousand lines of log.
const ROOM: usize = 4 * 1024 * 1024;

/// A writer that is never waited for.
#[derive(Debug)]
pub struct Outlet(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    texts: Vec<u8>,
    /// Texts for which there was no room since the last write.
    dropped: u64,
    /// Whether the thread holds texts that it has not written out yet.
    writing: bool,
    closed: bool,
}

impl Outlet {
    /// Starts the thread that owns `writer`. Where texts had to be dropped, `gap` is written: how it
    /// is told how many.
    pub fn start(
        name: &str,
        mut writer: impl io::Write + Send + 'static,
        gap: fn(u64) -> String,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let source = Arc::clone(&shared);
        thread::Builder::new().name(name.to_owned()).spawn(move || {
            while let Some((texts, dropped)) = source.next() {
                // A reader that has gone reads nothing; there is nobody to tell.
                _ = writer.write_all(&texts);
                if dropped > 0 {
                    _ = writer.write_all(gap(dropped).as_bytes());
                }
                _ = writer.flush();
            }
        })?;
        Ok(Self(shared))
    }

    /// Hands a text over, whole; `false` when there was no room and it is dropped.
    pub fn write(&self, text: &[u8]) -> bool {
        let mut waiting = self.0.lock();
        let fits = waiting.texts.len() + text.len() <= ROOM;
        if fits {
            waiting.texts.extend_from_slice(text);
        } else {
            waiting.dropped += 1;
        }
        self.0.changed.notify_all();
        fits
    }

    /// Waits until everything is written out, or `patience` has passed.
    pub fn drain(&self, patience: Duration) {
        let undone = |waiting: &mut Waiting| !waiting.texts.is_empty() || waiting.writing;
        let waited = self.0.changed.wait_timeout_while(self.0.lock(), patience, undone);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.changed.notify_all();
    }
}

impl io::Write for &Outlet {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        Outlet::write(self, text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for texts and takes them all, with how many were dropped after them. `None` when there
    /// will be no more.
    fn next(&self) -> Option<(Vec<u8>, u64)> {
        let mut waiting = self.lock();
        waiting.writing = false;
        self.changed.notify_all();
        let idle = |waiting: &mut Waiting| waiting.texts.is_empty() && !waiting.closed;
        let mut waiting =
            self.changed.wait_while(waiting, idle).unwrap_or_else(PoisonError::into_inner);
        if waiting.texts.is_empty() {
            return None;
        }
        waiting.writing = true;
        Some((std::mem::take(&mut waiting.texts), std::mem::take(&mut waiting.dropped)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// A reader that says what it got, and takes it only when told to.
    struct Slow {
        got: mpsc::Sender<Vec<u8>>,
        go: mpsc::Receiver<()>,
    }

    impl io::Write for Slow {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            self.got.send(text.to_owned()).map_err(io::Error::other)?;
            self.go.recv().map_err(io::Error::other)?;
            Ok(text.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_stops_costs_texts_and_no_time() {
        let (got, written) = mpsc::channel();
        let (go, gate) = mpsc::channel();
        let gap = |dropped| format!("{dropped} dropped");
        let outlet = Outlet::start("test", Slow { got, go: gate }, gap).unwrap();
        assert!(outlet.write(b"first"));
        assert_eq!(written.recv().unwrap(), b"first");
        // The reader stands still from here on.
        let half = vec![b'x'; ROOM / 2];
        assert!(outlet.write(&half) && outlet.write(&half));
        assert!(!outlet.write(b"no room") && !outlet.write(b"none for this either"));
        outlet.drain(Duration::ZERO);

        for _ in 0..3 {
            go.send(()).unwrap();
        }
        assert_eq!(written.recv().unwrap().len(), ROOM, "in order, and none cut short");
        assert_eq!(written.recv().unwrap(), b"2 dropped");
        outlet.drain(Duration::from_secs(30));
        assert!(outlet.write(b"goes on"));
        assert_eq!(written.recv().unwrap(), b"goes on");
        drop(go);
        drop(outlet);
        assert!(written.recv().is_err(), "the thread ends with its outlet");
    }
}
