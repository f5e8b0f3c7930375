//! What one event costs on its way from hook to delivered, counted, times list prices. The front door
//! (HTTP API, or none with function URLs) is beside it, and so is storage.

use std::time::Duration;

use crate::canned::Account;
use crate::figures::Figures;

/// The memory of the ingest functions and of `dispatch`, in MiB, as the template says.
pub(crate) const MEMORY: [u128; 2] = [512, 128];
/// Of how much memory a whole processor is had.
const MEMORY_OF_A_PROCESSOR: u128 = 1769;

/// List prices, in millionths of a dollar per million.
pub(crate) struct Prices {
    /// The region and when they were read.
    pub(crate) of: &'static str,
    writes: u128,
    reads: u128,
    queue_requests: u128,
    invocations: u128,
    gb_milliseconds: u128,
    log_gigabyte: u128,
}

/// On-demand, arm64, standard queue, first tiers, without the free tier.
pub(crate) const REGIONS: [Prices; 2] = [
    Prices {
        of: "us-east-1, list prices as of 2025",
        writes: 625_000,
        reads: 125_000,
        queue_requests: 400_000,
        invocations: 200_000,
        gb_milliseconds: 13_333,
        log_gigabyte: 500_000,
    },
    Prices {
        of: "ap-southeast-1, list prices as of 2025; check them",
        writes: 712_000,
        reads: 142_000,
        queue_requests: 400_000,
        invocations: 200_000,
        gb_milliseconds: 13_333,
        log_gigabyte: 700_000,
    },
];

/// What an event used.
#[derive(Debug, Clone, Default)]
pub(crate) struct Used {
    /// Write units.
    pub(crate) writes: usize,
    /// Read units, of consistent reads.
    pub(crate) reads: usize,
    /// Sending, and receiving and deleting by the event source mapping, a message at a time.
    pub(crate) queue_requests: usize,
    /// Of both functions.
    pub(crate) log_bytes: usize,
    /// For which both functions are billed together: MiB times milliseconds.
    pub(crate) lambda: u128,
}

impl Used {
    /// What two accounts say that the two functions of one event used.
    pub(crate) fn of(accounts: [&Account; 2], log_bytes: usize, lambda: u128) -> Self {
        let mut used = Self { queue_requests: 2, log_bytes, lambda, ..Self::default() };
        for account in accounts {
            let units =
                account.writes.iter().map(|write| write.charge.table + write.charge.indexes);
            used.writes += units.sum::<usize>();
            used.reads += account.read_units;
            used.queue_requests += account.queue_requests;
        }
        used
    }

    /// Each part of the price of a million events, in millionths of a dollar.
    pub(crate) fn parts(&self, at: &Prices) -> [(&'static str, u128); 6] {
        [
            ("DynamoDB writes", self.writes as u128 * at.writes),
            ("DynamoDB reads", self.reads as u128 * at.reads),
            ("SQS requests", self.queue_requests as u128 * at.queue_requests),
            ("Lambda invocations", 2 * at.invocations),
            ("Lambda time", self.lambda * at.gb_milliseconds / 1024),
            ("logs", self.log_bytes as u128 * at.log_gigabyte / 1000),
        ]
    }
}

/// What a warm event is billed, MiB times milliseconds: what it waits, and its CPU as slow as Lambda's
/// share of a processor.
pub(crate) fn billed(figures: &Figures, memory: u128) -> u128 {
    let [p50, _] = figures.wall;
    let waits = p50.saturating_sub(figures.start.warm);
    let cpu = figures.start.warm.as_nanos() * MEMORY_OF_A_PROCESSOR / memory;
    (waits.as_nanos() + cpu).div_ceil(Duration::from_millis(1).as_nanos()) * memory
}

/// `1.23`, of millionths of a dollar.
pub(crate) fn dollars(millionths: u128) -> String {
    let cents = (millionths + 5_000) / 10_000;
    format!("{}.{:02}", cents / 100, cents % 100)
}
