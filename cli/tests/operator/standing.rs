//! `tingting pause`, `resume` and `held`, as an operator runs them beside a running `serve`.

use testkit::sink::Sink;

use crate::program::{configure, start};
use crate::{call, tingting};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_during_a_pause_is_sent_after_it() {
    let sink = Sink::answering(200, "").await;
    let folder = tempfile::tempdir().unwrap();
    let config = configure(folder.path(), &sink.url("/"));
    let run = |arguments: &[&str]| tingting(&config, arguments);
    let (ok, said) = run(&["held"]);
    assert!(!ok && said.contains("`tingting serve` makes one"), "{said}");

    let (mut serve, _) = start(&config, &[]).await;
    let nothing = (true, "every destination is active, and nothing is held\n".to_owned());
    assert_eq!(run(&["held"]), nothing);
    let (ok, said) = run(&["pause", "nobody"]);
    let expected = "there is no destination \"nobody\" here; there is: sink\n";
    assert_eq!((ok, said.as_str()), (false, expected));
    let (ok, said) = run(&["pause", "sink"]);
    assert!(ok && said.starts_with("sink is paused within a minute: "), "{said}");
    let (ok, said) = run(&["pause", "sink"]);
    assert!(ok && said.ends_with("(by hand) already; nothing was changed\n"), "{said}");
    // A start, so that nobody waits for the minute.
    serve.kill().await.unwrap();
    let (mut serve, address) = start(&config, &[]).await;
    call(&address).await;
    while !run(&["held"]).1.contains("; 1 held, the oldest since ") {
        tokio::task::yield_now().await;
    }
    let (_, told) = run(&["resume", "sink", "--dry-run"]);
    assert!(told.contains("sends 1 held delivery, oldest first"), "{told}");
    assert!(run(&["held"]).1.starts_with("sink  paused since "), "a dry run changes nothing");
    assert_eq!(sink.received().len(), 0);
    let (ok, said) = run(&["resume", "sink"]);
    let told = "sink is active again within a minute; 1 held delivery will be sent, ";
    assert!(ok && said.starts_with(told), "{said}");
    serve.kill().await.unwrap();
    let (_serve, _) = start(&config, &[]).await;
    sink.wait_for(1).await;
    let told = &sink.received()[0].json()["data"]["reference"];
    assert_eq!(told, "T1");
}
