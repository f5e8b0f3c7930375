//! Casso, "Thiết lập Webhook thủ công" (v1) and Webhook V2: bank transactions, both directions.
//!
//! Two generations share one URL and one key ("Key bảo mật"). v1 sends the key itself in the header
//! `secure-token` and an array of transactions. V2 signs: `X-Casso-Signature: t=…,v1=…`, an
//! HMAC-SHA512 over the body with its keys sorted (see `canon`), and sends one transaction. Which
//! proof is given and which shape the body has are judged separately. Quirks: a negative amount is
//! money out; id 0 is the test call that the settings page insists on; a balance of 0 means unknown;
//! `when` may be a date alone. Casso waits 5 s for a 200 and does not judge its body.
//!
//! Sources: the page named above; CassoHQ's repositories `casso-webhook-handler-sample` and
//! `casso-webhook-v2-verify-signature`. Casso's own API is in `api`, and the
//! webhooks that it makes in `webhooks`. Not here: payOS, another contract.

mod api;
mod canon;
mod hook;
mod proof;
pub mod webhooks;

use domain::{Acknowledgement, Auth, Fault, Hook, Provider, ProviderApi, Reading, Reject, Source};
use http::Method;

use crate::check;

/// The provider.
#[derive(Debug)]
pub struct Casso;

impl Provider for Casso {
    fn name(&self) -> &'static str {
        "casso"
    }

    fn methods(&self) -> &'static [Method] {
        &[Method::POST]
    }

    fn accepts_tail(&self, _: &Source, tail: &str) -> bool {
        tail.is_empty()
    }

    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement { status: 200, body: r#"{"success":true}"# }
    }

    fn check(&self, source: &Source) -> Result<(), Fault> {
        match source.auth {
            Auth::Own => check::live_secrets(&source.secrets, 2),
            Auth::Header(_) => {
                Err(Fault::new("header", "Casso's headers are fixed; remove this key"))
            }
            Auth::ApiKey | Auth::Hmac | Auth::OAuth2 { .. } | Auth::None => {
                let why = "only for sepay; remove this key, secrets are enough";
                Err(Fault::new("auth", why))
            }
        }
    }

    fn read(&self, hook: &Hook<'_>, source: &Source) -> Result<Reading, Reject> {
        let stale_s = proof::prove(hook, source)?;
        let (events, parked) = hook::read(hook, source);
        Ok(Reading::Events { events, parked, stale_s })
    }

    fn reread(&self, hook: &Hook<'_>, source: &Source) -> Reading {
        let (events, parked) = hook::reread(hook, source);
        Reading::Events { events, parked, stale_s: None }
    }

    fn api(&self) -> Option<&dyn ProviderApi> {
        Some(&api::CassoApi)
    }
}

#[cfg(test)]
mod tests {
    use domain::SourceRecord;

    use super::*;

    #[test]
    fn settings_of_other_providers_are_refused_with_a_remedy() {
        let record = |auth: Option<&str>, header: Option<&str>, secrets: usize| SourceRecord {
            provider: "casso".into(),
            name: "shop".into(),
            secrets: (0..secrets).map(|n| format!("secret {n}")).collect(),
            auth: auth.map(Into::into),
            client_id: None,
            header: header.map(Into::into),
            max_age: None,
            code_pattern: None,
            api: None,
            silence: None,
            active: None,
            created: None,
        };
        let refused = |record: SourceRecord| record.parse(&[&Casso]).unwrap_err().to_string();
        assert!(record(None, None, 1).parse(&[&Casso]).is_ok());
        assert!(record(None, None, 2).parse(&[&Casso]).is_ok());
        assert!(refused(record(None, None, 0)).starts_with("secrets: at least one"));
        assert!(refused(record(None, None, 3)).starts_with("secrets: 3 given, at most 2"));
        assert!(refused(record(Some("none"), None, 0)).starts_with("auth: only for sepay"));
        assert!(refused(record(Some("hmac"), None, 1)).starts_with("auth: only for sepay"));
        assert!(refused(record(None, Some("x-token"), 1)).starts_with("header: Casso's"));
    }
}
