//! The course of a load: looked at every second while the senders work, then until the backlog is
//! drained, then held against the destination's books.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::Name;
use testkit::real::books::Books;
use testkit::real::caller::{Door, Rhythm, Seen, Senders};
use testkit::real::table::{Table, grouped, millis};
use testkit::real::{Anything, casso, now, timestamp};
use tokio::time::{Instant, sleep_until};

/// The only destination.
pub(crate) const PLACE: &str = "plain";
const SECOND: Duration = Duration::from_secs(1);
/// A backlog that lasts longer than this will not be drained.
const PATIENCE: Duration = Duration::from_secs(600);

/// One second.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Second {
    pub(crate) acknowledged: u64,
    pub(crate) delivered: u64,
    pub(crate) backlog: u64,
    pub(crate) half: Duration,
    pub(crate) most: Duration,
    pub(crate) longest: Duration,
    pub(crate) resident_kib: u64,
}

/// The whole.
#[derive(Debug)]
pub(crate) struct Course {
    pub(crate) seconds: Vec<Second>,
    pub(crate) seen: Seen,
    /// Of every hook, shortest first.
    waits: Vec<Duration>,
    /// How long the senders worked.
    pub(crate) lasted: Duration,
    /// From the last hook until the last delivery.
    pub(crate) drained_in: Option<Duration>,
    pub(crate) lost: u64,
    pub(crate) repeated: u64,
}

impl Course {
    /// Sends for so long.
    pub(crate) async fn run<D: Door>(
        door: Arc<D>,
        rhythm: Rhythm,
        lasting: Duration,
        books: &Books,
        resident_kib: impl Fn() -> Result<u64, Anything>,
    ) -> Result<Self, Anything> {
        let (started, already) = (now(), books.taken(PLACE));
        let senders = Senders::start(door, rhythm);
        let (mut seconds, mut waits, mut next) = (Vec::new(), Vec::new(), Instant::now());
        let (mut delivered, mut total) = (0, 0);
        while started.elapsed() < lasting {
            next += SECOND;
            sleep_until(next).await;
            let mut these = std::mem::take(&mut senders.seen().waits);
            these.sort_unstable();
            let taken = books.taken(PLACE) - already;
            total += count(these.len());
            seconds.push(Second {
                acknowledged: count(these.len()),
                delivered: taken - delivered,
                backlog: total.saturating_sub(taken),
                half: of(&these, 500),
                most: of(&these, 990),
                longest: of(&these, 1_000),
                resident_kib: resident_kib()?,
            });
            delivered = taken;
            waits.extend(these);
        }
        let mut seen = senders.end().await;
        let (lasted, ended) = (started.elapsed(), now());
        waits.append(&mut seen.waits);
        waits.sort_unstable();
        let all = count(seen.acknowledged.len());
        while books.taken(PLACE) - already < all && ended.elapsed() < PATIENCE {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let drained_in = (books.taken(PLACE) - already >= all).then(|| ended.elapsed());
        let (lost, repeated) = compared(books, &seen)?;
        Ok(Self { seconds, seen, waits, lasted, drained_in, lost, repeated })
    }

    /// Whether all is as promised.
    pub(crate) fn passed(&self) -> bool {
        self.lost == 0 && self.repeated == 0 && self.drained_in.is_some()
    }

    /// Acknowledgements per second.
    pub(crate) fn rate(&self) -> u64 {
        let all = u128::try_from(self.waits.len()).unwrap_or(u128::MAX);
        u64::try_from(all * 1_000 / self.lasted.as_millis().max(1)).unwrap_or(u64::MAX)
    }

    /// Adds its rows.
    pub(crate) fn tell(&self, table: &mut Table, what: &str) {
        let row = |row: &str| format!("{what}: {row}");
        let all = grouped(count(self.seen.acknowledged.len()));
        let lasted = self.lasted.as_secs();
        table.add(row("acknowledged"), format!("{all} in {lasted} s, {}/s", self.rate()), "");
        let waits = [500, 950, 990, 999, 1_000].map(|which| millis(of(&self.waits, which)));
        table.add(row("to acknowledge, p50 / p95 / p99 / p99.9 / longest"), waits.join(" / "), "");
        table.add(row("lost"), grouped(self.lost), "0");
        table.add(row("delivered twice"), grouped(self.repeated), "0");
        let backlog = self.seconds.iter().map(|second| second.backlog).max().unwrap_or_default();
        table.add(row("backlog at most"), grouped(backlog), "");
        let drained = self.drained_in.map_or_else(|| "NOT DRAINED".to_owned(), millis);
        table.add(row("backlog drained after the last hook in"), drained, "");
        let resident: Vec<String> = [1, 25, 50, 75, 100]
            .into_iter()
            .filter_map(|percent| self.seconds.get(self.seconds.len() * percent / 101))
            .map(|second| format!("{} MiB", second.resident_kib.div_ceil(1_024)))
            .collect();
        table.add(row("resident at 1, 25, 50, 75, 100 %"), resident.join(" / "), "flat");
    }

    /// Writes it down, second by second.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Anything> {
        let mut file = File::create(path)?;
        writeln!(
            file,
            "second,acknowledged,delivered,backlog,p50_us,p99_us,longest_us,resident_kib"
        )?;
        for (n, s) in self.seconds.iter().enumerate() {
            let [half, most, longest] = [s.half, s.most, s.longest].map(|wait| wait.as_micros());
            writeln!(
                file,
                "{},{},{},{},{half},{most},{longest},{}",
                n + 1,
                s.acknowledged,
                s.delivered,
                s.backlog,
                s.resident_kib
            )?;
        }
        Ok(())
    }
}

/// How many acknowledged hooks never came to the destination, and how many messages came again.
fn compared(books: &Books, seen: &Seen) -> Result<(u64, u64), Anything> {
    let (page, name) = (books.page(PLACE), Name::parse(PLACE)?);
    let (mut lost, mut repeated) = (0, 0);
    for number in &seen.acknowledged {
        for event in casso::events(*number, 1, timestamp())? {
            let id = event.delivery_to(&name).id();
            let taken = page.tallies.get(id.as_str()).map_or(0, |tally| tally.taken);
            lost += u64::from(taken == 0);
            repeated += u64::from(taken.saturating_sub(1));
        }
    }
    Ok((lost, repeated))
}

/// The wait that this many of a thousand did not exceed.
fn of(waits: &[Duration], of_a_thousand: usize) -> Duration {
    let at = waits.len().saturating_sub(1) * of_a_thousand / 1_000;
    waits.get(at).copied().unwrap_or_default()
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
