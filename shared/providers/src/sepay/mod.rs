//! SePay, "Webhooks" (developer.sepay.vn, sepay-webhooks): bank transactions, one per call.
//!
//! Four ways of proof, one per webhook, named by the source's `auth`: an API key in `Authorization`,
//! an HMAC-SHA256 over stamp and body, a bearer token that SePay first fetches from us (`…/token`),
//! or nothing. The body is JSON, multipart or urlencoded as the webhook is configured; in forms
//! every value is a string. Quirks: `referenceCode` is not unique, `id` is; id 0 is a test call; a
//! balance (`accumulated`) of 0 means unknown. SePay wants exactly `{"success":true}`, and in OAuth
//! mode its older page wants exactly 201.
//!
//! Sources: the pages "Tạo webhook", "Xác thực", "OAuth2 webhooks" and "Xử lý lỗi" there, and
//! SePay's package `laravel-sepay`. SePay's own API is in `api`, what an operator does there in
//! `login` and `webhooks`. Not here: its payment gateway's IPN, another contract.

mod api;
mod body;
mod hook;
mod list;
pub mod login;
mod oauth2;
mod proof;
mod token;
pub mod webhooks;

use domain::{Acknowledgement, Auth, Fault, Hook, Provider, ProviderApi, Reading, Reject, Source};
use http::Method;

use crate::check;

/// The provider.
#[derive(Debug)]
pub struct Sepay;

impl Provider for Sepay {
    fn name(&self) -> &'static str {
        "sepay"
    }

    fn methods(&self) -> &'static [Method] {
        &[Method::POST]
    }

    fn accepts_tail(&self, source: &Source, tail: &str) -> bool {
        tail.is_empty() || (tail == "token" && matches!(source.auth, Auth::OAuth2 { .. }))
    }

    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement { status: 201, body: r#"{"success":true}"# }
    }

    fn check(&self, source: &Source) -> Result<(), Fault> {
        match source.auth {
            Auth::ApiKey | Auth::Hmac | Auth::OAuth2 { .. } => {
                check::live_secrets(&source.secrets, 2)
            }
            Auth::None if source.secrets.is_empty() => Ok(()),
            Auth::None => Err(Fault::new(
                "secrets",
                "auth = \"none\" checks none; remove them, or set auth to api_key, hmac or oauth2",
            )),
            Auth::Own => Err(Fault::new(
                "auth",
                "missing; set api_key, hmac, oauth2 or none, as the webhook's page at SePay says",
            )),
            Auth::Header(_) => Err(Fault::new(
                "header",
                "SePay's headers are fixed; remove this key and set auth to api_key, hmac, oauth2 \
                 or none",
            )),
        }
    }

    fn read(&self, hook: &Hook<'_>, source: &Source) -> Result<Reading, Reject> {
        if let (Auth::OAuth2 { client_id }, "token") = (&source.auth, hook.tail) {
            return token::grant(hook, source, client_id);
        }
        let stale_s = proof::prove(hook, source)?;
        Ok(self.reread(hook, source).at_age(stale_s))
    }

    fn reread(&self, hook: &Hook<'_>, source: &Source) -> Reading {
        match hook::read(hook, source) {
            Ok(event) => Reading::events(vec![event]),
            Err(why) => Reading::parked(hook.body, why.0),
        }
    }

    fn api(&self) -> Option<&dyn ProviderApi> {
        Some(&api::SepayApi)
    }
}

#[cfg(test)]
mod tests {
    use domain::SourceRecord;

    use super::*;

    fn record(auth: Option<&str>, secrets: usize) -> SourceRecord {
        SourceRecord {
            provider: "sepay".into(),
            name: "shop".into(),
            secrets: (0..secrets).map(|n| format!("secret {n}")).collect(),
            auth: auth.map(Into::into),
            client_id: (auth == Some("oauth2")).then(|| "shop".into()),
            header: None,
            max_age: None,
            code_pattern: None,
            api: None,
            silence: None,
            active: None,
            created: None,
        }
    }

    #[test]
    fn settings_that_prove_nobody_are_refused_with_a_remedy() {
        let check = |auth, secrets| {
            let source = record(auth, secrets).parse(&[&Sepay]);
            source.map(|_| ()).map_err(|fault| fault.to_string())
        };
        for auth in ["api_key", "hmac", "oauth2"] {
            assert_eq!(check(Some(auth), 1), Ok(()));
            assert_eq!(check(Some(auth), 2), Ok(()));
            assert!(check(Some(auth), 0).unwrap_err().starts_with("secrets: at least one"));
            assert!(check(Some(auth), 3).unwrap_err().starts_with("secrets: 3 given, at most 2"));
        }
        assert_eq!(check(Some("none"), 0), Ok(()));
        assert!(check(Some("none"), 1).unwrap_err().starts_with("secrets: auth = \"none\""));
        assert!(check(None, 1).unwrap_err().starts_with("auth: missing; set api_key, hmac"));
        let header = SourceRecord { header: Some("x-token".into()), ..record(None, 1) };
        let refused = header.parse(&[&Sepay]).unwrap_err().to_string();
        assert!(refused.starts_with("header: SePay's headers are fixed"), "{refused}");
    }

    #[test]
    fn a_source_that_slipped_past_the_check_proves_nobody() {
        let source = record(None, 1).parse_alone().unwrap();
        let (method, headers) = (&Method::POST, &http::HeaderMap::new());
        let received = jiff::Timestamp::UNIX_EPOCH;
        let hook =
            Hook { method, tail: "", query: "", headers, body: b"{}", receipt: "r1", received };
        let reject = Reject::NoProof("auth in the source's settings");
        assert_eq!(Sepay.read(&hook, &source), Err(reject));
    }

    #[test]
    fn only_oauth2_has_a_token_call() {
        let tail = |auth, tail| {
            let source = record(Some(auth), 1).parse_alone().unwrap();
            Sepay.accepts_tail(&source, tail)
        };
        assert!(tail("oauth2", "token") && tail("oauth2", "") && tail("api_key", ""));
        assert!(!tail("api_key", "token") && !tail("hmac", "token") && !tail("none", "token"));
        assert!(!tail("oauth2", "tokens"));
    }
}
