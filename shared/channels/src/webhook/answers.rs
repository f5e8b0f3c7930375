//! What a webhook's receiver answers: Standard Webhooks' table, in its order. ThueAPI's WooCommerce
//! plugin, which answers 200 even to a wrong token, is judged by its words.

mod plugin;

use std::time::Duration;

use domain::{Answer, DestinationAuth, Job, Verdict};

use crate::answer::{is_third_in_a_row, limited, retry, retry_after};

/// Our own wait for receivers that limit the rate: longer with every attempt.
const LIMITED: Duration = Duration::from_secs(30);
const LIMITED_LONGEST: Duration = Duration::from_secs(3600);

/// What the answer means.
pub(super) fn verdict(job: &Job<'_>, answer: &Answer) -> Verdict {
    if plugin::is_at(job.destination)
        && let Some(verdict) = plugin::verdict(job, answer)
    {
        return verdict;
    }
    let status = answer.status.as_u16();
    let oauth2 = matches!(job.destination.settings.auth, DestinationAuth::OAuth2 { .. });
    let asked = retry_after(answer, job.now);
    let said = format!("status {status}");
    match status {
        200..=299 => Verdict::Delivered,
        300..=399 if is_third_in_a_row(job, answer) => {
            Verdict::Dead(format!("{said}: the receiver has moved; update the endpoint"))
        }
        300..=399 => retry(format!("{said}: redirects are not followed; update the endpoint")),
        410 => Verdict::Dead(format!("{said}: the receiver wants no more")),
        // The token may have been withdrawn early: once.
        401 if oauth2 && job.exchange == 1 => Verdict::Afresh(format!("{said}: a new token")),
        _ if status == 429 || asked.is_some() => {
            let own = LIMITED.saturating_mul(job.attempt).min(LIMITED_LONGEST);
            limited(said, own.max(asked.unwrap_or_default()))
        }
        _ => retry(said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{answer, destination_at, id, job, secret, transfer};
    use domain::Destination;
    use url::Url;

    fn judged(to: &Destination, attempt: u32, exchange: u32, answer: &Answer) -> Verdict {
        let event = transfer();
        let id = id(&event, to);
        verdict(&Job { attempt, exchange, ..job(&event, to, &id) }, answer)
    }

    fn word(verdict: &Verdict) -> String {
        format!("{verdict:?}").split(['(', ' ']).next().unwrap_or_default().to_owned()
    }

    #[test]
    fn each_status_has_its_verdict() {
        let to = destination_at("webhook", "https://shop.example/hook");
        for (status, attempt, expected) in [
            (200, 1, "Delivered"),
            (202, 9, "Delivered"),
            (204, 1, "Delivered"),
            (301, 9, "Retry"),
            (400, 1, "Retry"),
            (401, 1, "Retry"),
            (403, 9, "Retry"),
            (404, 9, "Retry"),
            (410, 1, "Dead"),
            (413, 1, "Retry"),
            (422, 1, "Retry"),
            (429, 1, "Limited"),
            (500, 9, "Retry"),
            (502, 1, "Retry"),
            (503, 1, "Retry"),
            (504, 1, "Retry"),
        ] {
            let verdict = judged(&to, attempt, 1, &answer(status, "x"));
            assert_eq!(word(&verdict), expected, "{status} at attempt {attempt}");
        }
    }

    #[test]
    fn a_redirect_is_believed_the_third_time_in_a_row() {
        let (event, to) = (transfer(), destination_at("webhook", "https://shop.example/hook"));
        let id = id(&event, &to);
        for (earlier, expected) in [
            (&[Some(307)][..], "Retry"),
            (&[Some(307), Some(302)], "Retry"),
            (&[None, Some(307), Some(307)], "Retry"),
            (&[Some(307), Some(307)], "Dead"),
        ] {
            let job = Job { attempt: 9, earlier, ..job(&event, &to, &id) };
            assert_eq!(word(&verdict(&job, &answer(307, ""))), expected, "{earlier:?}");
        }
    }

    #[test]
    fn a_wait_is_the_longer_of_ours_and_theirs() {
        let to = destination_at("webhook", "https://shop.example/hook");
        for (status, header, attempt, seconds) in [
            (429, None, 1, 30),
            (429, None, 4, 120),
            (429, None, 4_000_000_000, 3600),
            (429, Some("7"), 1, 30),
            (429, Some("70"), 1, 70),
            (502, Some("70"), 1, 70),
            (503, Some("70"), 1, 70),
            (504, Some("70"), 1, 70),
            (429, Some("soon"), 1, 30),
            (429, Some("Sun, 06 Nov 1994 08:49:37 GMT"), 1, 30),
            (500, Some("Tue, 19 Nov 2126 01:50:00 GMT"), 1, 86_400),
            (429, Some("0"), 1, 30),
        ] {
            let mut answer = answer(status, "");
            if let Some(value) = header {
                answer.headers.insert("retry-after", value.parse().unwrap());
            }
            let expected = limited(format!("status {status}"), Duration::from_secs(seconds));
            assert_eq!(judged(&to, attempt, 1, &answer), expected, "{status} {header:?}");
        }
        let mut unusable = answer(503, "");
        unusable.headers.insert("retry-after", "0".parse().unwrap());
        assert_eq!(judged(&to, 1, 1, &unusable), retry("status 503"));
    }

    #[test]
    fn a_refused_token_is_fetched_anew_once() {
        let mut to = destination_at("webhook", "https://shop.example/hook");
        to.settings.auth = DestinationAuth::OAuth2 {
            token_url: Url::parse("https://shop.example/token").unwrap(),
            client_id: "shop".to_owned(),
            client_secret: secret("s"),
        };
        let refused = answer(401, "");
        assert_eq!(word(&judged(&to, 1, 1, &refused)), "Afresh");
        assert_eq!(judged(&to, 1, 2, &refused), retry("status 401"));
    }
}
