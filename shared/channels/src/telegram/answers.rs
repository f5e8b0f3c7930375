//! What Telegram answers: `ok` decides, then the parameters, then the description's words. Only the
//! parameters are meant for programs; descriptions change, so they are searched, in lower case.

use std::time::Duration;

use domain::{Answer, Job, Verdict};
use serde_json::Value;

use super::as_chat;
use crate::answer::{body, json, limited, not_now, quote, retry_after, seconds};

/// The wait when Telegram limits the rate and does not say for how long.
const LIMITED: Duration = Duration::from_secs(30);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Refused,
    Dead,
}

/// What a 400 may say. In this order, the first match decides; capitals come from MTProto, below
/// the Bot API. Sources: tdlib/telegram-bot-api and tdlib/td.
const BAD_REQUESTS: &[(&str, Class)] = &[
    ("chat not found", Class::Dead),
    ("chat_id is empty", Class::Dead),
    ("private chat not found", Class::Dead),
    ("peer_id_invalid", Class::Dead),
    ("need administrator rights in the channel chat", Class::Dead),
    ("not enough rights to send text messages to the chat", Class::Dead),
    ("have no write access to the chat", Class::Dead),
    ("chat_write_forbidden", Class::Dead),
    ("chat_restricted", Class::Dead),
    ("chat_admin_required", Class::Dead),
    ("chat_send_plain_forbidden", Class::Dead),
    ("channel_private", Class::Dead),
    ("topic_closed", Class::Dead),
    ("topic_deleted", Class::Dead),
    ("message thread not found", Class::Dead),
    ("can't parse entities", Class::Refused),
    ("message is too long", Class::Refused),
    ("text is too long", Class::Refused),
    ("message text is empty", Class::Refused),
    ("text must be non-empty", Class::Refused),
    ("entities_too_long", Class::Refused),
    ("message_too_long", Class::Refused),
    ("unsupported parse_mode", Class::Refused),
    ("strings must be encoded in utf-8", Class::Refused),
    ("logged out", Class::Dead),
];

/// What the answer means.
pub(super) fn verdict(job: &Job<'_>, answer: &Answer) -> Verdict {
    let status = i64::from(answer.status.as_u16());
    let asked = retry_after(answer, job.now);
    let body = json(answer);
    let Some(ok) = body["ok"].as_bool() else {
        return match status {
            200 if begins_well(answer) => Verdict::Delivered,
            429 => limited("Telegram limits the rate", asked.unwrap_or(LIMITED)),
            _ => not_now(format!("status {status} without Telegram's JSON"), job, answer),
        };
    };
    if ok {
        return Verdict::Delivered;
    }
    let parameters = &body["parameters"];
    if let Some(chat) = plain(&parameters["migrate_to_chat_id"]).filter(|to| as_chat(to).is_some())
    {
        return Verdict::Moved(chat);
    }
    let code = body["error_code"].as_i64().unwrap_or(status);
    let description = body["description"].as_str().unwrap_or_default();
    let said = format!("{code} {}", quote(description));
    let named = plain(&parameters["retry_after"]);
    if code == 429 || named.is_some() {
        let named = named.as_deref().and_then(seconds);
        return limited(said, named.or(asked).unwrap_or(LIMITED));
    }
    match code {
        400 => match bad_request(description) {
            Class::Refused => Verdict::Refused(said),
            Class::Dead => Verdict::Dead(said),
        },
        401 | 404 => Verdict::Dead(format!("{said}: check the bot_token")),
        403 | 421 => Verdict::Dead(said),
        402..=499 => Verdict::Refused(said),
        _ => not_now(said, job, answer),
    }
}

/// Whether an answer that is not whole begins as one to a sent message does. Telegram repeats the
/// message in it, six bytes for each letter with an accent, so that a long one exceeds what is read
/// of an answer; taken for a failure, it would be sent again and again.
fn begins_well(answer: &Answer) -> bool {
    let text: String = body(answer).chars().take(64).filter(|c| !c.is_whitespace()).collect();
    text.starts_with(r#"{"ok":true,"result":{"#)
}

/// A number, or one in quotes.
fn plain(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned).or_else(|| value.is_number().then(|| value.to_string()))
}

