//! What needs somebody's attention: each matter in one line, with the place where it can be looked into.

use std::collections::BTreeSet;

use domain::{PortError, SourceId, Wanted, search};
use futures_util::future::{try_join, try_join_all, try_join3};
use jiff::{SignedDuration, Timestamp};

use super::day::{back, stretch};
use crate::Console;
use crate::pages::Language;
use crate::pages::destinations::Line;
use crate::pages::shown::count;

const DAY: SignedDuration = SignedDuration::from_hours(24);
/// What nobody looked at for so long is not urged on people any more.
const WEEK: SignedDuration = SignedDuration::from_hours(24 * 7);
/// So many of a sort are counted; beyond, they are that many or more.
const MOST: usize = 100;

/// Something that needs attention.
#[derive(Debug)]
pub(crate) struct Matter {
    /// `bad` or `warn`.
    pub(crate) class: &'static str,
    pub(crate) text: String,
    pub(crate) link: String,
}

impl Console {
    /// All that needs attention.
    pub(super) async fn matters(
        &self,
        sources: &BTreeSet<SourceId>,
        lines: &[Line],
        language: Language,
        now: Timestamp,
    ) -> Result<Vec<Matter>, PortError> {
        let t = language.words();
        let mut all: Vec<Matter> =
            lines.iter().filter_map(|line| of_destination(line, language)).collect();
        let mut add = |class, n: usize, sentence: &str, link: String| {
            if n > 0 {
                let shown = count(u64::try_from(n).unwrap_or(u64::MAX), language);
                let shown = if n < MOST { shown } else { t.fill(t.overview.or_more, shown) };
                all.push(Matter { class, text: t.fill(sentence, shown), link });
            }
        };
        let failed =
            Wanted::all(domain::Stretch { state: Some("failed"), ..stretch(now, back(now, DAY)) });
        let per_source = sources.iter().map(|source| {
            let (log, survey) = (&self.log, &self.survey);
            try_join3(
                log.conflicts(source, MOST),
                log.parked(source, MOST),
                survey.refusals(source),
            )
        });
        let (failed, per_source) =
            try_join(search(self.log.as_ref(), &failed, None, MOST), try_join_all(per_source))
                .await?;
        add("bad", failed.events.len(), t.overview.a_failed, "/events?state=failed".to_owned());
        let held: u64 = lines.iter().map(|line| line.held).sum();
        add(
            "warn",
            usize::try_from(held).unwrap_or(usize::MAX),
            t.overview.a_held,
            "/events?state=held".to_owned(),
        );
        let lately = back(now, WEEK);
        for (source, (conflicts, parked, refused)) in sources.iter().zip(&per_source) {
            let parked = parked.iter().filter(|call| call.at >= lately).count();
            let conflicts = conflicts.iter().filter(|other| other.received >= lately).count();
            let of = |sentence: &str| format!("{source}: {sentence}");
            let link = format!("/sources/{source}#conflicts");
            add("bad", conflicts, &of(t.overview.a_conflicts), link);
            add("warn", parked, &of(t.overview.a_parked), format!("/sources/{source}#parked"));
            let refused = refused.iter().filter(|refused| refused.at >= back(now, DAY)).count();
            add("warn", refused, &of(t.overview.a_refused), format!("/sources/{source}#refused"));
        }
        Ok(all)
    }
}

fn of_destination(line: &Line, language: Language) -> Option<Matter> {
    let t = language.words();
    let (class, sentence) = match line.mode {
        "paused" => ("bad", t.overview.a_paused),
        "disabled" => ("bad", t.overview.a_disabled),
        "unreadable" => ("bad", t.overview.a_unreadable),
        _ if line.failing.is_some() => ("warn", t.overview.a_failing),
        _ => return None,
    };
    let link = format!("/destinations/{}", line.number);
    Some(Matter { class, text: t.fill(sentence, &line.title), link })
}
