//! Who acts: providers that call and call again, processes that answer, deliver and sweep, and an
//! operator. What a process does dies with it; providers and operators live outside.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use domain::{
    Ack, Dispatch, EventKey, Handled, Inbox as _, Ingest, Ledger as _, Mark, Message, Name,
    PortError, Request, Retention, Sweep, TokenCache,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::SignedDuration;

use super::hall::{Idle, later};
use super::journey::{Act, Call};
use super::plan::Shape;
use super::ports::Desk;
use super::scene::Scene;

/// Longer than the longest lease.
const VISIBILITY: Duration = Duration::from_secs(80);
/// How long a provider waits for its answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a process is down, and a provider or operator waits for it, at least.
const DOWN: Duration = Duration::from_secs(2);
const KEPT: Retention =
    Retention { keys: SignedDuration::from_hours(4320), bodies: SignedDuration::from_hours(4320) };

/// The flows of one life of a process.
pub(super) struct Flows {
    desk: Arc<Desk>,
    ingest: Ingest,
    dispatch: Dispatch,
    sweep: Sweep,
    sweeping: AtomicBool,
}

/// What the processes are called in a shape; the place in this list is the process.
pub(super) fn names(shape: Shape) -> &'static [&'static str] {
    match shape {
        Shape::One => &["serve"],
        Shape::Many => &["door", "worker-a", "worker-b", "sweep-a", "sweep-b"],
    }
}

fn flows(scene: &Arc<Scene>, process: usize) -> Option<Arc<Flows>> {
    let here = scene.processes.get(process)?;
    let life = here.state.lock().unwrap_or_else(PoisonError::into_inner).deaths;
    let desk = Arc::new(Desk {
        scene: Arc::clone(scene),
        process,
        life,
        name: here.name,
        skew: here.skew,
        lanes: Arc::new(Mutex::new(HashMap::new())),
    });
    let protocols = scene.protocols;
    let ingest = Ingest::new(desk.clone(), desk.clone(), desk.clone(), protocols.providers);
    let dispatch = Dispatch {
        ledger: desk.clone(),
        queue: desk.clone(),
        directory: desk.clone(),
        egress: desk.clone(),
        lanes: desk.clone(),
        screen: desk.clone(),
        clock: desk.clone(),
        timer: desk.clone(),
        entropy: desk.clone(),
        channels: protocols.channels,
        tokens: TokenCache::default(),
    };
    let listened = |name: &str| {
        scene.journey.hours && scene.journey.sources.iter().any(|s| s.provider == name)
    };
    let providers = protocols.providers.iter().map(|one| one.name());
    let sweep = Sweep {
        ledger: desk.clone(),
        survey: desk.clone(),
        // No journey has summaries: nothing is asked of it.
        log: scene.ledger.clone(),
        notes: desk.clone(),
        queue: desk.clone(),
        dead_letters: desk.clone(),
        directory: desk.clone(),
        clock: desk.clone(),
        channels: protocols.channels,
        providers: providers.filter(|name| listened(name)).collect(),
        probe_every: scene.journey.probe_every,
        kept: KEPT,
    };
    Some(Arc::new(Flows { desk, ingest, dispatch, sweep, sweeping: AtomicBool::new(false) }))
}

/// A process starts, or starts again.
pub(super) fn boot(scene: &Arc<Scene>, process: usize) {
    let Some(flows) = flows(scene, process) else { return };
    scene.record.trace(scene.hall.now(), flows.desk.name, &|| "starts".to_owned());
    if scene.shape == Shape::One {
        scene.ledger.end_leases();
        scene.queue.show_all();
    }
    if let Some(here) = scene.processes.get(process) {
        let mut state = here.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.flows = Some(Arc::clone(&flows));
    }
    if scene.shape == Shape::One || flows.desk.name.starts_with("worker") {
        scene.hall.spawn(Some(process), consume(flows));
    }
}

/// A process died; it starts again a little later.
pub(super) fn bury(scene: &Arc<Scene>, process: usize) {
    let Some(here) = scene.processes.get(process) else { return };
    let now = scene.hall.now();
    {
        let mut state = here.state.lock().unwrap_or_else(PoisonError::into_inner);
        scene.record.died(process, state.deaths, now);
        state.deaths += 1;
        state.flows = None;
    }
    scene.record.trace(now, here.name, &|| "dies".to_owned());
    let down =
        DOWN + Duration::from_millis(scene.hall.chance(if scene.steady { 1 } else { 60_000 }));
    let again = Arc::clone(scene);
    scene.hall.spawn(None, async move {
        again.hall.sleep(down).await;
        boot(&again, process);
    });
}

/// A worker: receives, has each message handled by itself, and deletes what is done.
async fn consume(flows: Arc<Flows>) {
    let hall = Arc::clone(&flows.desk.scene.hall);
    loop {
        hall.idle(Idle::Message).await;
        // An error is met again at the next look.
        let received = flows.desk.receive(10, hall.now(), VISIBILITY).await;
        let Ok(messages) = received else {
            hall.sleep(Duration::from_secs(1)).await;
            continue;
        };
        for message in messages {
            let (process, flows) = (Some(flows.desk.process), Arc::clone(&flows));
            hall.spawn(process, async move {
                // What fails comes again when its visibility ends.
                _ = handle(&flows, &message).await;
            });
        }
    }
}

