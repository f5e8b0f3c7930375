//! One source's turn: buy a token where one is needed, ask page by page, fill, note how far we got.
//! Every way out of it ends in a report.

use std::collections::HashSet;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use jiff::{SignedDuration, Timestamp};

use super::bookmark::Bookmark;
use super::{Reconcile, Reconciled, span};
use crate::{
    Answer, Api, Ask, Blame, Claim, NextPage, Page, PortError, ProviderApi, Secret, SendError,
    Setback, Source, recording,
};

/// The most pages of one source in one run: what fits into its time at one page a second.
const MOST_PAGES: u32 = 100;
/// Whatever is younger is left for its hook.
const SETTLED: SignedDuration = SignedDuration::from_mins(10);
/// One exchange takes no longer.
const EXCHANGE: Duration = Duration::from_secs(20);
/// How often writing down new tokens is tried.
const KEEPING_TRIES: u32 = 3;
/// What reading a parked row again needs beside its bytes, in the form that hooks have.
const CONTEXT: &str = r#"{"method":"GET","tail":"","query":"","content_type":"application/json","provenance":"reconciled"}"#;

/// Why a visit ends before the provider said that this was all.
enum Stop {
    /// Something went wrong.
    Setback(Setback),
    /// Time or pages ran out: the next run goes on.
    Spent,
}

impl From<Setback> for Stop {
    fn from(setback: Setback) -> Self {
        Self::Setback(setback)
    }
}

impl From<PortError> for Stop {
    fn from(error: PortError) -> Self {
        Self::Setback(Setback::new(Blame::Ours, error.to_string()))
    }
}

/// Whose provider is asked, and how it speaks.
#[derive(Clone, Copy)]
pub(super) struct Whom<'a> {
    pub(super) source: &'a Source,
    pub(super) api: &'a Api,
    pub(super) protocol: &'static dyn ProviderApi,
}

/// One source's turn.
pub(super) struct Visit<'a> {
    flow: &'a Reconcile,
    whom: Whom<'a>,
    until: Timestamp,
    /// When anybody was asked last in this run.
    last: &'a mut Option<Timestamp>,
    report: Reconciled,
    /// An access token was bought on this visit: another would be refused like it.
    bought: bool,
}

impl<'a> Visit<'a> {
    pub(super) fn new(
        flow: &'a Reconcile,
        whom: Whom<'a>,
        until: Timestamp,
        last: &'a mut Option<Timestamp>,
    ) -> Self {
        let report = Reconciled::nothing(&whom.source.id);
        Self { flow, whom, until, last, report, bought: false }
    }

    /// Asks, and reports; nothing to report where another process asks already.
    pub(super) async fn go(mut self, mut bookmark: Bookmark) -> Option<Reconciled> {
        let begun = bookmark.begin(self.flow.notes.as_ref(), self.flow.clock.now()).await;
        match begun {
            Ok(true) => {}
            Ok(false) => return None,
            Err(error) => {
                self.report.since = bookmark.since();
                self.report.fault = Some(Setback::new(Blame::Ours, error.to_string()));
                return Some(self.report);
            }
        }
        match self.round(&mut bookmark).await {
            Ok(()) => {}
            Err(Stop::Spent) => self.report.unfinished = true,
            Err(Stop::Setback(setback)) => self.report.fault = Some(setback),
        }
        self.report.since = bookmark.since();
        let fault = self.report.fault.as_ref();
        let after = fault.and_then(|fault| fault.after);
        let not_before = after.and_then(|after| self.flow.clock.now().checked_add(after).ok());
        bookmark.end(fault.map(ToString::to_string), not_before, self.report.unfinished);
        // Nothing is lost where this fails: how far we got was noted with each page.
        _ = bookmark.write(self.flow.notes.as_ref()).await;
        Some(self.report)
    }

    async fn round(&mut self, bookmark: &mut Bookmark) -> Result<(), Stop> {
        if bookmark.is_fresh() {
            self.errands().await?;
        }
        let mut seen = HashSet::new();
        while self.report.pages < MOST_PAGES {
            let page = self.page(bookmark).await?;
            self.report.pages += 1;
            let news = page.identities().filter(|row| seen.insert(row.clone())).count();
            self.fill(&page).await?;
            let lost = match page.next {
                NextPage::Done(cursor) => {
                    bookmark.complete(cursor);
                    return self.remember(bookmark).await;
                }
                NextPage::More(cursor) if news > 0 => {
                    bookmark.advance(cursor);
                    self.remember(bookmark).await?;
                    continue;
                }
                NextPage::More(_) => "its pages show nothing new and have no end".to_owned(),
                NextPage::Lost(why) => why,
            };
            bookmark.go_back();
            let why = format!("the provider's API answered nonsense: {lost}");
            return Err(Setback::new(Blame::Provider, why).into());
        }
        Err(Stop::Spent)
    }

    async fn remember(&self, bookmark: &mut Bookmark) -> Result<(), Stop> {
        if bookmark.write(self.flow.notes.as_ref()).await? {
            return Ok(());
        }
        let why = "another process went on with this source meanwhile";
        Err(Setback::new(Blame::Ours, why).into())
    }

    /// Notes tokens that were bought. A hiccup here would cost the operator a new consent, so it is
    /// tried again.
    async fn keep(&self, bookmark: &mut Bookmark) -> Result<(), Stop> {
        for _ in 1..KEEPING_TRIES {
            match self.remember(bookmark).await {
                Err(Stop::Setback(setback)) if setback.blame == Blame::Ours => {}
                kept => return kept,
            }
        }
        self.remember(bookmark).await
    }

