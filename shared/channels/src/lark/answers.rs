//! What Lark answers: the body's `code`, whatever the status, which is unreliable. Old bots answer
//! with `StatusCode` alone.

use std::time::Duration;

use domain::{Answer, Job, Verdict};

use crate::answer::{json, limited, not_now, quote, retry, retry_after, seconds};

/// The wait when Lark is busy; it seldom says for how long.
const BUSY: Duration = Duration::from_secs(60);
/// The header in which the open platform says how long; gateways say it in `Retry-After`.
const RESET: &str = "x-ogw-ratelimit-reset";

#[derive(Debug, Clone, Copy)]
enum Class {
    Refused,
    Dead,
    Retry,
    Busy,
    Sign,
}

/// Lark, "Custom bot usage guide", and codes seen in practice.
const CODES: &[(i64, Class, &str)] = &[
    (2200, Class::Retry, "Lark had a fault of its own"),
    (11232, Class::Busy, "Lark limits the rate"),
    (11246, Class::Refused, "Lark does not take the card"),
    (19001, Class::Dead, "the bot was removed or the URL is wrong; copy it from Lark again"),
    (19002, Class::Refused, "Lark does not take the message's form"),
    (19007, Class::Dead, "the bot is not enabled"),
    (19021, Class::Sign, "the signature does not match; check secret, and this machine's clock"),
    (19022, Class::Dead, "the bot's allowlist lacks our address; add it in Lark"),
    (19024, Class::Dead, "the bot wants a keyword; make it tingting"),
    (19036, Class::Refused, "the message is too long"),
    (99_991_201, Class::Dead, "the URL leads to nothing; copy it from Lark again"),
    (99_991_400, Class::Busy, "Lark limits the rate"),
];

/// One code for a body that is wrong and for being too fast: the words decide.
const OVERLOADED: i64 = 9499;

/// What the answer means.
pub(super) fn verdict(job: &Job<'_>, answer: &Answer) -> Verdict {
    let status = answer.status.as_u16();
    let body = json(answer);
    let (code, msg) = if body["code"].is_null() {
        (&body["StatusCode"], &body["StatusMessage"])
    } else {
        (&body["code"], &body["msg"])
    };
    let Some(code) = code.as_i64() else {
        return match status {
            429 => limited("Lark limits the rate", busy(job, answer)),
            _ => not_now(format!("status {status} without Lark's code"), job, answer),
        };
    };
    let msg = msg.as_str().unwrap_or_default();
    let words = msg.to_lowercase();
    let said = format!("{code}: {}", quote(msg));
    let known = CODES.iter().find(|(known, ..)| *known == code);
    match known {
        Some((_, class, meaning)) => {
            let reason = format!("{code}: {meaning}");
            match class {
                Class::Refused => Verdict::Refused(reason),
                Class::Dead => Verdict::Dead(reason),
                Class::Retry => not_now(reason, job, answer),
                Class::Busy => limited(reason, busy(job, answer)),
                // A clock that was wrong may be right by now: once.
                Class::Sign if job.exchange == 1 => Verdict::Afresh(reason),
                Class::Sign => Verdict::Dead(reason),
            }
        }
        None if code == 0 => Verdict::Delivered,
        None if code == OVERLOADED && words.contains("too many") => {
            limited(format!("{code}: Lark limits the rate"), busy(job, answer))
        }
        None if code == OVERLOADED => Verdict::Refused(said),
        None if status >= 500 => not_now(said, job, answer),
        None if ["frequency", "too many", "rate limit"].iter().any(|w| words.contains(w)) => {
            retry(said)
        }
        None => Verdict::Refused(said),
    }
}

