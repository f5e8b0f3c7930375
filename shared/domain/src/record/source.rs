//! `[[source]]`: the written form of a source.

use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{ApiRecord, Fault, duration, fault, header_name, secrets};
use crate::{Auth, Name, Provider, Silence, Source, SourceId, find_provider};

/// `[[source]]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the keys are described in the README and in system terms above")]
pub struct SourceRecord {
    pub provider: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_pattern: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api: Option<ApiRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silence: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
}

const DEFAULT_MAX_AGE: SignedDuration = SignedDuration::from_hours(30 * 24);

impl SourceRecord {
    /// Parses the record and has its provider check it.
    pub fn parse(&self, providers: &[&dyn Provider]) -> Result<Source, Fault> {
        let known = || {
            let names: Vec<&str> = providers.iter().map(|p| p.name()).collect();
            fault("provider", format!("{:?} is none of {}", self.provider, names.join(", ")))
        };
        let provider = find_provider(providers, &self.provider).ok_or_else(known)?;
        let source = self.parse_alone()?;
        provider.check(&source)?;
        match (&source.api, provider.api()) {
            (Some(api), Some(protocol)) => {
                protocol.check(api).map_err(|message| fault("api", message))?;
            }
            (Some(_), None) => {
                let message = format!("{} has no API that we could ask; remove it", self.provider);
                return Err(fault("api", message));
            }
            (None, _) => {}
        }
        Ok(source)
    }

    /// Parses the record without knowledge of its provider: what a directory does with a row that
    /// was checked when it was written.
    pub fn parse_alone(&self) -> Result<Source, Fault> {
        let provider = Name::parse(&self.provider).map_err(|e| fault("provider", e.to_string()))?;
        let name = Name::parse(&self.name).map_err(|e| fault("name", e.to_string()))?;
        let max_age = match &self.max_age {
            Some(text) => max_age(text)?,
            None => DEFAULT_MAX_AGE,
        };
        let code_pattern = match &self.code_pattern {
            Some(pattern) => Some(regex_lite::Regex::new(pattern).map_err(|error| {
                fault("code_pattern", format!("not a regular expression: {error}"))
            })?),
            None => None,
        };
        let secrets = secrets("secrets", &self.secrets)?;
        let id = SourceId::new(&provider, &name);
        let api = self.api.as_ref().map(ApiRecord::parse).transpose()?;
        let silence = self.silence.as_deref().map_or(Ok(Silence::Learnt), silence)?;
        let (auth, active) = (self.auth()?, self.active.unwrap_or(true));
        Ok(Source { id, auth, secrets, max_age, code_pattern, api, silence, active })
    }

    fn auth(&self) -> Result<Auth, Fault> {
        let auth = match self.auth.as_deref() {
            None => match &self.header {
                Some(header) => Auth::Header(header_name("header", header)?),
                None => Auth::Own,
            },
            Some("api_key") => Auth::ApiKey,
            Some("hmac") => Auth::Hmac,
            Some("oauth2") => Auth::OAuth2 {
                client_id: self
                    .client_id
                    .clone()
                    .filter(|id| !id.is_empty())
                    .ok_or_else(|| fault("client_id", "auth = \"oauth2\" needs a client_id"))?,
            },
            Some("none") => Auth::None,
            Some(other) => {
                let message = format!("{other:?} is none of api_key, hmac, oauth2, none");
                return Err(fault("auth", message));
            }
        };
        if self.client_id.is_some() && !matches!(auth, Auth::OAuth2 { .. }) {
            return Err(fault("client_id", "only for auth = \"oauth2\"; remove it"));
        }
        if self.header.is_some() && !matches!(auth, Auth::Header(_)) {
            return Err(fault("header", "not together with auth; remove one of them"));
        }
        Ok(auth)
    }
}

const SHORTEST_SILENCE: Duration = Duration::from_secs(3600);
/// As far back as the sweep looks for the last hook.
const LONGEST_SILENCE: Duration = Duration::from_secs(14 * 24 * 3600);

/// `off`, or how long: the default is learnt.
fn silence(text: &str) -> Result<Silence, Fault> {
    if text == "off" {
        return Ok(Silence::Off);
    }
    let limit = duration("silence", text)?;
    if !(SHORTEST_SILENCE..=LONGEST_SILENCE).contains(&limit) {
        return Err(fault("silence", "use \"off\", or from 1h to 14d"));
    }
    let limit = SignedDuration::try_from(limit).map_err(|_| fault("silence", "too long"))?;
    Ok(Silence::After(limit))
}

fn max_age(text: &str) -> Result<SignedDuration, Fault> {
    let age = duration("max_age", text)?;
    if age.is_zero() || age > Duration::from_secs(180 * 24 * 3600) {
        return Err(fault(
            "max_age",
            "use more than 0s and at most 180d, as long as keys are kept",
        ));
    }
    SignedDuration::try_from(age).map_err(|_| fault("max_age", "too long"))
}