    /// Claims, parks and rings, in the order of `ingest`.
    async fn fill(&mut self, page: &Page) -> Result<(), Stop> {
        let (ledger, now) = (self.flow.ledger.as_ref(), self.flow.clock.now());
        let claims = recording::claim(ledger, &page.events).await;
        for (event, claim) in page.events.iter().zip(&claims) {
            match claim {
                Ok(Claim::Fresh) => self.gap(event.occurred.map(|moment| moment.at), now),
                Ok(Claim::Unfinished | Claim::Settled) => self.report.known += 1,
                Ok(Claim::Conflict { first: true }) => {
                    self.report.conflicts.push(event.key.clone());
                }
                Ok(Claim::Conflict { first: false }) | Err(_) => {}
            }
        }
        // Not before it is counted: the next round knows what was claimed here, and the bell of that
        // is the sweep's.
        let claims: Vec<Claim> = claims.into_iter().collect::<Result<_, _>>()?;
        self.report.young += u32::try_from(page.young.len()).unwrap_or(u32::MAX);
        let source = &self.whom.source.id;
        self.report.parked += recording::park(ledger, source, &page.parked, CONTEXT, now).await?;
        Ok(recording::ring(self.flow.queue.as_ref(), &page.events, &claims).await?)
    }

    fn gap(&mut self, occurred: Option<Timestamp>, now: Timestamp) {
        self.report.gaps += 1;
        self.report.oldest = [self.report.oldest, occurred].into_iter().flatten().min();
        self.report.late = self.report.oldest.map(|oldest| now.duration_since(oldest));
    }

    /// Asks the provider to look for itself. Only what the pages would meet too ends the visit.
    async fn errands(&mut self) -> Result<(), Stop> {
        for errand in self.whom.protocol.errands(self.whom.api) {
            let answer = self.exchange(errand).await?;
            match self.whom.protocol.ran(&answer, self.flow.clock.now()) {
                Err(setback) if matches!(setback.blame, Blame::Operator | Blame::Pace) => {
                    return Err(setback.into());
                }
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }

    /// The next page; where an access token is refused before its time, with another one.
    async fn page(&mut self, bookmark: &mut Bookmark) -> Result<Page, Stop> {
        let access = self.access(bookmark).await?;
        match self.ask(bookmark, access.as_ref()).await {
            Err(Stop::Setback(setback))
                if setback.blame == Blame::Operator && access.is_some() && !self.bought =>
            {
                bookmark.forget_access();
                let access = self.access(bookmark).await?;
                self.ask(bookmark, access.as_ref()).await
            }
            page => page,
        }
    }

    async fn ask(&mut self, bookmark: &Bookmark, access: Option<&Secret>) -> Result<Page, Stop> {
        let now = self.flow.clock.now();
        let settled = now.saturating_sub(SETTLED).unwrap_or(Timestamp::MIN);
        let Whom { source, api, protocol } = self.whom;
        let cursor = bookmark.cursor();
        let ask = Ask { source, api, cursor, access, settled, now };
        let answer = self.exchange(protocol.request(&ask)?).await?;
        Ok(protocol.read(&ask, &answer)?)
    }

    /// An access token, where one is needed. Tokens are noted before they are used: the refresh token
    /// that bought them may be spent.
    async fn access(&mut self, bookmark: &mut Bookmark) -> Result<Option<Secret>, Stop> {
        if let Some(access) = bookmark.access(self.flow.clock.now()) {
            return Ok(Some(access));
        }
        let mut refused = None;
        for refresh in bookmark.refresh_tokens(self.whom.api) {
            let Some(request) = self.whom.protocol.grant(self.whom.api, &refresh) else { break };
            let answer = self.exchange(request).await?;
            match self.whom.protocol.issued(&answer, self.flow.clock.now()) {
                Ok(issued) => {
                    bookmark.keep(&issued, &refresh);
                    self.keep(bookmark).await?;
                    self.bought = true;
                    return Ok(Some(issued.access.value));
                }
                Err(setback) if setback.blame == Blame::Operator => refused = Some(setback),
                Err(setback) => return Err(setback.into()),
            }
        }
        refused.map_or(Ok(None), |setback| Err(setback.into()))
    }

    /// One request, no sooner than the provider's pace allows, and its answer.
    async fn exchange(&mut self, request: Request<Bytes>) -> Result<Answer, Stop> {
        let clock = &self.flow.clock;
        let pause = |last: Timestamp| last.checked_add(self.whom.protocol.pause()).ok();
        if let Some(free) = self.last.and_then(pause)
            && free > clock.now()
        {
            if free >= self.until {
                return Err(Stop::Spent);
            }
            self.flow.timer.wait_until(free).await;
        }
        let now = clock.now();
        let left = span(now, self.until);
        if left.is_zero() {
            return Err(Stop::Spent);
        }
        *self.last = Some(now);
        let sent = self.flow.egress.send(request, EXCHANGE.min(left), self.until).await;
        // Counted from the answer too: a slow one must not be followed by two at once.
        *self.last = Some(clock.now());
        sent.map_err(unanswered)
    }
}

fn unanswered(error: SendError) -> Stop {
    let blame = match error {
        SendError::Late => return Stop::Spent,
        SendError::Blocked(_) => Blame::Operator,
        SendError::Connection(_) | SendError::Timeout => Blame::Provider,
    };
    Setback::new(blame, format!("the provider's API was not reached: {error}")).into()
}
