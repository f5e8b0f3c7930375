//! `tingting erase`, as an operator runs it.

use std::path::Path;

use testkit::sink::{Received, Sink};

use crate::program::{configure, start};
use crate::{call_with, tingting};

const PAYER: &str = "NGUYEN VAN AN";

async fn call(address: &str, id: &str, memo: &str) {
    let body = format!(
        r#"{{"txn_id":"{id}","content":"{memo}","money":1000,"type":"in","gateway":"acb","number":"1"}}"#
    );
    call_with(address, body).await;
}

/// Whether any file of the folder says this.
fn says(folder: &Path, text: &str) -> bool {
    let files = std::fs::read_dir(folder).unwrap();
    let bytes = files.map(|file| std::fs::read(file.unwrap().path()).unwrap());
    bytes.into_iter().any(|b| b.windows(text.len()).any(|part| part == text.as_bytes()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payer_is_erased_from_the_whole_folder_and_a_repeat_is_known() {
    // The destination answers with what it was sent.
    let echo = |_, request: &Received| (200, String::from_utf8_lossy(&request.body).into_owned());
    let sink = Sink::start(echo).await;
    let folder = tempfile::tempdir().unwrap();
    let config = configure(folder.path(), &sink.url("/"));
    let data = folder.path().join("data");
    let erase = ["erase", "--name", "nguyen van an"];
    let (ok, said) = tingting(&config, &erase);
    assert!(!ok && said.starts_with("there is no database in "), "{said}");

    let (mut serve, address) = start(&config, &[]).await;
    call(&address, "T1", "NGUYEN VAN AN tien nha").await;
    call(&address, "T2", "TRAN THI BINH").await;
    sink.wait_for(2).await;
    let (ok, said) = tingting(&config, &erase);
    assert!(!ok && said.contains("another tingting is using"), "{said}");
    serve.kill().await.unwrap();
    assert!(says(&data, PAYER), "else this shows nothing");

    for (arguments, fault) in [
        (&["erase"][..], "required"),
        (&["erase", "--name", "x y", "--account", "12345"], "cannot be used with"),
        (&["erase", "--account", "12"], "an account has at least 4"),
        (&["erase", "--name", "."], "a name has at least 2"),
    ] {
        let (ok, said) = tingting(&config, arguments);
        assert!(!ok && said.contains(fault), "{said}");
    }
    let (ok, said) = tingting(&config, &[&erase[..], &["--dry-run"]].concat());
    assert!(ok && said.starts_with("would be erased: 1 events, 0 in conflict, "), "{said}");
    assert!(says(&data, PAYER), "a dry run changes nothing");
    let (ok, said) = tingting(&config, &erase);
    assert!(ok && said.starts_with("erased: 1 events, 0 in conflict, "), "{said}");
    assert!(said.contains("A key may itself hold an account number"), "{said}");
    assert!(!said.to_lowercase().contains("nguyen"), "{said}");
    assert!(!says(&data, PAYER) && says(&data, "TRAN THI BINH"));
    let (ok, said) = tingting(&config, &erase);
    assert!(ok && said.starts_with("erased: 0 events, 0 in conflict, what 0 attempts"), "{said}");

    let sent = sink.received().len();
    let (_serve, address) = start(&config, &[]).await;
    call(&address, "T1", "NGUYEN VAN AN tien nha").await;
    call(&address, "T3", "somebody else").await;
    // What was under way when it was killed may come before it, without what was erased.
    let mut n = sent;
    loop {
        n += 1;
        let body = String::from_utf8_lossy(&sink.wait_for(n).await[n - 1].body).into_owned();
        assert!(!body.contains(PAYER), "{body}");
        if body.contains("somebody else") {
            break;
        }
    }
    assert!(!says(&data, PAYER), "a repeat brings nothing back");
}