/// How long Lark asks to wait, or a gateway before it; else a minute and a few seconds: fewer bots
/// come back together.
fn busy(job: &Job<'_>, answer: &Answer) -> Duration {
    let asked = answer.headers.get(RESET).and_then(|v| v.to_str().ok()).and_then(seconds);
    let spread = job.id.as_str().bytes().fold(job.attempt, |sum, b| sum.wrapping_add(b.into()));
    asked
        .or_else(|| retry_after(answer, job.now))
        .unwrap_or_else(|| BUSY + Duration::from_secs(u64::from(spread % 16)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{answer, destination, id, job, transfer};

    fn judged(answer: &Answer, exchange: u32) -> Verdict {
        let (event, to) = (transfer(), destination("lark"));
        let id = id(&event, &to);
        verdict(&Job { exchange, ..job(&event, &to, &id) }, answer)
    }

    fn word(verdict: &Verdict) -> String {
        format!("{verdict:?}").split(['(', ' ']).next().unwrap_or_default().to_owned()
    }

    #[test]
    fn each_code_has_its_verdict_whatever_the_status() {
        for (body, expected) in [
            (r#"{"code":0,"msg":"success","data":{}}"#, "Delivered"),
            (r#"{"StatusCode":0,"StatusMessage":"success","code":0,"msg":"success"}"#, "Delivered"),
            (r#"{"Extra":null,"StatusCode":0,"StatusMessage":"success"}"#, "Delivered"),
            (r#"{"Extra":null,"StatusCode":19001,"StatusMessage":"x"}"#, "Dead"),
            (r#"{"StatusCode":0,"code":9499,"msg":"too many request"}"#, "Limited"),
            (r#"{"code":9499,"msg":"Bad Request"}"#, "Refused"),
            (r#"{"code":11232,"msg":"frequency limited psm[x]"}"#, "Limited"),
            (
                r#"{"code":19001,"msg":"param invalid: incoming webhook access token invalid"}"#,
                "Dead",
            ),
            (r#"{"code":19002,"msg":"params error, msg_type need"}"#, "Refused"),
            (r#"{"code":19007,"msg":"Bot Not Enabled"}"#, "Dead"),
            (r#"{"code":19022,"msg":"Ip Not Allowed"}"#, "Dead"),
            (r#"{"code":19024,"msg":"Key Words Not Found"}"#, "Dead"),
            (r#"{"code":19036,"msg":"too large"}"#, "Refused"),
            (r#"{"code":11246,"msg":"ErrCode: 200410; ErrMsg: rate limit"}"#, "Refused"),
            (r#"{"code":2200,"msg":"internal error"}"#, "Retry"),
            (r#"{"code":99991400,"msg":"request trigger frequency limit"}"#, "Limited"),
            (r#"{"code":99991201,"msg":"resource not find"}"#, "Dead"),
            (r#"{"code":1,"msg":"Rate Limit"}"#, "Retry"),
            (r#"{"code":1,"msg":"too many"}"#, "Retry"),
            (r#"{"code":1,"msg":"frequency"}"#, "Retry"),
            (r#"{"code":1,"msg":"something new"}"#, "Refused"),
            ("", "Retry"),
            (r#"{"code":0,"msg":"succ"#, "Retry"),
            ("{}", "Retry"),
            ("ok", "Retry"),
            (r#"{"code":"0"}"#, "Retry"),
            (r#"{"code":{},"StatusCode":0}"#, "Retry"),
            (r#"{"code":0,"msg":null}"#, "Delivered"),
            ("\u{FEFF}{\"code\":0}", "Delivered"),
            ("[0]", "Retry"),
            ("<html>{\"code\":0}", "Retry"),
        ] {
            for status in [200, 400] {
                assert_eq!(word(&judged(&answer(status, body), 1)), expected, "{status} {body}");
            }
        }
        let mut gbk = answer(200, "");
        gbk.body = bytes::Bytes::from_static(b"{\"code\":0,\"msg\":\"\xB3\xC9\xB9\xA6\"}");
        assert_eq!(judged(&gbk, 1), Verdict::Delivered);
        let fault = answer(502, r#"{"code":1,"msg":"something new"}"#);
        assert_eq!(word(&judged(&fault, 1)), "Retry");
        assert_eq!(word(&judged(&answer(429, ""), 1)), "Limited");
    }

    #[test]
    fn a_refused_signature_is_made_once_more_and_then_believed() {
        let refused = answer(200, r#"{"code":19021,"msg":"sign match fail"}"#);
        assert_eq!(word(&judged(&refused, 1)), "Afresh");
        assert_eq!(word(&judged(&refused, 2)), "Dead");
    }

    #[test]
    fn a_busy_lark_is_left_alone_for_a_minute_unless_it_says_otherwise() {
        for body in [r#"{"code":99991400,"msg":"x"}"#, r#"{"code":9499,"msg":"Too many"}"#, ""] {
            for (reset, after, seconds) in [
                (None, None, 60..76),
                (None, Some("7"), 7..8),
                (Some("soon"), Some("7"), 7..8),
                (Some("12"), Some("7"), 12..13),
                (Some("12"), None, 12..13),
                (Some("0"), Some("0"), 60..76),
                (Some("-1"), Some("Sun, 06 Nov 1994 08:49:37 GMT"), 60..76),
            ] {
                let mut busy = answer(429, body);
                for (name, value) in [(RESET, reset), ("retry-after", after)] {
                    if let Some(value) = value {
                        busy.headers.insert(name, value.parse().unwrap());
                    }
                }
                let Verdict::Limited { after: wait, .. } = judged(&busy, 1) else { panic!() };
                assert!(seconds.contains(&wait.as_secs()), "{body} {reset:?} {after:?}: {wait:?}");
            }
        }
    }
}
