//! `tingting sepay login` and `logout`, with the keyring of this machine; each fake has an address of its own,
//! and so a login of its own. Where there is no keyring (a container), what is said of that is tested.

use std::process::Stdio;

use testkit::sink::Sink;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;

use crate::{Ended, configure};

/// Runs its arguments in a session with a keyring, as whoever logs in at a Linux machine has it.
const SESSION: &str = "
import ctypes, os, platform, sys
number = {'x86_64': 250, 'aarch64': 219}.get(platform.machine())
if sys.platform == 'linux' and number:
    ctypes.CDLL(None).syscall(number, 1, None)
os.execv(sys.argv[1], sys.argv[1:])
";
const NO_KEYRING: &str = "this machine's keyring cannot be used";

/// SePay's OAuth2 and an empty list: a refresh token is good once.
async fn oauth2() -> Sink {
    Sink::start(|n, request| {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let says = |what: &str| body.split('&').any(|pair| pair == what);
        if request.target.starts_with("/api/v1/webhooks") {
            return (200, r#"{"status":"success","data":[]}"#.to_owned());
        }
        let issued = format!(
            r#"{{"access_token":"A{n}","token_type":"Bearer","expires_in":3600,"refresh_token":"R{n}"}}"#
        );
        let own = says("client_id=app") && says("client_secret=client-hide-me");
        let good = says("code=C1") || (n > 0 && says(&format!("refresh_token=R{}", n.max(2) - 2)));
        if own && good && request.target == "/oauth/token" {
            (200, issued)
        } else {
            (400, r#"{"error":"invalid_grant","error_description":"client-hide-me?"}"#.to_owned())
        }
    })
    .await
}

/// The program in such a session, with these arguments.
fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new("python3");
    command
        .args(["-c", SESSION, env!("CARGO_BIN_EXE_tingting"), "sepay"])
        .args(arguments)
        .env_remove("SEPAY_ACCESS_TOKEN")
        .env("SEPAY_CLIENT_SECRET", "client-hide-me");
    command
}

fn ended(output: std::process::Output) -> Ended {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    Ended { code: output.status.code().unwrap(), stdout, stderr }
}

/// Logs in, answering the address that is shown with what `paste` makes of it.
async fn login(base: &str, paste: impl Fn(&str) -> String) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    let config = configure(folder.path(), "");
    let redirect = ["login", "--client-id", "app", "--redirect-uri", "https://x.example/back"];
    let mut child = program(&redirect)
        .args(["--api-base", base, "--config"])
        .arg(config)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut stdout = String::new();
    while let Some(line) = lines.next_line().await.unwrap() {
        if line.trim_start().starts_with("http") {
            let mut stdin = child.stdin.take().unwrap();
            stdin.write_all(format!("{}\n", paste(line.trim())).as_bytes()).await.unwrap();
        }
        stdout.push_str(&line);
        stdout.push('\n');
    }
    let said = ended(child.wait_with_output().await.unwrap());
    Ended { stdout, ..said }
}

fn state(address: &str) -> &str {
    address.split("state=").nth(1).unwrap()
}

async fn list(base: &str) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    let config = configure(folder.path(), "");
    let mut command = program(&["webhooks", "list", "--api-base", base, "--config"]);
    ended(command.arg(config).output().await.unwrap())
}

async fn logout(base: &str) -> Ended {
    ended(program(&["logout", "--api-base", base]).output().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_is_kept_refreshed_and_forgotten() {
    let api = oauth2().await;
    let base = api.url("");
    let said = login(&base, |address| {
        let start = format!("{base}/oauth/authorize?response_type=code&client_id=app&");
        assert!(address.starts_with(&start), "{address}");
        format!("https://x.example/back?code=C1&state={}", state(address))
    })
    .await;
    if said.stderr.starts_with(NO_KEYRING) {
        assert_eq!((said.code, &*said.stdout), (1, ""), "nobody is bothered");
        return;
    }
    assert_eq!((said.code, &*said.stderr), (0, ""), "{said:?}");
    assert!(said.stdout.ends_with("logged in at SePay; kept in this machine's keyring\n"));
    assert!(!said.stdout.contains("hide-me") && !said.stdout.contains("R0"), "{said:?}");

    for _ in 0..2 {
        let said = list(&base).await;
        assert_eq!((said.code, &*said.stderr), (0, ""), "each with the newest refresh token");
    }
    let tokens: Vec<_> =
        api.received().iter().filter_map(|r| r.headers.get("authorization").cloned()).collect();
    assert_eq!(tokens, ["Bearer A1", "Bearer A3"]);

    assert_eq!(logout(&base).await, Ended::well("the login at SePay is forgotten\n"));
    assert_eq!(logout(&base).await, Ended::well("there was no login\n"));
    let expected = "not logged in at SePay: run `tingting sepay login`, or set SEPAY_ACCESS_TOKEN";
    assert_eq!(list(&base).await, Ended::badly(expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_went_astray_says_how() {
    let api = oauth2().await;
    let base = api.url("");
    let back = "https://x.example/back";
    let foreign = "that address is of another login (its state differs): open the one above, and paste \
                   where it leads\n";
    let refused = "SePay refuses the credentials (401): ********?; run `tingting sepay login` again, with \
                   the application's own id and secret\n";
    for (query, expected) in [
        ("?code=C1&state=0", foreign),
        ("", "there is no code in that address: paste it whole, as the browser shows it\n"),
        (
            "?error=access_denied&state=STATE",
            "the login was refused on SePay's page; log in again and say yes\n",
        ),
        ("?code=C2&state=STATE", refused),
    ] {
        let said =
            login(&base, |shown| format!("{back}{query}").replace("STATE", state(shown))).await;
        if !said.stderr.starts_with(NO_KEYRING) {
            assert_eq!((said.code, &*said.stderr), (1, expected), "{query}");
        }
    }
    assert_eq!(list(&base).await.code, 1, "nobody is logged in");
}
