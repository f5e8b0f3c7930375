//! `tingting backup` and `restore`, as an operator runs them.

use crate::program::{configure, start};
use crate::tingting;

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_made_beside_a_running_process_and_put_back_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let config = configure(folder.path(), "http://127.0.0.1:9/");
    let copy = folder.path().join("copy.db");
    let copied = copy.to_str().unwrap();
    let run = |arguments: &[&str]| tingting(&config, arguments);
    let (ok, said) = run(&["backup", copied]);
    assert!(!ok && said.starts_with("there is no database at "), "{said}");

    let (mut serve, _) = start(&config, &[]).await;
    let counted = "0 events, 0 deliveries, 0 attempts, 0 messages on the queue, 1 sources, \
                   1 destinations\n";
    let expected = format!("{copied} was written and verified: {counted}");
    assert_eq!(run(&["backup", copied]), (true, expected));
    let (ok, said) = run(&["backup", copied]);
    assert!(!ok && said.contains("exists already"), "{said}");
    let (ok, said) = run(&["restore", copied, "--yes"]);
    assert!(!ok && said.contains("another tingting is using"), "{said}");
    serve.kill().await.unwrap();
    let (ok, said) = run(&["restore", copied]);
    assert!(!ok && said.contains("Say --yes"), "{said}");
    let (ok, said) = run(&["restore", copied, "--yes"]);
    assert!(ok && said.ends_with(&format!("as tingting.db.before-restore\n{counted}")), "{said}");
    assert!(folder.path().join("data/tingting.db.before-restore").exists());
    let (_serve, _) = start(&config, &[]).await;
}
