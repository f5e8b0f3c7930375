//! Destinations that keep books: every request that arrived whole is counted by its `webhook-id`, or
//! where a chat's message has none, by what it says; with what was answered. How a destination behaves
//! is a rule.

use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use sha2::{Digest as _, Sha256};

use super::front::{Answer, Answers, json, listen};
use super::{Anything, casso};

/// What is asked of a rule.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The destination: the path.
    pub place: &'a str,
    /// Which message.
    pub id: &'a str,
    /// How often it has come before.
    pub before: u32,
}

/// What a rule says.
#[derive(Debug, Clone, Copy)]
pub struct Says {
    /// The status.
    pub status: u16,
    /// How long it takes.
    pub after: Duration,
}

impl Says {
    /// At once.
    pub fn now(status: u16) -> Self {
        Self { status, after: Duration::ZERO }
    }
}

type Rule = dyn Fn(Asked<'_>) -> Says + Send + Sync;

/// How often a message came.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    /// Arrived whole.
    pub arrived: u32,
    /// Of those, answered with 200.
    pub taken: u32,
}

/// The destinations.
pub struct Books {
    /// Where they listen.
    pub address: SocketAddr,
    desk: Arc<Desk>,
}

struct Desk {
    rule: Box<Rule>,
    pages: Mutex<HashMap<String, Page>>,
}

/// Of one destination.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// By id.
    pub tallies: HashMap<String, Tally>,
    /// In how many messages that were taken a transfer's number stands.
    pub told: HashMap<u64, u32>,
    /// Messages taken, repeats included.
    pub taken: u64,
}

impl Books {
    /// Opens them.
    pub async fn open(
        rule: impl Fn(Asked<'_>) -> Says + Send + Sync + 'static,
    ) -> Result<Self, Anything> {
        let desk = Arc::new(Desk { rule: Box::new(rule), pages: Mutex::default() });
        Ok(Self { address: listen(Arc::clone(&desk)).await?, desk })
    }

    /// What a destination's URL is.
    pub fn url(&self, place: &str) -> String {
        format!("http://{}/{place}", self.address)
    }

    /// A destination's page.
    pub fn page(&self, place: &str) -> Page {
        self.desk.pages().get(place).cloned().unwrap_or_default()
    }

    /// How many messages a destination took.
    pub fn taken(&self, place: &str) -> u64 {
        self.desk.pages().get(place).map_or(0, |page| page.taken)
    }
}

impl std::fmt::Debug for Books {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Books").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Desk {
    fn pages(&self) -> MutexGuard<'_, HashMap<String, Page>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, place: &str, id: &str, body: &[u8], webhook: bool) -> Says {
        let mut pages = self.pages();
        let page = pages.entry(place.to_owned()).or_default();
        let tally = page.tallies.entry(id.to_owned()).or_default();
        let says = (self.rule)(Asked { place, id, before: tally.arrived });
        tally.arrived += 1;
        if says.status == 200 {
            tally.taken += 1;
            page.taken += 1;
            if !webhook {
                for number in numbers(body) {
                    *page.told.entry(number).or_default() += 1;
                }
            }
        }
        says
    }
}

impl Answers for Desk {
    async fn answer(&self, request: Request<Bytes>) -> Answer {
        let place = request.uri().path().trim_start_matches('/').to_owned();
        let body = request.body();
        let id = request.headers().get("webhook-id").and_then(|id| id.to_str().ok());
        let named = id.map_or_else(|| hex::encode(Sha256::digest(body)), ToOwned::to_owned);
        let says = self.note(&place, &named, body, id.is_some());
        if !says.after.is_zero() {
            tokio::time::sleep(says.after).await;
        }
        json(says.status, if says.status == 200 { "ok" } else { "no" })
    }
}

/// The numbers of the transfers that a message names, each once.
fn numbers(body: &[u8]) -> BTreeSet<u64> {
    let text = String::from_utf8_lossy(body);
    let codes = text.split("DH").skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        casso::number(&rest[..end])
    });
    codes.flatten().collect()
}
