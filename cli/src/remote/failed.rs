//! Why a deployment did not do what was asked of it, in words for the operator: whose fault it is and what to
//! do next. What it says itself is a stranger's text, and is cleaned. No secret is in any of it.

use std::time::Duration;

use console::access::Scope;
use domain::{Answer, Secret, SendError, excerpt};
use http::{StatusCode, header};
use serde_json::Value;

use super::base::Base;
use super::credentials::{CLIENT_ID, CLIENT_SECRET, Credentials, TOKEN};
use crate::denied::hiding;

/// The most bytes of what a deployment says that are repeated.
const LONGEST: usize = 400;

/// A call that was not answered with what it asked for.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Failed(pub(super) String);

/// What a refusal is told with.
pub(super) struct Refused<'a> {
    pub(super) base: &'a Base,
    pub(super) credentials: &'a Credentials,
    /// The token that was got for them.
    pub(super) token: Option<&'a Secret>,
    /// What the call needs; nothing for the one that gets a token.
    pub(super) scope: Option<Scope>,
    /// What to add where it may have been done all the same.
    pub(super) perhaps: &'static str,
}

impl Refused<'_> {
    /// An answer that is no success.
    pub(super) fn told(&self, answer: &Answer) -> Failed {
        let own = match self.credentials {
            Credentials::Token(secret) | Credentials::Client { secret, .. } => Some(secret),
            Credentials::Nobody => None,
        };
        Failed(hiding(self.words(answer), own.into_iter().chain(self.token)))
    }

    fn words(&self, answer: &Answer) -> String {
        let Self { base, perhaps, .. } = self;
        let (status, code) = (answer.status, answer.status.as_u16());
        if status.is_redirection() {
            return redirected(base, answer);
        }
        let Some(said) = Said::read(&answer.body) else {
            return match code {
                429 => format!("{base} limits the rate (429){}", later(answer)),
                500.. => format!(
                    "what stands before {base} failed with {code} ({}): try again later{perhaps}",
                    Stranger::of(&answer.body).words()
                ),
                _ => self.stranger(answer),
            };
        };
        let text = &said.message;
        match status {
            StatusCode::UNAUTHORIZED => self.unauthorized(text),
            StatusCode::FORBIDDEN => self.forbidden(text),
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED if said.is_no_route() => {
                format!(
                    "{base} does not have that ({code}): it is older than this program, or --url is not the \
                 address that comes before /api/"
                )
            }
            StatusCode::NOT_FOUND => format!("{text} (404)"),
            StatusCode::CONFLICT => format!("{text} (409)"),
            StatusCode::TOO_MANY_REQUESTS => {
                format!("{base} limits the rate (429): {text}{}", later(answer))
            }
            _ if status.is_client_error() => {
                format!("{base} refuses what was sent ({code}): {text}{}", said.fields)
            }
            _ => format!("{base} failed with {code}: {text}; try again in a moment{perhaps}"),
        }
    }

    fn unauthorized(&self, text: &str) -> String {
        let base = self.base;
        match self.credentials {
            Credentials::Token(_) => format!(
                "{base} does not take the token in {TOKEN} (401): {text}; set a new one, or unset it and run \
                 `tingting login --url {base}`"
            ),
            Credentials::Client { .. } | Credentials::Nobody => format!(
                "{base} does not take these credentials (401): {text}; run `tingting login --url {base}`, or \
                 correct {CLIENT_ID} and {CLIENT_SECRET}"
            ),
        }
    }

    fn forbidden(&self, text: &str) -> String {
        let base = self.base;
        match self.scope {
            None => format!("{base} gives no token (403): {text}"),
            Some(scope) => format!(
                "{base} does not allow that (403): {text}\nit needs the scope {scope} ({}); make a client that \
                 has it where {base} runs, `tingting clients create NAME --scope {scope}` (with --stack on AWS), \
                 and then `tingting login --url {base}`",
                scope.says()
            ),
        }
    }

    /// An answer that our API does not give.
    pub(super) fn stranger(&self, answer: &Answer) -> String {
        format!(
            "what answered {} at {} is not tingting's API ({}): check --url{}",
            answer.status.as_u16(),
            self.base,
            Stranger::of(&answer.body).words(),
            self.perhaps
        )
    }
}

