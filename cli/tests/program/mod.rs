//! The real program as a child process, and a client to call it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use domain::Clock;
use egress::{Guard, HttpEgress};
use jiff::Timestamp;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

struct Always;

impl Clock for Always {
    /// Only compared with deadlines, of which there are none here.
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

/// A client that may call this machine.
pub(crate) fn client() -> HttpEgress {
    let guard = Guard::new(vec!["127.0.0.1/32".parse().unwrap()]);
    HttpEgress::new(guard, Arc::new(Always)).unwrap()
}

/// Writes a configuration with one ThueAPI source, whose token is `token`, and one webhook.
pub(crate) fn configure(folder: &Path, webhook: &str) -> PathBuf {
    let config = folder.join("tingting.toml");
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\ndata = {:?}\n[egress]\nallow = [\"127.0.0.1/32\"]\n\
         [[source]]\nprovider = \"thueapi\"\nname = \"shop\"\nsecrets = [\"token\"]\n\
         [[destination]]\nname = \"sink\"\nchannel = \"webhook\"\nendpoint = {webhook:?}\n",
        folder.join("data"),
    );
    std::fs::write(&config, text).unwrap();
    config
}

/// Starts the program and waits until it says where it listens.
pub(crate) async fn start(config: &Path, env: &[(&str, &Path)]) -> (Child, String) {
    let (child, address, _) = start_showing(config, env, Stdio::null()).await;
    (child, address)
}

/// The same, with a stdout; and what was logged before it listened.
pub(crate) async fn start_showing(
    config: &Path,
    env: &[(&str, &Path)],
    stdout: Stdio,
) -> (Child, String, Vec<String>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tingting"))
        .args(["serve", "--config"])
        .arg(config)
        .envs(env.iter().copied())
        .stdout(stdout)
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut said = Vec::new();
    while let Some(line) = lines.next_line().await.unwrap() {
        let log: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
        if log["message"] == "listening" {
            let address = log["address"].as_str().unwrap().to_owned();
            // Its log must be read on, or a full pipe would stop it.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return (child, address, said);
        }
        said.push(line);
    }
    panic!("it does not start: {said:?}");
}
