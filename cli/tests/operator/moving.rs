//! `tingting export` and `import`, as an operator runs them.

use std::time::Duration;

use domain::Egress as _;
use jiff::Timestamp;
use testkit::sink::Sink;

use crate::program::{client, configure, start};
use crate::{call, tingting};

#[tokio::test(flavor = "multi_thread")]
async fn after_a_move_a_repeat_is_not_announced_again() {
    let sink = Sink::answering(200, "").await;
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let [from, to] = [&old, &new].map(|folder| configure(folder.path(), &sink.url("/")));
    let file = old.path().join("all.ndjson");
    let all = file.to_str().unwrap();
    let (ok, said) = tingting(&from, &["export", all]);
    assert!(!ok && said.starts_with("there is no database in "), "{said}");
    assert!(!file.exists());

    let (mut serve, address) = start(&from, &[]).await;
    call(&address).await;
    sink.wait_for(1).await;
    let (ok, said) = tingting(&from, &["export", all]);
    assert!(!ok && said.contains("another tingting is using"), "{said}");
    serve.kill().await.unwrap();
    let (ok, said) = tingting(&from, &["export", all]);
    assert!(ok && said.contains(" things were exported to "), "{said}");
    let (ok, said) = tingting(&from, &["export", all]);
    assert!(!ok && said.contains("nothing is overwritten"), "{said}");

    let whole = std::fs::read_to_string(&file).unwrap();
    let cut = new.path().join("cut.ndjson");
    std::fs::write(&cut, &whole[..whole.len() - 20]).unwrap();
    let (ok, said) = tingting(&to, &["import", cut.to_str().unwrap()]);
    assert!(!ok && said.contains("cut.ndjson, line "), "{said}");
    assert!(!new.path().join("data").exists(), "nothing was put");

    let things = whole.lines().count() - 2;
    let told =
        |new, known| (true, format!("{things} were imported: {new} new, {known} there already\n"));
    assert_eq!(tingting(&to, &["import", all]), told(things, 0));
    assert_eq!(tingting(&to, &["import", all]), told(0, things));
    let (_serve, address) = start(&to, &[]).await;
    call(&address).await;
    let health = http::Request::get(format!("http://{address}/healthz")).body(Default::default());
    client().send(health.unwrap(), Duration::from_secs(30), Timestamp::MAX).await.unwrap();
    assert_eq!(sink.received().len(), 1);
}