/// A request that was not answered.
pub(super) fn unanswered(
    base: &Base,
    error: &SendError,
    patience: Duration,
    perhaps: &str,
) -> Failed {
    let said = match error {
        SendError::Timeout | SendError::Late => {
            let patience = humantime::format_duration(patience);
            format!("{base} did not answer within {patience} (--timeout){perhaps}")
        }
        SendError::Connection(why) if why.contains("certificate") => format!(
            "the certificate of {base} is not to be trusted ({}): only those of public authorities are; check \
             --url, or renew it",
            excerpt(why, LONGEST)
        ),
        SendError::Connection(why) if why.contains("corrupt message") => format!(
            "{base} does not speak TLS ({}): check --url; plain http is http://",
            excerpt(why, LONGEST)
        ),
        SendError::Connection(why) => {
            format!("{base} cannot be reached from here ({}){perhaps}", excerpt(why, LONGEST))
        }
        SendError::Blocked(address) => {
            format!("the address {address} cannot be called; correct --url")
        }
    };
    Failed(said)
}

/// When it asks to be asked again, where it says so in seconds.
fn later(answer: &Answer) -> String {
    let said = answer.headers.get(header::RETRY_AFTER).and_then(|said| said.to_str().ok());
    match said.and_then(|said| said.trim().parse().ok()) {
        Some(seconds) => {
            let wait = humantime::format_duration(Duration::from_secs(seconds));
            format!("; it asks to be asked again in {wait}")
        }
        None => "; try again in a minute".to_owned(),
    }
}

fn redirected(base: &Base, answer: &Answer) -> String {
    let to = answer.headers.get(header::LOCATION).and_then(|to| to.to_str().ok());
    let to = to.map(|to| format!(", to {}", excerpt(to, LONGEST))).unwrap_or_default();
    format!(
        "{base} answered {}, which leads elsewhere{to}: that is not followed, so that no secret goes there; \
         correct --url",
        answer.status.as_u16()
    )
}

/// What our API says of a failure.
struct Said {
    error: String,
    message: String,
    /// What is wrong with which field, a line each.
    fields: String,
}

impl Said {
    fn read(body: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(body).ok()?;
        let text = |name: &str| value.get(name)?.as_str().map(|text| excerpt(text, LONGEST));
        let error = text("error")?;
        let faults = value.get("errors").and_then(Value::as_object);
        let fault = |(name, why): (&String, &Value)| {
            let why = excerpt(why.as_str().unwrap_or_default(), LONGEST);
            format!("\n  {}: {why}", excerpt(name, LONGEST))
        };
        let fields: String = faults.into_iter().flatten().map(fault).collect();
        // What it says of the fields all together says the same once more.
        let message = if fields.is_empty() { text("message")? } else { "look at these".to_owned() };
        Some(Self { error, message, fields })
    }

    /// Whether there is no such address at all.
    fn is_no_route(&self) -> bool {
        let nowhere = ["there is nothing at this address", "there is no such hook here"];
        self.error == "not_allowed" || nowhere.contains(&self.message.as_str())
    }
}

/// What an answer is that our API does not give.
enum Stranger {
    Page,
    Json,
    Nothing,
    Else,
}

impl Stranger {
    fn of(body: &[u8]) -> Self {
        let begin = body.trim_ascii_start();
        match begin.first() {
            None => Self::Nothing,
            Some(b'<') => Self::Page,
            Some(_) if serde_json::from_slice::<Value>(begin).is_ok() => Self::Json,
            Some(_) => Self::Else,
        }
    }

    fn words(&self) -> &'static str {
        match self {
            Self::Page => "a page for people",
            Self::Json => "JSON of somebody else's",
            Self::Nothing => "an empty answer",
            Self::Else => "no whole JSON",
        }
    }
}
