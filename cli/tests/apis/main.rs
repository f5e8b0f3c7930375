//! The commands that ask other people's APIs, each as a process of its own, against fakes that answer as
//! the documents say, over HTTP on this machine.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod casso;
#[path = "../ended/mod.rs"]
mod ended;
mod login;
mod sepay;
mod telegram;

use std::net::TcpListener;
use std::path::{Path, PathBuf};

use tokio::process::Command;

use ended::Ended;

/// A configuration with this in it, which lets this machine be called.
fn configure(folder: &Path, more: &str) -> PathBuf {
    let config = folder.join("tingting.toml");
    std::fs::write(&config, format!("[egress]\nallow = [\"127.0.0.1/32\"]\n{more}")).unwrap();
    config
}

/// Runs the program with these variables and no others of ours.
async fn run(config: &Path, arguments: &[&str], env: &[(&str, &str)]) -> Ended {
    let output = Command::new(env!("CARGO_BIN_EXE_tingting"))
        .args(arguments)
        .arg("--config")
        .arg(config)
        .env_clear()
        .envs(env.iter().copied())
        .output()
        .await
        .unwrap();
    Ended::of(output)
}

/// A server that takes connections and never says a word.
fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    (listener, base)
}
