//! `tingting login` and `logout`, with the keyring of this machine; each fake has an address of its own, and so
//! a login of its own. Where there is no keyring (a container), what is said of that is tested.

use std::process::Stdio;

use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::Ended;
use crate::fake::{Fake, answer, token};

/// Runs its arguments in a session with a keyring, as whoever logs in at a Linux machine has it.
const SESSION: &str = "
import ctypes, os, platform, sys
number = {'x86_64': 250, 'aarch64': 219}.get(platform.machine())
if sys.platform == 'linux' and number:
    ctypes.CDLL(None).syscall(number, 1, None)
os.execv(sys.argv[1], sys.argv[1:])
";

async fn run(url: &str, arguments: &[&str], typed: &str) -> Ended {
    let mut child = Command::new("python3")
        .args(["-c", SESSION, env!("CARGO_BIN_EXE_tingting"), "--url", url])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Whoever needs nothing typed has gone.
    _ = child.stdin.take().unwrap().write_all(typed.as_bytes()).await;
    let output = child.wait_with_output().await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    Ended { code: output.status.code().unwrap(), stdout, stderr }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_is_proven_kept_used_and_forgotten() {
    let fake = Fake::start(|_, request| {
        // client_1:hide-me
        let proven = request.contains("authorization: Basic Y2xpZW50XzE6aGlkZS1tZQ==\r\n");
        match request {
            _ if proven => token("A", 3600),
            _ if request.contains("authorization: Bearer A\r\n") => {
                answer(200, "", r#"{"status":"success","data":[],"meta":{"next_cursor":null}}"#)
            }
            _ => {
                let body = r#"{"error":"invalid_client","message":"no such client"}"#;
                answer(401, "", body)
            }
        }
    })
    .await;
    let url = &fake.url;
    let wrong = run(url, &["login"], "client_1\nwrong-hide-me\n").await;
    if wrong.stderr.starts_with("this machine's keyring cannot be used (") {
        let instead =
            "set TINGTING_CLIENT_ID and TINGTING_CLIENT_SECRET, or TINGTING_TOKEN, instead";
        assert!(wrong.stderr.contains(instead), "{wrong:?}");
        return;
    }
    let prompts = "client_id: \nclient_secret (not shown): \n";
    let refused = format!(
        "{prompts}{url} does not take these credentials (401): no such client; run `tingting login --url \
         {url}`, or correct TINGTING_CLIENT_ID and TINGTING_CLIENT_SECRET\n"
    );
    assert_eq!(wrong, Ended { code: 1, stdout: String::new(), stderr: refused });
    let nobody = run(url, &["events", "list"], "").await;
    let expected = format!("not logged in at {url}: run `tingting login --url {url}`, or set ");
    assert!(nobody.code == 1 && nobody.stderr.starts_with(&expected), "{nobody:?}");

    let said = run(url, &["login"], "client_1\nhide-me\n").await;
    let kept = format!("logged in at {url}; kept in this machine's keyring\nit may: event:read\n");
    assert_eq!(said, Ended { code: 0, stdout: kept, stderr: prompts.to_owned() });
    assert_eq!(run(url, &["events", "list"], "").await, Ended::well("none\n"));
    let gone = run(url, &["logout"], "").await;
    let expected = format!("the login at {url} is forgotten; ");
    assert!(gone.code == 0 && gone.stdout.starts_with(&expected), "{gone:?}");
    assert_eq!(
        run(url, &["logout"], "").await,
        Ended::well(&format!("there was no login at {url}\n"))
    );
}
