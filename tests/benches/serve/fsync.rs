//! A slow disk: a library in front of libc that makes every fsync take longer and writes down those
//! of the write-ahead log, one per commit (`shims/fsync.c`). Compiled here: the bundled SQLite needs
//! a C compiler anyway.

use std::fs;
use std::path::{Path, PathBuf};

use testkit::real::{Anything, Launch};

/// The compiled library.
#[derive(Debug)]
pub(crate) struct Shim {
    library: PathBuf,
    log: PathBuf,
    delay_us: u32,
}

impl Shim {
    /// Compiles the library into `folder`.
    pub(crate) fn compile(folder: &Path, delay_us: u32) -> Self {
        Self { library: testkit::shim::compile(folder), log: folder.join("disk"), delay_us }
    }

    /// Loads the library into a process that is about to start.
    pub(crate) fn watch(&self, launch: &mut Launch) {
        let delay = self.delay_us.to_string().into();
        let (library, log) = (self.library.clone().into(), self.log.clone().into());
        launch.env.push(("LD_PRELOAD".to_owned(), library));
        launch.env.push(("DISK_LOG".to_owned(), log));
        launch.env.push(("FSYNC_DELAY_US".to_owned(), delay));
    }

    /// How many commits there were.
    pub(crate) fn commits(&self) -> Result<u64, Anything> {
        let log = fs::read_to_string(&self.log)?;
        Ok(u64::try_from(log.lines().filter(|line| *line == "F").count())?)
    }
}
