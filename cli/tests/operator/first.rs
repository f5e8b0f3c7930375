//! The API's first client, as `serve` makes it: shown once, to a person at a terminal, and to nobody else.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use domain::Egress as _;
use jiff::Timestamp;
use nix::fcntl::OFlag;
use nix::pty::{grantpt, posix_openpt, ptsname_r, unlockpt};

use crate::program::{client, configure};
use crate::tingting;

/// In the last line of what is said where a client was made, and where there is none.
const CLIENTS: &str = " clients ";
/// In the last line where one is on record.
const ON_RECORD: &str = "operators create NAME";
/// However slow the machine is.
const LONG: Duration = Duration::from_secs(30);

/// A running `serve`: what it has said so far on standard output, and what it logged.
struct Serve {
    child: std::process::Child,
    pieces: Receiver<Vec<u8>>,
    said: String,
    log: PathBuf,
}

impl Serve {
    /// Starts it with a terminal as its standard output. No other process inherits either end.
    fn at_a_terminal(config: &Path) -> Self {
        let flags = OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
        let master = posix_openpt(flags).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let mut slave = OpenOptions::new();
        slave.read(true).write(true).custom_flags(OFlag::O_NOCTTY.bits());
        let slave = slave.open(ptsname_r(&master).unwrap()).unwrap();
        Self::start(config, slave.into(), master)
    }

    /// Starts it with a pipe as its standard output.
    fn in_a_pipe(config: &Path) -> Self {
        let (output, input) = std::io::pipe().unwrap();
        Self::start(config, input.into(), output)
    }

    fn start(config: &Path, stdout: Stdio, mut output: impl Read + Send + 'static) -> Self {
        let log = config.with_file_name("log");
        let child = Command::new(env!("CARGO_BIN_EXE_tingting"))
            .args(["serve", "--config"])
            .arg(config)
            .env("TINGTING_LOG", "debug")
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let (sender, pieces) = channel();
        std::thread::spawn(move || {
            let mut piece = [0; 4096];
            // A terminal that nobody writes to any more ends with an error.
            while let Ok(length @ 1..) = output.read(&mut piece) {
                _ = sender.send(piece[..length].to_vec());
            }
        });
        Self { child, pieces, said: String::new(), log }
    }

    /// Reads on until a whole line with this in it was said.
    fn until(&mut self, text: &str) {
        while !self.said.lines().any(|line| line.contains(text)) || !self.said.ends_with('\n') {
            let piece = self.pieces.recv_timeout(LONG);
            let piece = piece.unwrap_or_else(|_| panic!("{}{}", self.said, self.logged()));
            self.said.push_str(&String::from_utf8_lossy(&piece));
        }
    }

    /// Stops it; all that it said, and all that it logged.
    fn stop(mut self) -> (String, String) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
        while let Ok(piece) = self.pieces.recv_timeout(LONG) {
            self.said.push_str(&String::from_utf8_lossy(&piece));
        }
        (self.said.replace("\r\n", "\n"), self.logged())
    }

    fn logged(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        // Where it has ended by itself there is nothing left to end.
        _ = self.child.kill();
    }
}

/// What the operator's command says.
fn clients(config: &Path, arguments: &[&str]) -> String {
    let (ok, said) = tingting(config, &[&["clients"], arguments].concat());
    assert!(ok, "{said}");
    said
}

/// The value behind a word.
fn after(said: &str, word: &str) -> String {
    let found = said.lines().find_map(|line| line.trim().strip_prefix(word));
    found.unwrap_or_else(|| panic!("no {word}: {said}")).trim().to_owned()
}

/// The status with which a client's id and secret are answered.
async fn token(base: &str, id: &str, secret: &str) -> u16 {
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let request = http::Request::post(format!("{base}/oauth2/token"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.into())
        .unwrap();
    let answer = client().send(request, Duration::from_secs(30), Timestamp::MAX).await.unwrap();
    answer.status.as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_shown_once_at_a_terminal_works_and_does_not_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let config = configure(folder.path(), "http://127.0.0.1:9/");
    let mut serve = Serve::at_a_terminal(&config);
    serve.until(CLIENTS);
    let (id, secret) = (after(&serve.said, "client_id"), after(&serve.said, "client_secret"));
    let base = after(&serve.said, &format!("{} login --url", env!("CARGO_BIN_EXE_tingting")));
    assert_eq!(token(&base, &id, &secret).await, 200);
    assert!(
        clients(&config, &["list"]).starts_with(&format!("{id}  the first client\n  created "))
    );
    let (said, log) = serve.stop();
    let program = env!("CARGO_BIN_EXE_tingting");
    let expected = format!(
        "
API: một client đầu tiên với mọi quyền; khoá bí mật của nó chỉ hiện lần này.
The API: a first client, which may do everything; its secret is shown this once.

  client_id      {id}
  client_secret  {secret}

Đăng nhập từ một cửa sổ khác, nơi sẽ hỏi hai giá trị này.  Log in from another window; it asks for these two.

  {program} login --url {base}

Thu hồi khi không cần; nó không trở lại.  Revoke it when it is not needed; it does not come back.

  {program} clients revoke {id} --config {}
",
        config.display()
    );
    assert!(said.ends_with(&expected), "{said}");
    assert_eq!(said.matches(&secret).count(), 1);
    assert!(log.contains("listening") && !log.contains(&secret), "{log}");

    // With one on record, in use or revoked, nothing is made and nothing is said.
    for revoked in [false, true] {
        if revoked {
            clients(&config, &["revoke", &id]);
        }
        let mut serve = Serve::at_a_terminal(&config);
        serve.until(ON_RECORD);
        let (said, _) = serve.stop();
        assert!(!said.contains("API") && !said.contains("client"), "{said}");
        assert_eq!(clients(&config, &["list"]).matches("client_").count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_sees_its_secret_none_is_made_until_somebody_does() {
    let folder = tempfile::tempdir().unwrap();
    let config = configure(folder.path(), "http://127.0.0.1:9/");
    let mut serve = Serve::in_a_pipe(&config);
    serve.until(CLIENTS);
    let (said, log) = serve.stop();
    let hint = format!("\n  {} clients create NAME --config ", env!("CARGO_BIN_EXE_tingting"));
    assert!(said.contains("The API: no client yet.\n") && said.contains(&hint), "{said}");
    assert!(!said.contains("secret") && !log.contains("tts_"), "{said}{log}");
    assert!(clients(&config, &["list"]).starts_with("none; "));

    let mut serve = Serve::at_a_terminal(&config);
    serve.until(CLIENTS);
    serve.stop();
    let mut serve = Serve::in_a_pipe(&config);
    serve.until(ON_RECORD);
    let (said, _) = serve.stop();
    assert!(!said.contains("client"), "it is on record: {said}");
}
