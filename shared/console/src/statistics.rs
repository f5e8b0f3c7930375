//! `/api/v1/statistics`: what days brought; and `/api/v1/bank-accounts`: the accounts that were seen
//! meanwhile. Vietnam's days.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use domain::{Days, Entry, EntryId, MoneyTotal, Number, PortError, SourceId, Tally, VIETNAM, days};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::{EventRead, Granted};
use crate::body::Queried;
use crate::problem::{Failed, Faults};
use crate::{Console, Desk, Problem};

/// The most days of one answer.
const MOST_DAYS: i32 = 366;
/// Days where nobody says how many.
const DAYS: i32 = 7;
/// How far back accounts are looked for.
const ACCOUNTS_BACK: i32 = 90;

/// What is asked of the statistics.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// The first day: `2026-11-16`; a week ago where nothing is said.
    from: Option<String>,
    /// The last day, included; today where nothing is said.
    until: Option<String>,
    /// Of these sources, divided by commas.
    source: Option<String>,
}

/// What days brought.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Statistics {
    /// `success`.
    status: &'static str,
    /// By day, the newest first; days on which nothing came are left out.
    data: Vec<DayShown>,
    meta: Meta,
}

#[derive(Debug, Serialize, ToSchema)]
struct Meta {
    /// Whether the hours that are not closed had more than is looked at: then today is more than this.
    partial: bool,
}

/// What a day brought.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DayShown {
    /// In Vietnam: `2026-11-22`.
    pub(crate) day: String,
    /// Events of known kinds; test calls are left out.
    pub(crate) events: u64,
    /// Transfers by currency.
    pub(crate) money: Vec<MoneyShown>,
    /// The same by source.
    pub(crate) sources: Vec<SourceDay>,
}

/// What a day brought one source.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SourceDay {
    /// `casso/shop`.
    pub(crate) source: String,
    /// Events of known kinds.
    pub(crate) events: u64,
    /// Transfers by currency.
    pub(crate) money: Vec<MoneyShown>,
    /// The same by account.
    pub(crate) accounts: Vec<AccountDay>,
}

/// What a day brought one account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountDay {
    /// The account, as its source speaks of it.
    pub(crate) account: String,
    /// Transfers by currency.
    pub(crate) money: Vec<MoneyShown>,
}

/// Transfers of one currency.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MoneyShown {
    /// ISO 4217.
    pub(crate) currency: String,
    /// Transfers in.
    pub(crate) count_in: u64,
    /// Their sum, an exact decimal.
    pub(crate) sum_in: String,
    /// Transfers out.
    pub(crate) count_out: u64,
    /// Their sum, an exact decimal.
    pub(crate) sum_out: String,
}

/// Bank accounts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Accounts {
    /// `success`.
    status: &'static str,
    /// By source and account.
    data: Vec<AccountShown>,
}

/// A bank account that was seen.
#[derive(Debug, Serialize, ToSchema)]
struct AccountShown {
    /// The number by which webhooks are told of it (`bank_account_id`).
    id: u64,
    /// `casso/shop`.
    source: String,
    /// The account, as its source speaks of it.
    account: String,
    /// Its bank, where that was said.
    bank: Option<String>,
    /// Its virtual accounts that money moved on.
    virtual_accounts: Vec<VirtualShown>,
}

/// A virtual account that was seen.
#[derive(Debug, Serialize, ToSchema)]
struct VirtualShown {
    /// The number by which webhooks are told of it (`bank_sub_account_ids`).
    id: u64,
    /// The virtual account.
    account: String,
}

/// What was seen of an account.
#[derive(Default)]
struct Seen {
    bank: Option<String>,
    virtual_accounts: BTreeSet<String>,
}

impl MoneyShown {
    fn all(money: &[MoneyTotal]) -> Vec<Self> {
        let one = |total: &MoneyTotal| Self {
            currency: total.currency.to_string(),
            count_in: total.count_in,
            sum_in: total.sum_in.to_string(),
            count_out: total.count_out,
            sum_out: total.sum_out.to_string(),
        };
        money.iter().map(one).collect()
    }
}

impl DayShown {
    fn of(day: Date, by_source: &BTreeMap<SourceId, Tally>) -> Self {
        let mut all = Tally::default();
        for (source, tally) in by_source {
            // Accounts of different sources may have one name: they are told apart below.
            all.add_hour(&domain::HourTotals {
                accounts: Vec::new(),
                ..tally.clone().into_hour(source, Timestamp::UNIX_EPOCH)
            });
        }
        let of_source = |(source, tally): (&SourceId, &Tally)| SourceDay {
            source: source.to_string(),
            events: tally.events,
            money: MoneyShown::all(&tally.money()),
            accounts: tally
                .accounts()
                .into_iter()
                .map(|total| AccountDay {
                    money: MoneyShown::all(&total.money),
                    account: total.account,
                })
                .collect(),
        };
        Self {
            day: day.to_string(),
            events: all.events,
            money: MoneyShown::all(&all.money()),
            sources: by_source.iter().map(of_source).collect(),
        }
    }
}

