//! A console beside a [`World`]: the same books, the same wire, the same clock.

use std::sync::Arc;

use console::access::Throttle;
use console::people::Passwords;
use console::{Console, Judge};
use domain::{Channel, Dispatch, Egress, Entropy, Provider, TokenCache};

use crate::clock::{HandTimer, SeededEntropy};
use crate::memory::MemoryCabinet;
use crate::world::World;

/// A console over a world's ports, with a new cabinet, whose destinations are judged like this.
pub fn console(
    world: &World,
    providers: &'static [&'static dyn Provider],
    channels: &'static [&'static dyn Channel],
    judge: Arc<Judge>,
) -> Arc<Console> {
    console_through(world, providers, channels, judge, world.wire.clone())
}

/// The same, whose test calls leave by this door.
pub fn console_through(
    world: &World,
    providers: &'static [&'static dyn Provider],
    channels: &'static [&'static dyn Channel],
    judge: Arc<Judge>,
    egress: Arc<dyn Egress>,
) -> Arc<Console> {
    let entropy: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(7));
    let dispatch = Dispatch {
        ledger: world.ledger.clone(),
        queue: world.queue.clone(),
        directory: world.directory.clone(),
        egress,
        lanes: world.gate.clone(),
        screen: world.wire.clone(),
        clock: world.clock.clone(),
        timer: Arc::new(HandTimer(world.clock.clone())),
        entropy: Arc::clone(&entropy),
        channels,
        tokens: TokenCache::default(),
    };
    Arc::new(Console {
        entries: world.directory.clone(),
        directory: world.directory.clone(),
        cabinet: Arc::new(MemoryCabinet::default()),
        ledger: world.ledger.clone(),
        survey: world.ledger.clone(),
        log: world.ledger.clone(),
        queue: world.queue.clone(),
        dispatch: Arc::new(dispatch),
        clock: world.clock.clone(),
        entropy,
        throttle: Throttle::default(),
        passwords: Passwords::default(),
        plain: false,
        channels,
        providers,
        public_url: Some("https://hooks.example.com".to_owned()),
        judge,
    })
}
