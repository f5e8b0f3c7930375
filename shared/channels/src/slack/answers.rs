//! What Slack answers: the string first, the status second, because several strings are documented
//! without a status.

use std::time::Duration;

use domain::{Answer, Job, Verdict};

use crate::answer::{body, is_page, is_third_in_a_row, json, limited, not_now, retry, retry_after};

/// The wait when Slack limits the rate and does not say for how long.
const LIMITED: Duration = Duration::from_secs(30);

#[derive(Debug, Clone, Copy)]
enum Class {
    Refused,
    Dead,
    Retry,
}

/// Slack, "Sending messages using incoming webhooks", handling errors; and the changelog of
/// 2016-05-17. The strings about attachments, `invalid_blocks` and the fallback are from practice.
const STRINGS: &[(&str, Class, &str)] = &[
    ("action_prohibited", Class::Dead, "an administrator's restriction forbids posting here"),
    ("channel_is_archived", Class::Dead, "the channel is archived; make a webhook for another"),
    ("channel_not_found", Class::Dead, "the channel is gone; make a webhook for another"),
    ("invalid_attachments", Class::Refused, "Slack does not take the message's form"),
    ("invalid_blocks", Class::Refused, "Slack does not take the message's form"),
    ("invalid_blocks_format", Class::Refused, "Slack does not take the message's form"),
    ("invalid_payload", Class::Refused, "Slack does not take the message's form"),
    ("invalid_token", Class::Dead, "the URL is no longer valid; make a new one"),
    ("missing_text_or_fallback_or_attachments", Class::Refused, "the message has no text"),
    ("msg_blocks_too_long", Class::Refused, "the message is too long"),
    ("msg_too_long", Class::Refused, "the message is too long"),
    ("no_active_hooks", Class::Dead, "the webhook is disabled; make a new one"),
    ("no_service", Class::Dead, "the webhook was disabled or removed; make a new one"),
    ("no_service_id", Class::Dead, "the URL is incomplete; copy it from Slack again"),
    ("no_team", Class::Dead, "the workspace is gone"),
    ("no_text", Class::Refused, "the message has no text"),
    (
        "posting_to_general_channel_denied",
        Class::Dead,
        "the webhook's maker may not post to #general; make one for another channel",
    ),
    ("rollup_error", Class::Retry, "Slack had a fault of its own"),
    ("team_disabled", Class::Dead, "the workspace is inactive"),
    ("too_many_attachments", Class::Refused, "the message is too long"),
    ("user_not_found", Class::Dead, "the addressed user is gone; make a new webhook"),
];

/// What the answer means.
pub(super) fn verdict(job: &Job<'_>, answer: &Answer) -> Verdict {
    let body = body(answer);
    let status = answer.status.as_u16();
    if status == 200 && body == "ok" {
        return Verdict::Delivered;
    }
    if let Some((string, class, meaning)) = STRINGS.iter().find(|(string, ..)| *string == body) {
        let reason = format!("{string}: {meaning}");
        return match class {
            Class::Refused => Verdict::Refused(reason),
            Class::Dead => Verdict::Dead(reason),
            Class::Retry => not_now(reason, job, answer),
        };
    }
    match status {
        429 => {
            let wait = retry_after(answer, job.now).unwrap_or(LIMITED);
            limited("Slack limits the rate", wait)
        }
        // How workflow triggers answer.
        200..=299 if json(answer)["ok"] == true => Verdict::Dead(
            "the URL starts a workflow; use an incoming webhook's URL as endpoint".to_owned(),
        ),
        200..=299 => retry(format!("{status} without Slack's ok")),
        400..=499 if is_slack_string(&body) => unknown_string(status, &body),
        400..=499 => not_slacks(job, answer),
        _ => not_now(format!("status {status}"), job, answer),
    }
}

