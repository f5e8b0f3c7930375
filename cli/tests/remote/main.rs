//! The commands that ask a deployment over its API, each as a process of its own: against the real program,
//! and against a fake that answers what no tingting does.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod destinations;
#[path = "../ended/mod.rs"]
mod ended;
mod events;
mod fake;
mod login;
#[path = "../program/mod.rs"]
mod program;
mod refusals;
mod replay;
mod sources;

use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::Egress as _;
use jiff::Timestamp;
use testkit::sink::Sink;
use tokio::process::{Child, Command};

use ended::Ended;
use program::{client, configure, start};

/// Runs the program with these variables and no others of ours, and nothing on standard input.
async fn run(arguments: &[&str], env: &[(&str, &str)]) -> Ended {
    let output = Command::new(env!("CARGO_BIN_EXE_tingting"))
        .args(arguments)
        .env_clear()
        .envs(env.iter().copied())
        .stdin(std::process::Stdio::null())
        .output()
        .await
        .unwrap();
    Ended::of(output)
}

/// A running `serve`, a destination `sink` of its file, and a client that may do everything.
struct Deployed {
    _sink: Sink,
    address: String,
    config: PathBuf,
    id: String,
    secret: String,
    _serve: Child,
    _folder: tempfile::TempDir,
}

impl Deployed {
    async fn with(sink: Sink) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = configure(folder.path(), &sink.url("/"));
        let (serve, address) = start(&config, &[]).await;
        let [id, secret] = new_client(&config, &[]).await;
        Self { _sink: sink, address, config, id, secret, _serve: serve, _folder: folder }
    }

    /// Runs a command there.
    async fn run(&self, arguments: &[&str]) -> Ended {
        let url = format!("http://{}", self.address);
        let env = [
            ("TINGTING_URL", &*url),
            ("TINGTING_CLIENT_ID", &*self.id),
            ("TINGTING_CLIENT_SECRET", &*self.secret),
        ];
        run(arguments, &env).await
    }

    /// A payment comes in.
    async fn pay(&self, id: &str, amount: u32, memo: &str) {
        let body = serde_json::json!({
            "txn_id": id, "money": amount, "type": "in", "gateway": "acb", "number": "1",
            "content": memo,
        });
        let request = http::Request::post(format!("http://{}/hooks/thueapi/shop", self.address))
            .header("x-thueapi", "token")
            .body(body.to_string().into())
            .unwrap();
        let answer = client().send(request, Duration::from_secs(30), Timestamp::MAX).await.unwrap();
        assert!(answer.status.is_success(), "{answer:?}");
    }

    /// Runs a command until it says this.
    async fn until(&self, arguments: &[&str], said: &str) -> Ended {
        for _ in 0..600 {
            let ended = self.run(arguments).await;
            if ended.stdout.contains(said) {
                return ended;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("it never said {said:?}: {:?}", self.run(arguments).await);
    }
}

/// Id and secret of a new client of a deployment on this machine.
async fn new_client(config: &Path, scopes: &[&str]) -> [String; 2] {
    let scopes: Vec<&str> = scopes.iter().flat_map(|scope| ["--scope", scope]).collect();
    let config = config.to_str().unwrap();
    let create = [&["clients", "create", "terminal", "--config", config][..], &scopes].concat();
    let said = run(&create, &[]).await.stdout;
    ["client_id", "client_secret"].map(|word| {
        let line = said.lines().find_map(|line| line.strip_prefix(word)).unwrap();
        line.trim().to_owned()
    })
}
