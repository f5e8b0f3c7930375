//! `tingting apply`, `sources` and `destinations`, as an operator runs them, against a server that
//! speaks DynamoDB.

#![cfg(feature = "aws")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;
use std::process::Command;

use domain::{DestinationRecord, Entries as _, Entry, Origin, Over};
use testkit::aws::{Place, Server};
use testkit::clock::HandClock;

const FILE: &str = r#"
[[source]]
provider = "casso"
name = "shop"
secrets = [{ env = "CASSO_KEY" }]

[[destination]]
name = "sales"
channel = "telegram"
endpoint = "-1001"
bot_token = "123456789:hide-me-bot-0123456789abcdefghijk"
events = ["in"]
"#;

/// Runs the program; its exit code, and what it said on stdout and stderr.
fn tingting(place: &Place, folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tingting"))
        .current_dir(folder)
        .args(arguments)
        .args(["--table", &place.directory])
        .env_clear()
        .env("HOME", folder)
        .env("AWS_REGION", "ap-southeast-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_ENDPOINT_URL", place.server.url())
        .env("CASSO_KEY", "hide-me-casso-key-0001")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_applied_once_and_what_a_person_made_stays() {
    let place = Place::make(Server::moto()).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tingting.toml");
    let run = |arguments: &[&str]| tingting(&place, folder.path(), arguments);
    fs::write(&file, FILE).unwrap();

    let added = "+ source casso/shop\n+ destination sales\n";
    let (code, told, _) = run(&["apply", "--dry-run"]);
    let counted = "2 new, 0 changed, 0 removed, 0 as they were";
    let nothing = "; nothing was written (--dry-run)";
    assert_eq!((code, told), (0, format!("{added}{counted}{nothing}\n")));
    assert_eq!(
        run(&["sources"]).1,
        "none; write some into tingting.toml and run `tingting apply`\n"
    );

    assert_eq!(run(&["apply"]), (0, format!("{added}{counted}\n"), String::new()));
    let kept = "0 new, 0 changed, 0 removed, 2 as they were\n";
    assert_eq!(run(&["apply"]), (0, kept.to_owned(), String::new()));

    let (_, sources, _) = run(&["sources"]);
    assert!(sources.starts_with("source casso/shop  (from a file)\n"), "{sources}");
    let (_, destinations, _) = run(&["destinations"]);
    assert!(destinations.contains("  wants     in from all sources"), "{destinations}");
    for told in [&sources, &destinations] {
        assert!(!told.contains("hide-me"), "{told}");
        assert!(told.contains("  secrets   ********"), "{told}");
    }

    let directory = place.directory(HandClock::default().into());
    let record = DestinationRecord {
        name: "hers".to_owned(),
        channel: "preview".to_owned(),
        ..DestinationRecord::default()
    };
    let hers = Entry::destination(&record, Origin::Operator).unwrap();
    directory.put(&hers, Over::Anything).await.unwrap();
    let changed = FILE.replace("\"sales\"", "\"hers\"").replace("0001", "0002");
    fs::write(&file, changed.replace("{ env = \"CASSO_KEY\" }", "\"hide-me-another-key-0002\""))
        .unwrap();
    let (code, told, _) = run(&["apply"]);
    let expected = "~ source casso/shop\n    secrets: changed (not shown)\n\
        ! destination hers: made by a person elsewhere, which a file never changes; give yours \
        another name, or remove that one first\n\
        ? destination sales: no longer in the file; --prune removes it\n\
        0 new, 1 changed, 0 removed, 0 as they were, 1 not written\n";
    assert_eq!((code, told.as_str()), (1, expected));
    let noted = "[[destination]]\nname = \"screen\"\nchannel = \"preview\"\n\
        sources = [\"casso/none\"]\n";
    fs::write(&file, noted).unwrap();
    let (_, told, _) = run(&["apply", "--dry-run"]);
    let notes = "note: destination screen waits for casso/none, which is no source of this file\n\
        note: destination screen is on the channel preview, which shows nothing on AWS\n";
    assert!(told.ends_with(notes), "{told}");
    fs::write(&file, "").unwrap();
    let (code, told, _) = run(&["apply", "--prune"]);
    let removed = "- source casso/shop\n- destination sales\n";
    assert_eq!(
        (code, told),
        (0, format!("{removed}0 new, 0 changed, 2 removed, 0 as they were\n"))
    );
    assert_eq!(directory.entries().await.unwrap(), [hers]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_named() {
    let place = Place::make(Server::moto()).await;
    let folder = tempfile::tempdir().unwrap();
    let other = Place { directory: "no-such-table".to_owned(), ..place };
    let (code, _, error) = tingting(&other, folder.path(), &["destinations"]);
    assert_eq!(code, 1);
    assert!(error.contains("the directory could not be reached: "), "{error}");
    assert!(error.contains("ResourceNotFoundException"), "{error}");
    let (code, _, error) = tingting(&other, folder.path(), &["apply"]);
    assert_eq!(code, 1);
    assert!(error.contains("tingting.toml"), "{error}");
}