impl Console {
    /// The ids of all sources, readable or not.
    pub(crate) async fn source_ids(&self) -> Result<BTreeSet<SourceId>, PortError> {
        let entries = self.entries.entries().await?.into_iter();
        let id = |entry: Entry| match entry.id {
            EntryId::Source(id) => Some(id),
            EntryId::Destination(_) => None,
        };
        Ok(entries.filter_map(id).collect())
    }

    /// What days brought, from one until before another.
    pub(crate) async fn days(
        &self,
        sources: &BTreeSet<SourceId>,
        range: (Date, Date),
    ) -> Result<Days, Problem> {
        let ports = (self.survey.as_ref(), self.log.as_ref());
        Ok(days(ports, sources, range, self.clock.now()).await?)
    }

    /// Today, in Vietnam.
    pub(crate) fn today(&self) -> Date {
        VIETNAM.to_datetime(self.clock.now()).date()
    }
}

/// Adds up what days brought.
#[utoipa::path(
    get, path = "/api/v1/statistics", tag = "statistics", params(Asked),
    security(("oauth2" = ["event:read"])),
    responses((status = 200, body = Statistics), Failed),
)]
pub(crate) async fn show(
    _: Granted<EventRead>,
    State(console): Desk,
    Queried(asked): Queried<Asked>,
) -> Result<Json<Statistics>, Problem> {
    let mut faults = Faults::new();
    let mut day = |name: &str, said: Option<&str>| {
        let said = said.map(str::trim).filter(|said| !said.is_empty())?;
        let day: Option<Date> = said.parse().ok();
        if day.is_none() {
            faults.insert(name.to_owned(), "use a day: 2026-11-22".to_owned());
        }
        day
    };
    let last = day("until", asked.until.as_deref()).unwrap_or_else(|| console.today());
    let back = |days: i32| last.saturating_sub((days - 1).days());
    let first = day("from", asked.from.as_deref()).unwrap_or_else(|| back(DAYS));
    if first > last || first < back(MOST_DAYS) {
        faults.insert("from".to_owned(), "use a day from a year before until, up to it".to_owned());
    }
    let named = asked.source.as_deref().filter(|said| !said.trim().is_empty());
    let named = named.map(|said| said.split(',').map(|one| SourceId::parse(one.trim())).collect());
    // Each once, however often it is named.
    let sources: BTreeSet<SourceId> = match named {
        None => console.source_ids().await?,
        Some(Ok(sources)) => sources,
        Some(Err(_)) => {
            faults.insert("source".to_owned(), "use provider/name: casso/shop".to_owned());
            BTreeSet::new()
        }
    };
    if !faults.is_empty() {
        return Err(Problem::Validation(faults));
    }
    let found = console.days(&sources, (first, last.saturating_add(1.days()))).await?;
    let days = found.days.iter().rev().map(|(day, tallies)| DayShown::of(*day, tallies));
    let data = days.filter(|day| day.events > 0).collect();
    Ok(Json(Statistics { status: "success", data, meta: Meta { partial: found.partial } }))
}

/// Lists bank accounts that moved money within ninety days.
#[utoipa::path(
    get, path = "/api/v1/bank-accounts", tag = "statistics",
    security(("oauth2" = ["event:read"])),
    responses((status = 200, body = Accounts), Failed),
)]
pub(crate) async fn accounts(
    _: Granted<EventRead>,
    State(console): Desk,
) -> Result<Json<Accounts>, Problem> {
    let (sources, today) = (console.source_ids().await?, console.today());
    let range = (today.saturating_sub(ACCOUNTS_BACK.days()), today.saturating_add(1.days()));
    let mut seen: BTreeMap<(SourceId, String), Seen> = BTreeMap::new();
    for (source, tally) in console.days(&sources, range).await?.days.into_values().flatten() {
        for total in tally.accounts() {
            let known = seen.entry((source.clone(), total.account)).or_default();
            known.bank = total.bank.or(known.bank.take());
            known.virtual_accounts.extend(total.virtual_accounts);
        }
    }
    let shown = |((source, account), seen): ((SourceId, String), Seen)| {
        let virtual_shown = |account: String| VirtualShown {
            id: Number::of_virtual_account(&source, &account).get(),
            account,
        };
        AccountShown {
            id: Number::of_account(&source, &account).get(),
            source: source.to_string(),
            account,
            bank: seen.bank,
            virtual_accounts: seen.virtual_accounts.into_iter().map(virtual_shown).collect(),
        }
    };
    Ok(Json(Accounts { status: "success", data: seen.into_iter().map(shown).collect() }))
}
