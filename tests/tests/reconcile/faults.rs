//! Our own failures: stopped at every step and started again, it fills every gap and tells none
//! twice; and of two processes one gives way.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use domain::{Blame, Notes, PortError, Reconcile};
use testkit::faults::{Faults, Lasting, Mode};
use testkit::memory::MemoryNotes;
use testkit::provider_api::{ApiServer, CassoApi, Issuing, Order, SepayApi, reply};

use crate::desk::{Desk, casso_key, fault, flow, found, sepay_oauth2};

#[tokio::test]
async fn stopped_at_every_step_it_loses_nothing_and_tells_nothing_twice() {
    for mode in [Mode::Before, Mode::After] {
        for lasting in [Lasting::Once, Lasting::FromThenOn] {
            for n in 1.. {
                let faults = Faults::at(n, mode, lasting);
                let mut desk = Desk::new("casso", Arc::clone(&faults));
                let casso = CassoApi::start(desk.world.clock.clone()).await;
                desk = desk.open(casso_key(casso.server.base()));
                // Three pages, the last with a row that cannot be read.
                casso.set_largest(2);
                for id in 1..=5 {
                    casso.put(desk.row(id, if id == 5 { 0 } else { 1000 }, 60));
                }
                let stopped = desk.flow.run(desk.now() + crate::desk::MINUTE * 60).await;
                let struck = faults.struck();
                faults.heal();
                desk.flow = flow(&desk.world, &desk.notes);
                desk.advance(31);
                let label = format!("{mode:?} {lasting:?} {n}: {stopped:?}");
                let again = desk.ask().await;
                assert_eq!(again.fault, None, "{label}");
                let stopped = stopped.iter().flatten().map(|report| report.gaps).sum::<u32>();
                desk.advance(31);
                assert_eq!(desk.ask().await.gaps, 0, "{label}");
                // What was claimed and the answer lost is known to whoever comes next.
                let told = stopped + again.gaps;
                assert!(told == 4 || told == 3 && mode == Mode::After, "{label}: told of {told}");
                assert_eq!(desk.told().await, [1, 2, 3, 4], "{label}");
                assert_eq!(desk.world.ledger.parked().len(), 1, "{label}");
                if !struck {
                    break;
                }
            }
        }
    }
}

#[tokio::test]
async fn new_tokens_survive_a_hiccup() {
    for mode in [Mode::Before, Mode::After] {
        for n in 1..=8 {
            let desk = Desk::new("sepay", Faults::at(n, mode, Lasting::Once));
            let clock = desk.world.clock.clone();
            let api = SepayApi::start(clock, Order::OldestFirst, Issuing::Rotating).await;
            let desk = desk.open(sepay_oauth2(api.server.base(), "refresh-0"));
            api.put(desk.row(1, 5000, 30));
            let first = desk.flow.run(desk.now() + crate::desk::MINUTE * 60).await;
            api.withdraw_access();
            desk.advance(61);
            let second = desk.ask().await;
            assert_eq!(second.fault, None, "{mode:?} {n}: {first:?}");
        }
    }
}

#[tokio::test]
async fn of_two_processes_one_gives_way() {
    let desk = Desk::new("casso", Faults::none());
    let notes = Arc::clone(&desk.notes);
    let other = r#"{"v":1,"asked":1}"#;
    let server = ApiServer::start(desk.world.clock.clone(), move |_| {
        notes.put("reconcile/casso/shop", other);
        reply(200, r#"{"error":0,"data":{"records":[]}}"#)
    })
    .await;
    let desk = desk.open(casso_key(server.base()));
    let report = desk.ask().await;
    let why = "another process went on with this source meanwhile";
    assert_eq!(fault(&report), (Blame::Ours, why));
    assert_eq!(desk.notes.get("reconcile/casso/shop").as_deref(), Some(other), "left as it is");
}

/// Notes as one read them who was a moment too early to see what another wrote.
struct Early(Arc<MemoryNotes>, Mutex<Option<String>>);

#[async_trait]
impl Notes for Early {
    async fn note(&self, name: &str) -> Result<Option<String>, PortError> {
        let early = self.1.lock().unwrap().take();
        if early.is_some() { Ok(early) } else { self.0.note(name).await }
    }

    async fn set_note(&self, name: &str, was: Option<&str>, now: &str) -> Result<bool, PortError> {
        self.0.set_note(name, was, now).await
    }
}

#[tokio::test]
async fn of_two_who_begin_within_one_second_one_asks() {
    const NOTE: &str = "reconcile/casso/shop";
    let desk = Desk::new("casso", Faults::none());
    let (notes, begun) = (Arc::clone(&desk.notes), Arc::new(Mutex::new(None)));
    let seen = Arc::clone(&begun);
    let server = ApiServer::start(desk.world.clock.clone(), move |_| {
        *seen.lock().unwrap() = notes.get(NOTE);
        reply(200, r#"{"error":0,"data":{"records":[]}}"#)
    })
    .await;
    let desk = desk.open(casso_key(server.base()));
    let before = r#"{"v":1,"asked":1}"#;
    desk.notes.put(NOTE, before);
    assert_eq!(desk.ask().await.fault, None);
    // As it stood while the first was asking; the second read it before.
    let begun = begun.lock().unwrap().clone().unwrap();
    desk.notes.put(NOTE, &begun);
    let early = Early(Arc::clone(&desk.notes), Mutex::new(Some(before.to_owned())));
    let second = Reconcile { notes: Arc::new(early), ..flow(&desk.world, &desk.notes) };
    assert_eq!(second.run(desk.now() + crate::desk::MINUTE).await.unwrap(), []);
    assert_eq!((server.asked().len(), desk.notes.get(NOTE)), (1, Some(begun)));
}

#[tokio::test]
async fn a_note_that_nobody_can_read_is_begun_anew() {
    let desk = Desk::new("casso", Faults::none());
    let casso = CassoApi::start(desk.world.clock.clone()).await;
    casso.put(desk.row(1, 1000, 60));
    let desk = desk.open(casso_key(casso.server.base()));
    for (minutes, note) in
        [(0, "nonsense"), (31, r#"{"v":1,"asked":1,"cursor":"nonsense"}"#), (31, r#"{"v":9}"#)]
    {
        desk.advance(minutes);
        desk.notes.put("reconcile/casso/shop", note);
        let (known, gaps, ..) = found(&desk.ask().await);
        assert_eq!(known + gaps, 1, "{note}");
        assert_eq!(desk.note()["v"], 1);
    }
}

#[tokio::test]
async fn the_flow_may_run_on_any_thread() {
    let desk = Desk::new("casso", Faults::none());
    let until = desk.now();
    let run = tokio::spawn(async move { desk.flow.run(until).await });
    assert_eq!(run.await.unwrap().unwrap(), []);
}
