//! A stranger's client, in another language and written from SePay's document alone, against a running
//! `serve`.

use std::path::Path;

use crate::program::{configure, start};
use crate::tingting;

/// Id and secret of a client that was just made.
pub(crate) fn pair(said: &str) -> [String; 2] {
    let after = |word: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(word)).unwrap();
        line.trim().to_owned()
    };
    [after("client_id"), after("client_secret")]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_written_from_sepays_document_finds_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let config = configure(folder.path(), "http://127.0.0.1:9/");
    let (_serve, address) = start(&config, &[]).await;
    let everything = pair(&tingting(&config, &["clients", "create", "shop"]).1);
    let narrow = ["clients", "create", "reader", "--scope", "webhook:read"];
    let reader = pair(&tingting(&config, &narrow).1);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/strangers/sepay_webhooks.py");
    let output = tokio::process::Command::new("python3")
        .arg(script)
        .arg(format!("http://{address}"))
        .args(everything)
        .args(reader)
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "as the document says\n");
}
