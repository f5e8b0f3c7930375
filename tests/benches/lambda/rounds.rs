//! Starts the functions in turns, so that whatever else the machine does strikes all alike, and takes
//! the figures of each start.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::DeflateEncoder;

use crate::figures::{Figures, Start, medians, quantile};
use crate::world::{BARE, DISPATCH, World, acknowledged, dealt_with, sqs_event};
use crate::{Anything, hooks, timestamp};
use testkit::real::Function;

/// What a zip adds to a deflated file of a short name.
const ZIP_HEADERS: usize = 140;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    /// Starts of each function.
    pub(crate) starts: usize,
    /// Events of each start after the first.
    pub(crate) warm: u64,
    /// Events whose time is taken, the endpoints being slow.
    pub(crate) timed: u64,
    /// How slow.
    pub(crate) latency: Duration,
}

/// Figures of each function, in the order of `names`.
pub(crate) async fn measure(
    world: &World,
    names: &[&str],
    scale: Scale,
) -> Result<Vec<Figures>, Anything> {
    let mut starts = vec![Vec::new(); names.len()];
    let mut walls = vec![Vec::new(); names.len()];
    let mut number = 7_000_000;
    for round in 0..scale.starts {
        for (at, name) in names.iter().enumerate() {
            let timed = if round + 1 == scale.starts { scale.timed } else { 0 };
            let count = 1 + scale.warm + timed;
            let events = events(world, name, number, count).await?;
            number += count;
            let (start, wall) = one(world, name, &events, scale).await?;
            starts[at].push(start);
            walls[at] = wall;
        }
    }
    let mut all = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let wall = [50, 99].map(|percent| quantile(walls[at].clone(), percent));
        let zip = zipped(&world.program(name))?;
        all.push(Figures { start: medians(&starts[at]), wall, zip });
    }
    Ok(all)
}

/// Events for a function, each another.
async fn events(world: &World, name: &str, from: u64, count: u64) -> Result<Vec<Bytes>, Anything> {
    if name == DISPATCH {
        let messages = world.messages(from, count).await?;
        return Ok(messages.iter().map(|message| sqs_event(message)).collect());
    }
    let provider = if name == BARE { "casso" } else { name };
    (from..from + count).map(|id| hooks::hook(provider, id, 20_000, timestamp())).collect()
}

/// One start: the first event, the warm ones, and those whose time is taken.
async fn one(
    world: &World,
    name: &str,
    events: &[Bytes],
    scale: Scale,
) -> Result<(Start, Vec<Duration>), Anything> {
    let mut function = world.start(name).await?;
    let ready = function.cpu().await?;
    let warm = usize::try_from(scale.warm)?;
    let (first, others) = events.split_at(1);
    let (others, timed) = others.split_at(warm);
    run(&mut function, name, first).await?;
    let cold = function.cpu().await?;
    run(&mut function, name, others).await?;
    let all = function.cpu().await?;
    let peak_kib = function.peak_kib()?;
    world.canned.set_latency(scale.latency);
    let wall = run(&mut function, name, timed).await;
    world.canned.set_latency(Duration::ZERO);
    // What is still on the queue belongs to nobody.
    world.canned.receive();
    world.canned.account()?;
    let warm = (all - cold) / u32::try_from(warm)?;
    Ok((Start { ready, cold, warm, peak_kib }, wall?))
}

async fn run(
    function: &mut Function,
    name: &str,
    events: &[Bytes],
) -> Result<Vec<Duration>, Anything> {
    let mut times = Vec::new();
    for event in events {
        let (answer, time) = function.invoke(event.clone()).await?;
        if name == DISPATCH {
            dealt_with(&answer)?;
        } else {
            acknowledged(&answer)?;
        }
        times.push(time);
    }
    Ok(times)
}

/// The size of the zip that is uploaded.
fn zipped(program: &Path) -> Result<usize, Anything> {
    let mut deflate = DeflateEncoder::new(Vec::new(), Compression::best());
    deflate.write_all(&fs::read(program)?)?;
    Ok(deflate.finish()?.len() + ZIP_HEADERS)
}
