//! One of the servers, run by this process on a free port of 127.0.0.1, two of them with their time in
//! the test's hand (`shims/clock.c`). It ends when this process does, however that ends: its standard
//! input ends then (`aws/serve.py`).

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::Clock as _;
use jiff::Timestamp;
use tempfile::TempDir;

use crate::clock::HandClock;
use crate::shim;

/// A server that speaks DynamoDB and SQS, or one for each.
#[derive(Debug)]
pub struct Server {
    url: String,
    /// Another one for SQS.
    queues: Option<Box<Self>>,
    /// Nothing where its time is the true one.
    time: Option<File>,
    told: AtomicI64,
    child: Child,
    _folder: Option<TempDir>,
}

impl Server {
    /// moto, one for all tests of this process.
    pub fn moto() -> &'static Self {
        static MOTO: OnceLock<Server> = OnceLock::new();
        MOTO.get_or_init(|| Self::start("moto"))
    }

    /// ministack, one for all tests of this process.
    pub fn ministack() -> &'static Self {
        static MINISTACK: OnceLock<Server> = OnceLock::new();
        MINISTACK.get_or_init(|| Self::start("ministack"))
    }

    /// dynoxide, which speaks DynamoDB alone, beside a fakecloud for SQS, both with the true time: for
    /// ordeals and load, where a slow server would be all that is measured. `make quick` builds both.
    pub fn quick() -> &'static Self {
        static QUICK: OnceLock<Server> = OnceLock::new();
        QUICK.get_or_init(|| {
            let mut quick = Self::run("dynoxide", "serve --log quiet --host 127.0.0.1 --port");
            quick.queues = Some(Box::new(Self::start_fakecloud()));
            quick
        })
    }

    fn start_fakecloud() -> Self {
        let account = "--account-id 000000000000 --region ap-southeast-1 --log-level error";
        Self::run("fakecloud", &format!("{account} --addr 127.0.0.1:"))
    }

    /// Runs a program of `.quick`, whose arguments end with its port.
    fn run(program: &str, arguments: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name(".quick/bin").join(program);
        assert!(path.exists(), "{} is not there: run `make quick`", path.display());
        let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|free| free.local_addr());
        let address = free.expect("a port is free");
        let space = if arguments.ends_with(':') { "" } else { " " };
        // It ends with its standard input, as the others do.
        let port = address.port();
        let script = format!("\"$0\" {arguments}{space}{port} & cat > /dev/null; kill $!");
        let mut command = Command::new("sh");
        command.arg("-c").arg(script).arg(path);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("sh runs");
        while TcpStream::connect(address).is_err() {
            std::thread::yield_now();
        }
        let (url, told) = (format!("http://{address}"), AtomicI64::new(0));
        Self { url, queues: None, time: None, told, child, _folder: None }
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where SQS is.
    pub fn queues_url(&self) -> &str {
        self.queues.as_ref().map_or(&self.url, |queues| &queues.url)
    }

    /// Sets its time, backwards too. Ten microseconds pass at each call: what becomes visible at a
    /// moment, moto shows only after it.
    pub fn set_time(&self, now: Timestamp) {
        let Some(time) = &self.time else { return };
        let passed = i128::from(self.told.fetch_add(10_000, Ordering::Relaxed));
        let nanoseconds = i64::try_from(now.as_nanosecond() + passed).unwrap_or(i64::MAX);
        time.write_all_at(&nanoseconds.to_ne_bytes(), 0).expect("its clock can be set");
    }

    fn start(which: &str) -> Self {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = tests.with_file_name(".venv-aws").join("bin/python");
        assert!(python.exists(), "{} is not there: run `make venv-aws`", python.display());
        let folder = tempfile::tempdir().expect("a folder for its clock");
        let clock = folder.path().join("clock");
        let time = File::create(&clock).expect("a file for its clock");
        let morning = HandClock::default().now().as_nanosecond();
        let morning = i64::try_from(morning).expect("2026 is in range");
        time.write_all_at(&morning.to_ne_bytes(), 0).expect("its clock can be set");
        let mut command = Command::new(python);
        command.arg(tests.join("aws/serve.py")).arg(which);
        command.env("LD_PRELOAD", shim::compile_clock(folder.path()));
        command.env("CLOCK_FILE", clock);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("Python runs");
        let mut port = String::new();
        let output = child.stdout.take().expect("it is piped");
        BufReader::new(output).read_line(&mut port).expect("it says its port");
        let port = port.trim();
        assert!(!port.is_empty(), "{which} does not start; what it says is above");
        let (url, told) = (format!("http://127.0.0.1:{port}"), AtomicI64::new(0));
        Self { url, queues: None, time: Some(time), told, child, _folder: Some(folder) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // It may have ended by itself.
        _ = self.child.wait();
    }
}
