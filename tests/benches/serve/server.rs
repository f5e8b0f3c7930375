//! The process under measurement, with a folder and a port of its own.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::fsync::Shim;
use crate::{Anything, casso, load, now};

/// How often a starting server is asked whether it listens.
const ASKING: Duration = Duration::from_micros(500);
/// A server that takes longer to start does not start.
const START: Duration = Duration::from_secs(30);

/// A running `tingting serve`; killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    /// From the start of the process to its first answer.
    pub(crate) started_in: Duration,
}

impl Server {
    /// Starts the program on `folder`, delivering to `sink` if there is one.
    pub(crate) async fn start(
        program: &Path,
        folder: &Path,
        sink: Option<SocketAddr>,
        shim: Option<&Shim>,
    ) -> Result<Self, Anything> {
        // Free a moment ago, and hardly taken by anybody since.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let configuration = folder.join("tingting.toml");
        fs::write(&configuration, configured(address, folder, sink))?;
        let mut command = Command::new(program);
        command.arg("serve").arg("--config").arg(&configuration);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(File::create(folder.join("log"))?);
        if let Some(shim) = shim {
            shim.watch(&mut command);
        }
        let started = now();
        let mut server = Self { child: command.spawn()?, address, started_in: Duration::ZERO };
        while !load::get(address, "/healthz").await.is_ok_and(|(status, _)| status.is_success()) {
            if let Some(ended) = server.child.try_wait()? {
                let log = fs::read_to_string(folder.join("log"))?;
                return Err(format!("the server ended with {ended}: {log}").into());
            }
            if started.elapsed() > START {
                return Err("the server does not start listening".into());
            }
            tokio::time::sleep(ASKING).await;
        }
        server.started_in = started.elapsed();
        Ok(server)
    }

    /// The most memory that was resident at once, in KiB.
    pub(crate) fn peak_kib(&self) -> Result<u64, Anything> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = line.and_then(|line| line.trim().strip_suffix(" kB")).ok_or("no VmHWM")?;
        Ok(peak.trim().parse()?)
    }

    /// How many messages wait on the queue.
    pub(crate) async fn queued(&self) -> Result<u64, Anything> {
        let (_, page) = load::get(self.address, "/metrics").await?;
        let page = String::from_utf8(page.to_vec())?;
        let line = page.lines().find_map(|line| line.strip_prefix("tingting_queue_length "));
        Ok(line.ok_or("no tingting_queue_length among the metrics")?.trim().parse()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that has ended already cannot be killed.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

fn configured(listen: SocketAddr, folder: &Path, sink: Option<SocketAddr>) -> String {
    let data = folder.join("data");
    let secret = casso::SECRET;
    let mut text = format!(
        "[server]\nlisten = \"{listen}\"\ndata = {data:?}\n\
         [egress]\nallow = [\"127.0.0.1/32\"]\n\
         [[source]]\nprovider = \"casso\"\nname = \"shop\"\nsecrets = [\"{secret}\"]\n"
    );
    if let Some(sink) = sink {
        text.push_str(&format!(
            "[[destination]]\nname = \"sink\"\nchannel = \"webhook\"\n\
             endpoint = \"http://{sink}/hook\"\n\
             signing_secrets = [\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"]\n"
        ));
    }
    text
}
