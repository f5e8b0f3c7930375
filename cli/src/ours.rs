//! Our side of a provider's webhook: the source that is called, and the URL that it is called at. Not how the
//! provider is told.

use std::path::Path;

use anyhow::{Context as _, bail};
use domain::{Secret, Source};
use egress::{Forbidden, Guard};
use url::{Host, Url};

use crate::args::{Asked, Hooked};
use crate::config::Env;
use crate::run::read;

/// A source of the configuration, and how it is reached.
#[derive(Debug)]
pub(crate) struct Ours {
    pub(crate) source: Source,
    public_url: Option<Url>,
}

impl Ours {
    /// The source of this provider that is named, or the only one.
    pub(crate) fn find(
        provider: &str,
        name: Option<&str>,
        path: &Path,
        env: Env<'_>,
    ) -> anyhow::Result<Self> {
        let config = read(path, env)?;
        let shown = path.display();
        let sources = config.sources.into_iter().map(|(_, source)| source);
        let mut all: Vec<Source> = sources.filter(|s| s.id.provider() == provider).collect();
        let names = all.iter().map(|source| source.id.name()).collect::<Vec<_>>().join(", ");
        let source = match name {
            Some(name) => {
                let name =
                    name.strip_prefix(provider).and_then(|n| n.strip_prefix('/')).unwrap_or(name);
                let found = all.into_iter().find(|source| source.id.name() == name);
                found.with_context(|| {
                    format!("{shown} has no source {provider}/{name}; there are: {names}")
                })?
            }
            None => match (all.pop(), all.is_empty()) {
                (Some(source), true) => source,
                (Some(_), false) => {
                    bail!(
                        "{shown} has several sources of {provider}; choose with --source: {names}"
                    )
                }
                (None, _) => {
                    bail!("{shown} has no source of {provider}; add one, or name another file")
                }
            },
        };
        Ok(Self { source, public_url: config.public_url })
    }

    /// Where the source's provider is asked, if not at its own address.
    fn api_base(&self) -> Option<Url> {
        self.source.api.as_ref()?.base.clone()
    }

    /// The same asked at the source's address, where no other was typed: a sandbox's secrets are not shown
    /// to anybody else.
    pub(crate) fn asked(&self, asked: &Asked) -> Asked {
        let api_base = asked.api_base.clone().or_else(|| self.api_base());
        Asked { api_base, ..asked.clone() }
    }

    /// The URL that the provider is to call.
    pub(crate) fn hook(&self, hooked: &Hooked) -> anyhow::Result<Url> {
        let base = hooked.url.as_ref().or(self.public_url.as_ref()).context(
            "where do our URLs begin? say it with --url https://…, or set public_url in the configuration",
        )?;
        if let Some(why) = unreachable(base) {
            bail!("{base} cannot be called by a provider: {why}");
        }
        let path = format!("/hooks/{}", self.source.id);
        let before = base.path().trim_end_matches('/');
        let whole =
            if before.ends_with(&path) { before.to_owned() } else { format!("{before}{path}") };
        let mut url = base.clone();
        url.set_path(&whole);
        Ok(url)
    }

    /// The secret that the provider is to have: the source's first.
    pub(crate) fn secret(&self) -> anyhow::Result<Secret> {
        let first = self.source.secrets.first().cloned();
        first.with_context(|| format!("source {} has no secret; add one", self.source.id))
    }
}

/// Why a provider could not call what begins like this, as far as that can be seen from here.
fn unreachable(url: &Url) -> Option<&'static str> {
    if url.scheme() != "https" {
        return Some("write an https:// URL");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Some("write it without a query");
    }
    let local = |name: &str| name == "localhost" || name.ends_with(".localhost");
    if let Some(Host::Domain(name)) = url.host()
        && local(name)
    {
        return Some("it is this machine alone; put a proxy or tunnel in front");
    }
    match Guard::new(Vec::new()).judge_url(url) {
        Err(Forbidden::Address(_)) => {
            Some("its address is a private one; put a proxy or tunnel in front")
        }
        Err(Forbidden::UserInfo) => Some("write it without a user name or password"),
        Err(Forbidden::Plain(_) | Forbidden::Scheme) | Ok(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use domain::SourceRecord;

    use super::*;

    fn hook(typed: Option<&str>, public_url: Option<&str>) -> Result<String, String> {
        let record = SourceRecord {
            provider: "casso".to_owned(),
            name: "shop".to_owned(),
            secrets: vec!["s".to_owned()],
            ..SourceRecord::default()
        };
        let url = |text: Option<&str>| text.map(|text| Url::parse(text).unwrap());
        let ours = Ours { source: record.parse_alone().unwrap(), public_url: url(public_url) };
        let hooked = Hooked { source: None, url: url(typed) };
        ours.hook(&hooked).map(String::from).map_err(|error| error.to_string())
    }

    #[test]
    fn a_hooks_url_begins_as_typed_or_as_configured() {
        let own = "https://hooks.example.com/hooks/casso/shop";
        for (typed, public_url, expected) in [
            (Some("https://hooks.example.com"), None, own),
            (Some("https://hooks.example.com/"), Some("https://old.example"), own),
            (None, Some("https://hooks.example.com"), own),
            (Some(own), None, own),
            (Some("https://x.example:8443/a/"), None, "https://x.example:8443/a/hooks/casso/shop"),
        ] {
            assert_eq!(hook(typed, public_url).as_deref(), Ok(expected), "{typed:?}");
        }
    }

    #[test]
    fn what_no_provider_can_call_is_refused_before_it_is_told() {
        let machine = "it is this machine alone; put a proxy or tunnel in front";
        let private = "its address is a private one; put a proxy or tunnel in front";
        for (typed, why) in [
            ("http://hooks.example.com/", "write an https:// URL"),
            ("https://localhost/", machine),
            ("https://a.localhost/", machine),
            ("https://127.0.0.1/", private),
            ("https://[::1]/", private),
            ("https://192.168.1.4:8443/", private),
            ("https://u:p@x.example/", "write it without a user name or password"),
            ("https://x.example/?a=1", "write it without a query"),
        ] {
            let told = hook(Some(typed), None).unwrap_err();
            assert_eq!(told, format!("{typed} cannot be called by a provider: {why}"));
        }
        let told = hook(None, None).unwrap_err();
        assert!(told.starts_with("where do our URLs begin? say it with --url"), "{told}");
    }
}
