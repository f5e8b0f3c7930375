//! Signed webhooks: the event itself, for machines. Not worded, not translated.
//!
//! Wire facts: Standard Webhooks 1.0.0; ThueAPI's and SePay's own settings pages for GET, form
//! bodies and the ways to prove ourselves. `webhook-id` is the delivery's, the same for every
//! attempt; timestamp and signatures are made anew for each.

mod answers;
mod auth;
mod body;
mod headers;
mod signing;

pub(crate) use body::json;

use bytes::Bytes;
use domain::{
    Answer, Channel, Destination, DestinationAuth, Fault, Grant, Job, Outgoing, Pace, Token,
    Unsendable, Verdict, WebhookMethod,
};
use http::{HeaderMap, HeaderValue, Method, Request, header};
use jiff::Timestamp;
use url::Url;

use crate::request::uri;
use crate::settings;
use body::Form;

const KEYS: &[&str] =
    &["endpoint", "signing_secrets", "auth", "method", "headers", "content_type", "concurrency"];

/// Requests at once, where nothing else is set.
const SLOTS: u32 = 10;

/// Webhooks.
#[derive(Debug)]
pub(crate) struct Webhook;

impl Channel for Webhook {
    fn name(&self) -> &'static str {
        "webhook"
    }

    fn check(&self, destination: &Destination) -> Result<(), Fault> {
        settings::only(destination, KEYS)?;
        settings::endpoint(destination)?;
        for (key, title) in
            [("title_in", &destination.title_in), ("title_out", &destination.title_out)]
        {
            if title.is_some() {
                return Err(Fault::new(key, "a webhook has no titles; remove it"));
            }
        }
        if destination.summary.is_some() {
            return Err(Fault::new("summary", "a webhook gets none, only chats do; remove it"));
        }
        let s = &destination.settings;
        if s.signing_secrets.len() > 2 {
            let why = "more than two; keep the new one and the one before it";
            return Err(Fault::new("signing_secrets", why));
        }
        for secret in &s.signing_secrets {
            signing::key(secret)?;
        }
        Form::parse(s.content_type.as_deref())?;
        headers::check(s)?;
        if let DestinationAuth::OAuth2 { token_url, .. } = &s.auth {
            return settings::web(token_url, "auth.token_url");
        }
        auth::header(s, None).map(|_| ()).map_err(|why| Fault::new("auth", why.to_string()))
    }

    fn host(&self, destination: &Destination) -> Option<Url> {
        settings::endpoint(destination).ok()
    }

    /// Any public host is a webhook's own, over TLS on a port that the address guard takes.
    fn is_own_host(&self, url: &Url) -> bool {
        url.scheme() == "https" && matches!(url.port_or_known_default(), Some(443 | 8443))
    }

    fn pace(&self, destination: &Destination) -> Pace {
        Pace::Slots(destination.settings.concurrency.unwrap_or(SLOTS))
    }

    fn request(&self, job: &Job<'_>) -> Result<Outgoing, Unsendable> {
        let s = &job.destination.settings;
        let url = settings::endpoint(job.destination)?;
        let (method, url, body, kind) = match s.method {
            WebhookMethod::Get => {
                (Method::GET, body::with_fields(&url, job.event), String::new(), None)
            }
            WebhookMethod::Post => {
                let form = Form::parse(s.content_type.as_deref())?;
                let (body, kind) = form.write(job.event)?;
                (Method::POST, url, body, Some(kind))
            }
        };
        let mut headers: HeaderMap = s.headers.iter().cloned().collect();
        if let Some(kind) = kind {
            headers.insert(header::CONTENT_TYPE, ours(&kind)?);
        }
        prove(job, body.as_bytes(), &mut headers)?;
        let mut request = Request::new(Bytes::from(body));
        *request.method_mut() = method;
        *request.uri_mut() = uri(&url)?;
        *request.headers_mut() = headers;
        Ok(Outgoing::Http(request))
    }

    fn verdict(&self, job: &Job<'_>, answer: &Answer) -> Verdict {
        answers::verdict(job, answer)
    }

    fn grant(&self, destination: &Destination) -> Option<Grant> {
        auth::grant(&destination.settings)
    }

    fn token(&self, answer: &Answer, now: Timestamp) -> Option<Token> {
        auth::token(answer, now)
    }
}

/// Adds everything by which the receiver knows us, and this attempt.
fn prove(job: &Job<'_>, body: &[u8], headers: &mut HeaderMap) -> Result<(), Unsendable> {
    let s = &job.destination.settings;
    let timestamp = job.now.as_second().to_string();
    headers.insert(headers::ID, ours(job.id.as_str())?);
    headers.insert(headers::TIMESTAMP, ours(&timestamp)?);
    if !s.signing_secrets.is_empty() {
        let signature = signing::standard(&s.signing_secrets, job.id.as_str(), &timestamp, body);
        headers.insert(headers::SIGNATURE, ours(&signature?)?);
    }
    if let DestinationAuth::SepayHmac(secret) = &s.auth {
        headers.insert(headers::SEPAY_SIGNATURE, ours(&signing::sepay(secret, &timestamp, body))?);
        headers.insert(headers::SEPAY_TIMESTAMP, ours(&timestamp)?);
    }
    if let Some((name, value)) = auth::header(s, job.token)? {
        headers.insert(name, value);
    }
    Ok(())
}

/// A header's value of our own making: digits, base64, a content type.
fn ours(text: &str) -> Result<HeaderValue, Unsendable> {
    HeaderValue::from_str(text).map_err(|_| {
        Unsendable("a header of ours has characters that no header can carry".to_owned())
    })
}

#[cfg(test)]
mod tests;
