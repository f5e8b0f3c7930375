//! What is to be told, before a provider dresses it: a kind of event, a number nobody used before,
//! money, a memo, people. All invented.

use domain::VIETNAM;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::args::AuthMode;

const PEOPLE: [&str; 8] = [
    "NGUYEN THI MAI",
    "TRAN VAN HUNG",
    "LE THU TRANG",
    "PHAM QUOC BAO",
    "HOANG MINH CHAU",
    "VO THANH DAT",
    "DANG NGOC LAN",
    "BUI GIA HAN",
];

/// One thing that happened.
#[derive(Debug, Clone)]
pub(super) struct Story {
    /// One of the provider's kinds.
    pub(super) kind: &'static str,
    /// Unique to this event.
    pub(super) number: u64,
    /// Đồng.
    pub(super) amount: u32,
    /// The memo.
    pub(super) content: String,
    /// The other side.
    pub(super) person: &'static str,
    /// When.
    pub(super) at: Timestamp,
}

/// How a call is proven.
#[derive(Debug, Clone, Default)]
pub(super) struct Proof {
    /// The way, where the provider has several.
    pub(super) mode: Option<AuthMode>,
    /// The secret.
    pub(super) secret: String,
    /// The header that the operator chose (Abaha).
    pub(super) header: Option<String>,
    /// Who we are at the token endpoint (SePay).
    pub(super) client_id: Option<String>,
    /// The token that was fetched there.
    pub(super) token: Option<String>,
}

/// A request, but for its URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    /// What the path goes on with after the source.
    pub(super) tail: &'static str,
    /// The content type.
    pub(super) content_type: &'static str,
    /// The proof's headers.
    pub(super) headers: Vec<(String, String)>,
    /// The body.
    pub(super) body: String,
}

impl Story {
    /// A story from a draw of randomness, with what the operator typed.
    pub(super) fn new(
        kind: &'static str,
        number: u64,
        draw: u64,
        amount: Option<u32>,
        content: Option<String>,
        at: Timestamp,
    ) -> Self {
        let pick = |salt: u64, of: u64| (draw >> salt) % of;
        let thousands = u32::try_from(pick(8, 4_990) + 10).unwrap_or(10);
        let person = usize::try_from(pick(32, 8)).unwrap_or(0);
        let order = number % 1_000_000;
        Self {
            kind,
            number,
            amount: amount.unwrap_or(thousands * 1_000),
            content: content.unwrap_or_else(|| format!("DH{order:06} chuyen tien mua hang")),
            person: PEOPLE[person],
            at,
        }
    }

    /// The time as banks write it: Vietnam's, without a zone.
    pub(super) fn local_time(&self) -> String {
        self.zoned("%Y-%m-%d %H:%M:%S")
    }

    /// The time with its zone.
    pub(super) fn rfc3339(&self) -> String {
        self.zoned("%Y-%m-%dT%H:%M:%S%:z")
    }

    /// A bank's reference.
    pub(super) fn reference(&self) -> String {
        format!("FT{}", self.number)
    }

    fn zoned(&self, format: &str) -> String {
        self.at.to_zoned(TimeZone::fixed(VIETNAM)).strftime(format).to_string()
    }
}

/// The first number of a run: later runs start higher, as long as no run sends a thousand events per
/// millisecond. Small enough for every JSON reader.
pub(super) fn first_number(now: Timestamp) -> u64 {
    now.as_millisecond().unsigned_abs() * 1_000
}
