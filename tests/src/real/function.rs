//! A function's process under measurement: started on a Runtime API of its own, given events, asked
//! what it cost.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use nix::time::{ClockId, clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

use super::runtime::{RuntimeApi, Said};
use super::server::memory;
use super::{Anything, now};

/// A function that says nothing for so long will not speak.
const PATIENCE: Duration = Duration::from_secs(70);
/// What a function does after it has spoken (going back to sleep) belongs to the figure too.
const SETTLE: Duration = Duration::from_millis(4);

/// A running function; killed when dropped.
#[derive(Debug)]
pub struct Function {
    child: Child,
    clock: ClockId,
    api: RuntimeApi,
    waiting: Option<oneshot::Sender<Bytes>>,
    folder: TempDir,
}

impl Function {
    /// Starts `program` and waits until it asks for its first event.
    pub async fn start(program: &Path, variables: &[(&str, String)]) -> Result<Self, Anything> {
        let api = RuntimeApi::start().await?;
        let folder = tempfile::tempdir()?;
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", api.address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "bench")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/bench")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/21/[$LATEST]bench")
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(File::create(folder.path().join("log"))?)
            .stderr(File::create(folder.path().join("errors"))?);
        let child = command.spawn()?;
        let clock = clock_getcpuclockid(Pid::from_raw(i32::try_from(child.id())?))?;
        let mut function = Self { child, clock, api, waiting: None, folder };
        function.idle().await?;
        Ok(function)
    }

    /// Gives it an event and takes its answer and the time from one to the other.
    pub async fn invoke(&mut self, event: Bytes) -> Result<(Bytes, Duration), Anything> {
        let waiting = self.waiting.take().ok_or("the function was not waiting")?;
        let given = now();
        waiting.send(event).map_err(|_| "the function has hung up")?;
        let answer = match timeout(PATIENCE, self.api.said.recv()).await {
            Ok(Some(Said::Response(answer, arrived))) => Ok((answer, arrived - given)),
            Ok(Some(Said::Error(error))) => Err(self.complaint(&String::from_utf8_lossy(&error))),
            Ok(None) | Err(_) => Err(self.complaint("it does not answer")),
        }?;
        self.idle().await?;
        Ok(answer)
    }

    /// Waits until it asks for an event.
    async fn idle(&mut self) -> Result<(), Anything> {
        let asked = async {
            tokio::select! {
                waiting = self.api.asked.recv() => waiting.ok_or("the server has ended".to_owned()),
                Some(Said::Error(error)) = self.api.said.recv() => {
                    Err(String::from_utf8_lossy(&error).into_owned())
                }
            }
        };
        let asked = timeout(PATIENCE, asked).await;
        match asked.unwrap_or_else(|_| Err("it does not ask for an event".to_owned())) {
            Ok(waiting) => self.waiting = Some(waiting),
            Err(why) => return Err(self.complaint(&why)),
        }
        Ok(())
    }

    /// The CPU it has used so far, user and system, all threads, once it is asleep.
    pub async fn cpu(&self) -> Result<Duration, Anything> {
        sleep(SETTLE).await;
        Ok(clock_gettime(self.clock)?.into())
    }

    /// The most memory that was resident at once, in KiB.
    pub fn peak_kib(&self) -> Result<u64, Anything> {
        memory(self.child.id(), "VmHWM:")
    }

    /// The memory that is resident now, in KiB.
    pub fn resident_kib(&self) -> Result<u64, Anything> {
        memory(self.child.id(), "VmRSS:")
    }

    /// What it has written to its log so far.
    pub fn log(&self) -> Result<String, Anything> {
        Ok(fs::read_to_string(self.path("log"))?)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn complaint(&self, what: &str) -> Anything {
        let read = |name| fs::read_to_string(self.path(name)).unwrap_or_default();
        format!("{what}\nits log:\n{}\nits errors:\n{}", read("log"), read("errors")).into()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        // One that has ended already cannot be killed.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