async fn handle(flows: &Flows, message: &Message) -> Result<(), PortError> {
    match flows.dispatch.handle(&message.envelope).await? {
        Handled::Done(_) => flows.desk.delete(std::slice::from_ref(&message.receipt)).await,
        Handled::Unfinished { error, .. } => Err(error),
        Handled::Poison { reason, .. } => {
            let at = flows.desk.scene.hall.now();
            domain::Inbox::bury(&*flows.desk, &message.receipt, &reason, at).await
        }
    }
}

/// The schedule of the sweep: every minute in which it would find something; sometimes two at once.
pub(super) async fn tick(scene: Arc<Scene>) {
    loop {
        scene.hall.idle(Idle::Mending).await;
        let now = scene.hall.now();
        *scene.swept.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
        match scene.shape {
            Shape::One => sweep(&scene, 0),
            Shape::Many => {
                sweep(&scene, 3);
                if !scene.steady && scene.hall.chance(4) == 0 {
                    sweep(&scene, 4);
                }
            }
        }
    }
}

fn sweep(scene: &Arc<Scene>, process: usize) {
    let Some(flows) = living(scene, process) else { return };
    // One machine runs one at a time; in a cloud one may begin while another stalls.
    if flows.sweeping.swap(true, Ordering::Relaxed) && scene.shape == Shape::One {
        return;
    }
    scene.hall.spawn(Some(process), async move {
        let swept = flows.sweep.run().await;
        flows.sweeping.store(false, Ordering::Relaxed);
        flows.desk.tell(&|| format!("swept: {swept:?}"));
    });
}

fn living(scene: &Scene, process: usize) -> Option<Arc<Flows>> {
    let here = scene.processes.get(process)?;
    here.state.lock().unwrap_or_else(PoisonError::into_inner).flows.clone()
}

/// A provider: calls, and calls again until it is told success or has no more patience.
pub(super) async fn provide(scene: Arc<Scene>, call: Call) {
    scene.hall.until(later(scene.start, call.after)).await;
    let mut waits = call.again.iter();
    loop {
        if ask(&scene, &call).await.is_some_and(|ack| ack.is_success()) {
            let mut seen = scene.record.seen();
            let brings = call.brings.iter();
            seen.acknowledged.extend(brings.map(|(key, n)| (EventKey::from_stored(key), *n)));
            break;
        }
        let Some(wait) = waits.next() else {
            scene.record.seen().given_up += 1;
            break;
        };
        scene.hall.sleep(*wait).await;
    }
    scene.pending.fetch_sub(1, Ordering::Relaxed);
}

/// One call: the answer, if one comes in time.
async fn ask(scene: &Arc<Scene>, call: &Call) -> Option<Ack> {
    let Some(flows) = living(scene, 0) else {
        scene.record.trace(scene.hall.now(), "provider", &|| format!("{}: no one", call.path));
        return None;
    };
    let slot: Arc<Mutex<Option<Ack>>> = Arc::default();
    let (answer, asked) = (Arc::clone(&slot), call.clone());
    scene.hall.spawn(Some(0), async move {
        let ack = answered(&flows, &asked).await;
        *answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(ack);
    });
    let end = later(scene.hall.now(), PATIENCE);
    loop {
        if let Some(ack) = slot.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let status = ack.status;
            scene.record.trace(scene.hall.now(), "provider", &|| format!("{} {status}", call.path));
            return Some(ack);
        }
        if scene.hall.now() >= end {
            scene.record.trace(scene.hall.now(), "provider", &|| format!("{}: late", call.path));
            return None;
        }
        scene.hall.sleep(Duration::from_millis(50)).await;
    }
}

async fn answered(flows: &Flows, call: &Call) -> Ack {
    let mut headers = HeaderMap::new();
    if let Ok(proof) = HeaderValue::from_str(call.proof.1) {
        headers.insert(HeaderName::from_static(call.proof.0), proof);
    }
    let json = HeaderValue::from_static("application/json");
    headers.insert(http::header::CONTENT_TYPE, json);
    let request = Request {
        method: &Method::POST,
        path: call.path,
        query: "",
        headers: &headers,
        body: Ok(Bytes::copy_from_slice(call.body.as_bytes())),
        receipt: "receipt",
        received: domain::Clock::now(&*flows.desk),
    };
    flows.ingest.answer(request).await
}

/// An operator: does it, and again until it is done.
pub(super) async fn operate(scene: Arc<Scene>, after: Duration, act: Act) {
    scene.hall.until(later(scene.start, after)).await;
    scene.record.trace(scene.hall.now(), "operator", &|| format!("{act:?}"));
    let (name, mark) = match act {
        Act::Pause(name) => (name, Some(Mark::Pause)),
        Act::Resume(name) => (name, Some(Mark::Resume)),
        Act::Remove(name) => (name, None),
    };
    let Ok(name) = Name::parse(name) else { return };
    match mark {
        Some(mark) => loop {
            let flows = living(&scene, 0);
            if let Some(flows) = flows
                && flows
                    .desk
                    .scene
                    .ledger
                    .mark(&name, &mark, domain::Clock::now(&*flows.desk))
                    .await
                    .is_ok()
            {
                break;
            }
            scene.hall.sleep(DOWN).await;
        },
        None => scene.directory.remove_destination(&name),
    }
    scene.pending.fetch_sub(1, Ordering::Relaxed);
}
