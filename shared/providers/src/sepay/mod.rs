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
//! SePay's package `laravel-sepay`. Not here: SePay's API; its payment gateway's IPN, another contract.

mod body;
mod hook;
mod proof;
mod token;

use bytes::Bytes;
use domain::{Acknowledgement, Auth, Hook, Parked, Provider, Reading, Reject, Source};
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

    fn check(&self, source: &Source) -> Result<(), String> {
        match source.auth {
            Auth::ApiKey | Auth::Hmac | Auth::OAuth2 { .. } => {
                check::live_secrets(&source.secrets, 2)
            }
            Auth::None if source.secrets.is_empty() => Ok(()),
            Auth::None => Err("secrets: auth = \"none\" checks none; remove them, or set auth to \
                               api_key, hmac or oauth2"
                .to_owned()),
            Auth::Own => Err("auth: missing; set api_key, hmac, oauth2 or none, as the webhook's \
                              page at SePay says"
                .to_owned()),
            Auth::Header(_) => Err("header: SePay's headers are fixed; remove this key and set \
                                    auth to api_key, hmac, oauth2 or none"
                .to_owned()),
        }
    }

    fn read(&self, hook: &Hook<'_>, source: &Source) -> Result<Reading, Reject> {
        if let (Auth::OAuth2 { client_id }, "token") = (&source.auth, hook.tail) {
            return token::grant(hook, source, client_id);
        }
        let stale_s = proof::prove(hook, source)?;
        let (events, parked) = match hook::read(hook, source) {
            Ok(event) => (vec![event], Vec::new()),
            Err(why) => {
                let bytes = Bytes::copy_from_slice(hook.body);
                (Vec::new(), vec![Parked { bytes, reason: why.0 }])
            }
        };
        Ok(Reading::Events { events, parked, stale_s })
    }
}
