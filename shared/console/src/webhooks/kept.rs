//! A secret stays where it was given for: who changes an address without saying the secret again does
//! not send it there. So nobody who may change a webhook, and see no secret, has it sent to himself;
//! but for the two secrets of SePay's document, whose PATCH needs nothing but what is to be changed.
//! What only signs (signing secrets, HMAC keys) goes nowhere, and may stay.

use domain::{AuthRecord, DestinationRecord};
use serde_json::{Map, Value};
use url::Url;

use super::form::endpoint;
use crate::problem::Faults;

/// Which secrets go along to another address though they were not said again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Follows {
    /// None.
    None,
    /// Those of SePay's document, whose PATCH needs nothing but what is to be changed.
    Sepay,
}

/// The secrets that SePay's document has.
const SEPAY: [&str; 2] = ["api_key", "oauth2_client_secret"];
const AGAIN: &str = "say it again: what was given for one address does not go along to another";

/// What would go along to another address though it was not said again, by the field of the call.
pub(super) fn astray(
    was: &DestinationRecord,
    now: &DestinationRecord,
    asked: &Map<String, Value>,
    follows: Follows,
) -> Faults {
    let mut names: Vec<&str> = Vec::new();
    let said = |name: &str| asked.get(name).and_then(Value::as_str);
    // Of a channel that takes the address for a secret, to one that shows it.
    if was.channel != now.channel && is_kept(&endpoint(was), &endpoint(now), said("webhook_url")) {
        names.push("webhook_url");
    }
    if was.api_base != now.api_base
        && let (Some(old), Some(new)) = (&was.bot_token, &now.bot_token)
        && is_kept(old, new, said("bot_token"))
    {
        names.push("bot_token");
    }
    let moved = is_elsewhere(&endpoint(was), &endpoint(now));
    match (&was.auth, &now.auth) {
        (Some(AuthRecord::ApiKey { key: old }), Some(AuthRecord::ApiKey { key: new })) => {
            if moved && is_kept(old, new, said("api_key")) {
                names.push("api_key");
            }
        }
        (
            Some(AuthRecord::Header { value: old, .. }),
            Some(AuthRecord::Header { value: new, .. }),
        ) => {
            if moved && is_kept(old, new, said("header_value")) {
                names.push("header_value");
            }
        }
        (
            Some(AuthRecord::OAuth2 { token_url: from, client_secret: old, .. }),
            Some(AuthRecord::OAuth2 { token_url: to, client_secret: new, .. }),
        ) => {
            // The secret goes to the one address, the token that it gets to the other.
            let moved = moved || is_elsewhere(from, to);
            if moved && is_kept(old, new, said("oauth2_client_secret")) {
                names.push("oauth2_client_secret");
            }
        }
        (Some(_) | None, Some(_) | None) => {}
    }
    let typed = asked.get("headers").and_then(Value::as_object);
    let stays = |(name, new): (&String, &String)| {
        let typed = typed.and_then(|typed| typed.get(name)).and_then(Value::as_str);
        was.headers.values().any(|old| is_kept(old, new, typed))
    };
    if moved && now.headers.iter().any(stays) {
        names.push("headers");
    }
    let stays = |name: &&str| follows == Follows::None || !SEPAY.contains(name);
    names.into_iter().filter(stays).map(|name| (name.to_owned(), AGAIN.to_owned())).collect()
}

/// Whether a secret is what it was, and was not typed.
fn is_kept(old: &str, new: &str, typed: Option<&str>) -> bool {
    !old.is_empty() && old == new && typed != Some(old)
}

/// Whether two addresses are not the same one, however they are written.
fn is_elsewhere(one: &str, other: &str) -> bool {
    match (Url::parse(one), Url::parse(other)) {
        (Ok(one), Ok(other)) => one != other,
        (Ok(_) | Err(_), Ok(_) | Err(_)) => one != other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_is_itself_however_it_is_written() {
        for (one, other, elsewhere) in [
            ("https://a.example", "https://a.example/", false),
            ("https://A.example:443/x", "https://a.example/x", false),
            ("https://a.example/x", "https://a.example/y", true),
            ("https://a.example/", "https://a.example.evil.example/", true),
            ("https://a.example/", "http://a.example/", true),
            ("-100", "-100", false),
            ("-100", "-101", true),
        ] {
            assert_eq!(is_elsewhere(one, other), elsewhere, "{one} {other}");
        }
    }
}
