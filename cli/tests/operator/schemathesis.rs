//! A stranger's tester, made of the document alone, against a running `serve`: it finds no answer that the
//! document does not have, no server error, and no call that is taken though the document forbids it.

use std::path::Path;

use crate::program::{configure, start};
use crate::sepay::pair;
use crate::tingting;

#[tokio::test(flavor = "multi_thread")]
async fn a_tester_made_of_the_document_finds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let config = configure(folder.path(), "http://127.0.0.1:9/");
    let (_serve, address) = start(&config, &[]).await;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let python = root.join(".venv/bin/python");
    assert!(python.exists(), "{} is not there: run `make venv`", python.display());
    let [id, secret] = pair(&tingting(&config, &["clients", "create", "tester"]).1);
    let output = tokio::process::Command::new(&python)
        .arg(root.join("tests/strangers/schemathesis_api.py").canonicalize().unwrap())
        .args([&format!("http://{address}"), &id, &secret])
        .current_dir(folder.path())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let tried: u32 = String::from_utf8_lossy(&output.stdout).trim().parse().unwrap();
    assert!(tried > 1_000, "{tried} calls are hardly any");
}