/// Whether a body has the shape of Slack's error strings.
fn is_slack_string(body: &str) -> bool {
    (2..=60).contains(&body.len()) && body.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

fn unknown_string(status: u16, string: &str) -> Verdict {
    match status {
        400 => Verdict::Refused(format!("{string}: Slack does not take the message")),
        403 | 404 | 410 => Verdict::Dead(format!("{string}: Slack does not take messages here")),
        _ => retry(format!("{string} (status {status})")),
    }
}

/// A status that a proxy or a portal may have made.
fn not_slacks(job: &Job<'_>, answer: &Answer) -> Verdict {
    let status = answer.status.as_u16();
    let reason = format!("status {status} without a word of Slack's");
    match status {
        _ if is_page(answer) => not_now(reason, job, answer),
        413 => Verdict::Refused(reason),
        401 | 403 | 404 | 405 | 410 if is_third_in_a_row(job, answer) => Verdict::Dead(reason),
        _ => not_now(reason, job, answer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{answer, destination, id, job, transfer};

    /// The verdict's word for a status and body after these statuses, newest first.
    fn word(status: u16, body: &str, earlier: &[Option<u16>]) -> String {
        let (event, to) = (transfer(), destination("slack"));
        let id = id(&event, &to);
        let job = Job { attempt: 9, earlier, ..job(&event, &to, &id) };
        let verdict = verdict(&job, &answer(status, body));
        format!("{verdict:?}").split(['(', ' ']).next().unwrap_or_default().to_owned()
    }

    #[test]
    fn each_answer_has_its_verdict() {
        for (status, body, expected) in [
            (200, "ok", "Delivered"),
            (200, " ok\n", "Delivered"),
            (200, "OK", "Retry"),
            (200, "", "Retry"),
            (200, "o", "Retry"),
            (200, "{\"ok\":true}", "Dead"),
            (200, "{\"ok\":false}", "Retry"),
            (201, "ok", "Retry"),
            (200, "\u{FEFF}ok", "Delivered"),
            (200, "<html>ok", "Retry"),
            (500, "ok", "Retry"),
            (200, "no_service", "Dead"),
            (400, "invalid_payload", "Refused"),
            (400, "invalid_blocks", "Refused"),
            (400, "invalid_blocks_format", "Refused"),
            (400, "no_text", "Refused"),
            (500, "missing_text_or_fallback_or_attachments", "Refused"),
            (400, "invalid_attachments", "Refused"),
            (400, "msg_too_long", "Refused"),
            (400, "msg_blocks_too_long", "Refused"),
            (400, "too_many_attachments", "Refused"),
            (400, "user_not_found", "Dead"),
            (403, "action_prohibited", "Dead"),
            (403, "posting_to_general_channel_denied", "Dead"),
            (403, "invalid_token", "Dead"),
            (404, "channel_not_found", "Dead"),
            (404, "no_active_hooks", "Dead"),
            (404, "no_service", "Dead"),
            (404, "no_service_id", "Dead"),
            (404, "no_team", "Dead"),
            (404, "team_disabled", "Dead"),
            (410, "channel_is_archived", "Dead"),
            (429, "", "Limited"),
            (429, "{\"ok\":false}", "Limited"),
            (500, "rollup_error", "Retry"),
            (502, "<html>", "Retry"),
            (302, "", "Retry"),
            (400, "something_new", "Refused"),
            (403, "something_new", "Dead"),
            (404, "something_new", "Dead"),
            (410, "something_new", "Dead"),
            (422, "something_new", "Retry"),
            (400, "Bad Request", "Retry"),
            (404, "<html>not here", "Retry"),
            (404, "Not Found", "Retry"),
            (408, "", "Retry"),
            (413, "", "Refused"),
            (425, "", "Retry"),
        ] {
            assert_eq!(word(status, body, &[]), expected, "{status} {body:?}");
        }
    }

    #[test]
    fn a_proxys_word_is_believed_the_third_time_in_a_row() {
        for status in [401, 403, 404, 405, 410] {
            let (same, other) = (Some(status), Some(500));
            for (earlier, expected) in [
                (vec![], "Retry"),
                (vec![same], "Retry"),
                (vec![other, same, same], "Retry"),
                (vec![same, None, same], "Retry"),
                (vec![same, same], "Dead"),
                (vec![same, same, other], "Dead"),
            ] {
                assert_eq!(word(status, "Nope", &earlier), expected, "{status} {earlier:?}");
            }
            assert_eq!(word(status, "<html>", &[same, same]), "Retry", "{status}");
        }
    }

    #[test]
    fn a_limit_lasts_as_long_as_slack_says_and_else_half_a_minute() {
        let (event, to) = (transfer(), destination("slack"));
        let id = id(&event, &to);
        for (header, seconds) in [
            (Some("7"), 7),
            (Some("0"), 30),
            (Some("-1"), 30),
            (Some("soon"), 30),
            (Some("Sun, 06 Nov 1994 08:49:37 GMT"), 30),
            (None, 30),
        ] {
            let mut answer = answer(429, "");
            if let Some(value) = header {
                answer.headers.insert("retry-after", value.parse().unwrap());
            }
            let expected = limited("Slack limits the rate", Duration::from_secs(seconds));
            assert_eq!(verdict(&job(&event, &to, &id), &answer), expected);
        }
    }
}
