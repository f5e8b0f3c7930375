//! What "recorded" means: the bytes were on the disk before the acknowledgement was. Watched from
//! outside, between a process and its system calls, by a small library in front of libc
//! (`shims/fsync.c`, compiled here); and what happens when the disk is full, cannot be written, or
//! the process is killed.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test's helpers fail as tests do")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use domain::Ledger as _;
use embedded::Database;
use tempfile::TempDir;
use testkit::clock::HandClock;
use testkit::contract::event;

/// A folder with the compiled shim, its log and its switch, beside the data.
struct Bench(TempDir);

impl Bench {
    fn new() -> Self {
        let bench = Self(tempfile::tempdir().unwrap());
        testkit::shim::compile(bench.0.path());
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn start(&self) -> Process {
        let mut child = Command::new(env!("CARGO_BIN_EXE_acknowledge"))
            .arg(self.path("data"))
            .env("LD_PRELOAD", self.path("shim.so"))
            .env("DISK_LOG", self.path("log"))
            .env("DISK_FAULT", self.path("fault"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Process { child, input, output: BufReader::new(output) }
    }

    /// The numbers that the database has, of those below a limit.
    async fn recorded(&self, below: u32) -> BTreeSet<u32> {
        let clock = Arc::new(HandClock::default());
        let db = Database::open(&self.path("data"), clock).unwrap();
        let mut found = BTreeSet::new();
        for n in 0..below {
            if db.stored(&event(&n.to_string()).key).await.unwrap().is_some() {
                found.insert(n);
            }
        }
        found
    }
}

struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// What a process said of each number: nothing more than "recorded", or why not.
type Said = BTreeMap<u32, Result<(), String>>;

impl Process {
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    fn ask(&mut self, from: u32, to: u32) {
        writeln!(self.input, "{from} {to}").unwrap();
    }

    fn answers(&mut self) -> Said {
        let mut said = Said::new();
        loop {
            let line = self.line();
            if line == "done" {
                return said;
            }
            let (word, rest) = line.split_once(' ').unwrap_or_else(|| panic!("{line:?}"));
            let (n, answer) = match (word, rest.split_once(": ")) {
                ("ok", None) => (rest, Ok(())),
                ("failed", Some((n, why))) => (n, Err(why.to_owned())),
                _ => panic!("{line:?}"),
            };
            said.insert(n.parse().unwrap(), answer);
        }
    }

    fn claim(&mut self, from: u32, to: u32) -> Said {
        self.ask(from, to);
        let said = self.answers();
        assert!(said.keys().copied().eq(from..to), "{said:?}");
        said
    }

    fn end(mut self) {
        drop(self.input);
        assert!(self.child.wait().unwrap().success());
    }
}

fn all_ok(said: &Said) -> bool {
    said.values().all(Result::is_ok)
}

#[tokio::test]
async fn an_event_is_on_the_disk_before_it_is_acknowledged_and_commits_are_shared() {
    const EVENTS: u32 = 1000;
    let bench = Bench::new();
    let mut process = bench.start();
    assert_eq!(process.line(), "open");
    assert!(all_ok(&process.claim(0, EVENTS)));
    process.end();

    let log = fs::read_to_string(bench.path("log")).unwrap();
    // Since a number was first written to the log: written, and then synced.
    let mut written: BTreeMap<u32, bool> = BTreeMap::new();
    let (mut acknowledged, mut syncs) = (0, 0);
    for line in log.lines() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "W" => {
                for n in rest.split(' ').filter(|n| !n.is_empty()) {
                    written.entry(n.parse().unwrap()).or_insert(false);
                }
            }
            "F" => {
                written.values_mut().for_each(|synced| *synced = true);
                syncs += usize::from(acknowledged > 0 || !written.is_empty());
            }
            "A" => {
                let n: u32 = rest.parse().unwrap();
                assert_eq!(written.get(&n), Some(&true), "event {n} was acknowledged unsynced");
                acknowledged += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(acknowledged, EVENTS);
    assert!(syncs < 500, "{syncs} fsyncs for {EVENTS} events: commits are not shared");
    assert_eq!(bench.recorded(EVENTS).await.len(), 1000);
}

#[tokio::test]
async fn a_disk_that_cannot_be_written_is_an_error_until_it_can() {
    for (fault, why) in [
        (
            "full",
            "the disk is full; free some space, and what could not be recorded will come again",
        ),
        ("read-only", "the database cannot be written; check the disk and the file's permissions"),
    ] {
        let bench = Bench::new();
        let mut process = bench.start();
        assert_eq!(process.line(), "open");
        assert!(all_ok(&process.claim(0, 20)), "before");
        fs::write(bench.path("fault"), fault).unwrap();
        let failed = process.claim(20, 40);
        assert!(failed.values().all(|said| *said == Err(why.to_owned())), "{failed:?}");
        fs::remove_file(bench.path("fault")).unwrap();
        assert!(all_ok(&process.claim(40, 60)), "after");
        assert!(all_ok(&process.claim(20, 30)), "again");
        process.end();
        let expected: BTreeSet<u32> = (0..30).chain(40..60).collect();
        assert_eq!(bench.recorded(60).await, expected, "{fault}");
    }
}

#[tokio::test]
async fn what_was_acknowledged_outlives_a_kill() {
    let bench = Bench::new();
    let mut process = bench.start();
    assert_eq!(process.line(), "open");
    process.ask(0, 2000);
    let acknowledged: BTreeSet<u32> = (0..500)
        .map(|_| process.line().strip_prefix("ok ").expect("recorded").parse().unwrap())
        .collect();
    process.child.kill().unwrap();
    process.child.wait().unwrap();
    let recorded = bench.recorded(2000).await;
    let lost: Vec<_> = acknowledged.difference(&recorded).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
}

#[test]
fn a_second_process_on_one_folder_is_refused() {
    let bench = Bench::new();
    let mut first = bench.start();
    assert_eq!(first.line(), "open");
    let mut second = bench.start();
    let said = second.line();
    assert!(said.starts_with("refused: another tingting is using "), "{said}");
    assert!(said.contains("tingting.lock); stop it, or choose another [server] data"), "{said}");
    second.end();
    assert!(all_ok(&first.claim(0, 3)));
    first.end();
    let mut third = bench.start();
    assert_eq!(third.line(), "open");
    third.end();
}
