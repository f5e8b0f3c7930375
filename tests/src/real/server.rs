//! `tingting serve` as a process, with a folder and a port of its own; it can be killed and started
//! again on both.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use super::{Anything, caller, casso, now};

/// How often a starting server is asked whether it listens.
const ASKING: Duration = Duration::from_micros(500);
/// A server that takes longer to start does not start.
const START: Duration = Duration::from_secs(30);

/// How to start a server.
#[derive(Debug)]
pub struct Launch {
    program: PathBuf,
    folder: PathBuf,
    /// Where it listens.
    pub address: SocketAddr,
    /// What is set in its environment.
    pub env: Vec<(String, OsString)>,
}

impl Launch {
    /// Writes a configuration into `folder`: the calls of `casso` are taken, `tables` says the rest.
    /// What it stores is in `data`.
    pub fn new(program: &Path, folder: &Path, data: &Path, tables: &str) -> Result<Self, Anything> {
        // Free a moment ago, and hardly taken by anybody since.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let secret = casso::SECRET;
        let text = format!(
            "[server]\nlisten = \"{address}\"\ndata = {data:?}\n\
             [egress]\nallow = [\"127.0.0.1/32\"]\n\
             [[source]]\nprovider = \"casso\"\nname = \"shop\"\nsecrets = [\"{secret}\"]\n\
             {tables}"
        );
        fs::write(folder.join("tingting.toml"), text)?;
        let (program, folder) = (program.to_owned(), folder.to_owned());
        Ok(Self { program, folder, address, env: Vec::new() })
    }

    /// Starts the process and waits for nothing.
    pub fn spawn(&self) -> Result<Server, Anything> {
        let mut command = Command::new(&self.program);
        command.arg("serve").arg("--config").arg(self.folder.join("tingting.toml"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(self.log()?);
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        let (address, log) = (self.address, self.folder.join("log"));
        Ok(Server { child: command.spawn()?, address, log, started_in: Duration::ZERO })
    }

    /// Starts the process and waits until it answers.
    pub async fn start(&self) -> Result<Server, Anything> {
        let mut server = self.spawn()?;
        server.listening().await?;
        Ok(server)
    }

    /// One log for all that are started here, one after the other.
    fn log(&self) -> Result<File, Anything> {
        Ok(OpenOptions::new().create(true).append(true).open(self.folder.join("log"))?)
    }
}

/// A running `tingting serve`; killed when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    log: PathBuf,
    /// Where it listens.
    pub address: SocketAddr,
    /// From the start of the process to its first answer.
    pub started_in: Duration,
}

impl Server {
    /// Waits until it answers; an error with what it said, if it ends instead.
    pub async fn listening(&mut self) -> Result<(), Anything> {
        let started = now();
        while !self.healthy().await {
            if let Some(ended) = self.child.try_wait()? {
                return Err(format!("the server ended with {ended}: {}", self.said()?).into());
            }
            if started.elapsed() > START {
                return Err("the server does not start listening".into());
            }
            tokio::time::sleep(ASKING).await;
        }
        self.started_in = started.elapsed();
        Ok(())
    }

    /// Whether it takes calls.
    pub async fn healthy(&self) -> bool {
        caller::get(self.address, "/healthz").await.is_ok_and(|(status, _)| status.is_success())
    }

    /// Kills it, as no process can help: SIGKILL.
    pub fn kill(&mut self) -> Result<(), Anything> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Waits until it ends by itself.
    pub fn ended(&mut self) -> Result<ExitStatus, Anything> {
        Ok(self.child.wait()?)
    }

    /// What it, and those before it, wrote to the log.
    pub fn said(&self) -> Result<String, Anything> {
        Ok(fs::read_to_string(&self.log)?)
    }

    /// The most memory that was resident at once, in KiB.
    pub fn peak_kib(&self) -> Result<u64, Anything> {
        memory(self.child.id(), "VmHWM:")
    }

    /// The memory that is resident now, in KiB.
    pub fn resident_kib(&self) -> Result<u64, Anything> {
        memory(self.child.id(), "VmRSS:")
    }

    /// A number on its page for machines, by its name and labels.
    pub async fn metric(&self, name: &str) -> Result<u64, Anything> {
        let (_, page) = caller::get(self.address, "/metrics").await?;
        let page = String::from_utf8(page.to_vec())?;
        let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Ok(line.ok_or_else(|| format!("no {name} among the metrics"))?.trim().parse()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that has ended already cannot be killed.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// What the system says of a process's memory, in KiB.
pub(super) fn memory(process: u32, what: &str) -> Result<u64, Anything> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(what));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    Ok(kib.ok_or_else(|| format!("no {what}"))?.trim().parse()?)
}