fn bad_request(description: &str) -> Class {
    let description = description.to_lowercase();
    let row = BAD_REQUESTS.iter().find(|(words, _)| description.contains(words));
    row.map_or(Class::Refused, |(_, class)| *class)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{answer, destination, id, job, transfer};

    fn judged(answer: &Answer) -> Verdict {
        let (event, to) = (transfer(), destination("telegram"));
        let id = id(&event, &to);
        verdict(&job(&event, &to, &id), answer)
    }

    fn word(code: u16, description: &str) -> String {
        let body =
            serde_json::json!({ "ok": false, "error_code": code, "description": description });
        let verdict = judged(&answer(code, &body.to_string()));
        format!("{verdict:?}").split(['(', ' ']).next().unwrap_or_default().to_owned()
    }

    #[test]
    fn each_description_has_its_verdict() {
        for (code, description, expected) in [
            (400, "Bad Request: chat not found", "Dead"),
            (400, "Bad Request: chat_id is empty", "Dead"),
            (400, "Bad Request: private chat not found", "Dead"),
            (400, "Bad Request: PEER_ID_INVALID", "Dead"),
            (400, "Bad Request: need administrator rights in the channel chat", "Dead"),
            (400, "Bad Request: not enough rights to send text messages to the chat", "Dead"),
            (400, "Bad Request: have no write access to the chat", "Dead"),
            (400, "Bad Request: CHAT_WRITE_FORBIDDEN", "Dead"),
            (400, "Bad Request: CHAT_RESTRICTED", "Dead"),
            (400, "Bad Request: CHAT_ADMIN_REQUIRED", "Dead"),
            (400, "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN", "Dead"),
            (400, "Bad Request: CHANNEL_PRIVATE", "Dead"),
            (400, "Bad Request: TOPIC_CLOSED", "Dead"),
            (400, "Bad Request: TOPIC_DELETED", "Dead"),
            (400, "Bad Request: message thread not found", "Dead"),
            (400, "Bad Request: can't parse entities: Unsupported start tag", "Refused"),
            (400, "Bad Request: message is too long", "Refused"),
            (400, "Bad Request: text is too long", "Refused"),
            (400, "Bad Request: message text is empty", "Refused"),
            (400, "Bad Request: text must be non-empty", "Refused"),
            (400, "Bad Request: ENTITIES_TOO_LONG", "Refused"),
            (400, "Bad Request: MESSAGE_TOO_LONG", "Refused"),
            (400, "Bad Request: unsupported parse_mode", "Refused"),
            (400, "Bad Request: strings must be encoded in UTF-8", "Refused"),
            (400, "Bad Request: SOMETHING_NEW", "Refused"),
            (400, "Logged out", "Dead"),
            (401, "Unauthorized", "Dead"),
            (401, "Unauthorized: invalid token specified", "Dead"),
            (403, "Forbidden: bot was blocked by the user", "Dead"),
            (403, "Forbidden: something new", "Dead"),
            (404, "Not Found", "Dead"),
            (404, "Not Found: method not found", "Dead"),
            (406, "Not Acceptable", "Refused"),
            (409, "Conflict: terminated by other getUpdates request", "Refused"),
            (421, "Misdirected Request: unallowed token specified", "Dead"),
            (429, "Too Many Requests: retry after", "Limited"),
            (500, "Internal Server Error: restart", "Retry"),
            (302, "Found", "Retry"),
        ] {
            assert_eq!(word(code, description), expected, "{code} {description}");
        }
    }

    #[test]
    fn what_is_not_telegrams_is_tried_again() {
        for (status, body) in [
            (502, "<html>"),
            (200, ""),
            (200, "[]"),
            (200, r#"{"ok":"true","result":{}}"#),
            (200, r#"{"ok":tr"#),
            (200, r#"<pre>{"ok":true,"result":{"#),
            (502, r#"{"ok":true,"result":{"mess"#),
            (200, "{\0\"\0o\0k\0\"\0:\0t\0r\0u\0e\0}\0"),
            (404, "<html>"),
            (302, ""),
        ] {
            let reason = format!("status {status} without Telegram's JSON");
            let expected = crate::answer::retry(reason);
            assert_eq!(judged(&answer(status, body)), expected, "{status} {body}");
        }
        let limit = limited("Telegram limits the rate", LIMITED);
        assert_eq!(judged(&answer(429, "slow down")), limit);
    }

    #[test]
    fn a_sent_message_is_delivered_however_much_of_the_answer_is_read() {
        let long =
            format!(r#"{{"ok":true,"result":{{"message_id":7,"text":"{}"#, "\\u1ebf".repeat(2800));
        for body in [
            r#"{"ok":true,"result":{"message_id":7}}"#,
            r#"{"ok":true,"parameters":null,"description":7}"#,
            r#" { "ok": true, "result": { "message_id": 7, "te"#,
            "\u{FEFF}{\"ok\":true}",
            &long[..16 * 1024],
        ] {
            assert_eq!(judged(&answer(200, body)), Verdict::Delivered, "{body:.80}");
        }
        let mut latin1 = answer(200, "");
        latin1.body = bytes::Bytes::from_static(b"{\"ok\":true,\"result\":{\"text\":\"\xE9\"}}");
        assert_eq!(judged(&latin1), Verdict::Delivered);
    }

    #[test]
    fn a_moved_chat_comes_before_all_else() {
        for (parameters, moved) in [
            (r#"{"migrate_to_chat_id":-1001234567890}"#, true),
            (r#"{"migrate_to_chat_id":"-1001234567890","retry_after":5}"#, true),
            (r#"{"migrate_to_chat_id":0}"#, false),
            (r#"{"migrate_to_chat_id":-4503599627370496}"#, false),
            (r#"{"migrate_to_chat_id":{}}"#, false),
            ("null", false),
        ] {
            let body = format!(
                r#"{{"ok":false,"error_code":400,"description":"Bad Request: chat not found",
                "parameters":{parameters}}}"#
            );
            let dead = Verdict::Dead("400 Bad Request: chat not found".to_owned());
            let expected = if moved { Verdict::Moved("-1001234567890".to_owned()) } else { dead };
            assert_eq!(judged(&answer(400, &body)), expected, "{parameters}");
        }
    }

    #[test]
    fn a_flood_wait_is_obeyed_up_to_a_day() {
        for (parameters, header, seconds) in [
            (r#"{"retry_after":35}"#, Some("7"), 35),
            (r#"{"retry_after":0}"#, Some("7"), 7),
            (r#"{"retry_after":-1}"#, None, 30),
            ("{}", None, 30),
            ("{}", Some("Sun, 06 Nov 1994 08:49:37 GMT"), 30),
            (r#"{"retry_after":"35"}"#, None, 35),
            (r#"{"retry_after":2.5}"#, None, 3),
            (r#"{"retry_after":[]}"#, None, 30),
            (r#"{"retry_after":1209600}"#, None, 86_400),
        ] {
            let body = format!(
                r#"{{"ok":false,"error_code":429,"description":"x","parameters":{parameters}}}"#
            );
            let mut answer = answer(429, &body);
            if let Some(value) = header {
                answer.headers.insert("retry-after", value.parse().unwrap());
            }
            assert_eq!(judged(&answer), limited("429 x", Duration::from_secs(seconds)));
        }
    }
}
