//! What the checks of several channels share. Each error names the key and the remedy, and shows no
//! value: endpoints and tokens are credentials.

use domain::{Destination, DestinationAuth, Fault, WebhookMethod};
use url::Url;

use crate::request::uri;

/// The longest endpoint taken.
const ENDPOINT_BYTES: usize = 2048;

/// Refuses settings that belong to other channels: a key that is silently ignored is a mistake that
/// nobody sees.
pub(crate) fn only(destination: &Destination, allowed: &[&str]) -> Result<(), Fault> {
    let s = &destination.settings;
    let present = [
        ("endpoint", s.endpoint.is_some()),
        ("bot_token", s.bot_token.is_some()),
        ("api_base", s.api_base.is_some()),
        ("thread", s.thread.is_some()),
        ("secret", s.secret.is_some()),
        ("signing_secrets", !s.signing_secrets.is_empty()),
        ("auth", s.auth != DestinationAuth::None),
        ("method", s.method != WebhookMethod::Post),
        ("headers", !s.headers.is_empty()),
        ("content_type", s.content_type.is_some()),
        ("concurrency", s.concurrency.is_some()),
    ];
    match present.iter().find(|(key, set)| *set && !allowed.contains(key)) {
        Some((key, _)) => {
            let channel = &destination.channel;
            Err(Fault::new(key, format!("the channel {channel} has no use for it; remove it")))
        }
        None => Ok(()),
    }
}

/// The endpoint as a URL. Whether its host and scheme may be used is the address guard's judgement.
pub(crate) fn endpoint(destination: &Destination) -> Result<Url, Fault> {
    let missing = || Fault::new("endpoint", "missing; set the URL to call");
    let text = destination.settings.endpoint.as_ref().ok_or_else(missing)?.expose();
    if text.len() > ENDPOINT_BYTES {
        return Err(Fault::new(
            "endpoint",
            format!("longer than {ENDPOINT_BYTES} bytes; use a shorter URL"),
        ));
    }
    let url = Url::parse(text)
        .map_err(|error| Fault::new("endpoint", format!("not a URL ({error}); use https://…")))?;
    web(&url, "endpoint")?;
    Ok(url)
}

/// Whether a URL can be called at all.
pub(crate) fn web(url: &Url, key: &'static str) -> Result<(), Fault> {
    if !matches!(url.scheme(), "https" | "http") || !url.has_host() {
        return Err(Fault::new(key, "not a web address; use https://…"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Fault::new(key, "has a user name or password in it; remove them (see auth)"));
    }
    uri(url).map(|_| ()).map_err(|why| Fault::new(key, format!("{why}; escape them")))
}

/// Whether a URL leads to one of these hosts over TLS on its usual port.
pub(crate) fn leads_to(url: &Url, hosts: &[&str]) -> bool {
    url.scheme() == "https"
        && url.port().is_none()
        && url.host_str().is_some_and(|host| hosts.contains(&host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{destination, secret};

    #[test]
    fn an_endpoint_that_cannot_be_called_is_refused_with_a_remedy() {
        let mut to = destination("webhook");
        assert_eq!(endpoint(&to), Err(Fault::new("endpoint", "missing; set the URL to call")));
        for (text, error) in [
            ("shop.example", "not a URL (relative URL without a base); use https://…"),
            ("mailto:a@b.c", "not a web address; use https://…"),
            (
                "https://u:p@shop.example/",
                "has a user name or password in it; remove them (see auth)",
            ),
        ] {
            to.settings.endpoint = Some(secret(text));
            assert_eq!(endpoint(&to), Err(Fault::new("endpoint", error)), "{text}");
        }
        to.settings.endpoint = Some(secret(&format!("https://a.example/{}", "x".repeat(2048))));
        assert!(endpoint(&to).is_err_and(|e| e.message.starts_with("longer than 2048 bytes")));
    }

    #[test]
    fn a_host_is_a_products_own_only_over_tls_on_the_usual_port() {
        for (url, own) in [
            ("https://hooks.slack.com/services/T/B/x", true),
            ("https://HOOKS.slack.com:443/services/T/B/x", true),
            ("http://hooks.slack.com/services/T/B/x", false),
            ("https://hooks.slack.com:8443/services/T/B/x", false),
            ("https://hooks.slack.com.evil.example/", false),
            ("https://evil.example/hooks.slack.com", false),
        ] {
            assert_eq!(leads_to(&Url::parse(url).unwrap(), &["hooks.slack.com"]), own, "{url}");
        }
    }
}
