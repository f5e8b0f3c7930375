//! Figures of several starts, their medians, and how they are written.

use std::time::Duration;

/// What one start of a function showed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Start {
    /// CPU from the start to the first request for an event.
    pub(crate) ready: Duration,
    /// CPU from the start through the first event.
    pub(crate) cold: Duration,
    /// CPU of one of the later events.
    pub(crate) warm: Duration,
    /// The most memory, in KiB.
    pub(crate) peak_kib: u64,
}

/// What all starts of a function showed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Figures {
    /// The medians.
    pub(crate) start: Start,
    /// Time of an event with endpoints that take their time: p50 and p99.
    pub(crate) wall: [Duration; 2],
    /// The zip, in bytes.
    pub(crate) zip: usize,
}

/// The medians of each figure.
pub(crate) fn medians(starts: &[Start]) -> Start {
    Start {
        ready: median(starts.iter().map(|start| start.ready)),
        cold: median(starts.iter().map(|start| start.cold)),
        warm: median(starts.iter().map(|start| start.warm)),
        peak_kib: median(starts.iter().map(|start| start.peak_kib)),
    }
}

fn median<T: Ord + Copy + Default>(values: impl Iterator<Item = T>) -> T {
    quantile(values.collect(), 50)
}

/// The value below which so many of a hundred are.
pub(crate) fn quantile<T: Ord + Copy + Default>(mut values: Vec<T>, percent: usize) -> T {
    values.sort_unstable();
    values.get(values.len() * percent / 100).copied().unwrap_or_default()
}

/// `3.21 ms`.
pub(crate) fn millis(time: Duration) -> String {
    let micros = time.as_micros();
    format!("{}.{:02} ms", micros / 1000, micros % 1000 / 10)
}

/// `321 µs`.
pub(crate) fn micros(time: Duration) -> String {
    format!("{} µs", time.as_micros())
}

/// `12.3`, of tenths.
pub(crate) fn tenths(tenths: u128) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// How many times `floor` goes into `time`, in tenths.
pub(crate) fn ratio(time: Duration, floor: Duration) -> u128 {
    (time.as_nanos() * 10 + floor.as_nanos() / 2) / floor.as_nanos().max(1)
}

/// KiB or bytes as MiB with a tenth.
pub(crate) fn mib(bytes: u128) -> String {
    tenths((bytes * 10 + (1 << 19)) >> 20)
}
