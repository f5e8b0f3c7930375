//! Where the calls go and how they are proven: what was typed, else what the configuration says.

use std::sync::Arc;

use anyhow::{Context as _, bail};
use domain::{Auth, Clock, Source, route};
use egress::{Guard, HttpEgress};
use ipnet::IpNet;
use url::Url;

use super::Script;
use super::story::Proof;
use crate::args::{AuthMode, Simulate};
use crate::config::{Config, Env, system_resolver};
use crate::run;

/// A target and its proof.
#[derive(Debug)]
pub(super) struct Aim {
    target: Url,
    /// The same source on this machine, where the target goes by the public URL.
    near: Option<String>,
    /// How calls are proven.
    pub(super) proof: Proof,
}

impl Aim {
    /// Puts together what was typed and what the configuration says.
    pub(super) fn take(what: &Simulate, script: Script, env: Env<'_>) -> anyhow::Result<Self> {
        if let Some(mode) = what.auth
            && !script.modes.contains(&mode)
        {
            bail!("--auth: not a way in which {} proves itself", script.name);
        }
        let config = run::read(&what.config, env);
        let (target, near, source) = match (&what.to, &config) {
            (Some(to), Ok(config)) => (to.clone(), None, named(config, script, to)),
            (Some(to), Err(_)) => (to.clone(), None, None),
            (None, Ok(config)) => {
                let source = first(config, script)?;
                let local = format!("{}/hooks/{}", Config::local_url(config.listen), source.id);
                let near = config.public_url.as_ref().map(|_| local);
                (address(config, source)?, near, Some(source))
            }
            (None, Err(_)) => return Err(config.err().map_or_else(nowhere, Into::into)),
        };
        let mode = what.auth.or_else(|| source.and_then(|source| mode(&source.auth)));
        let secret = what.secret.clone().or_else(|| {
            source
                .and_then(|source| source.secrets.first())
                .map(|secret| secret.expose().to_owned())
        });
        let secret = match (secret, mode) {
            (Some(secret), _) => secret,
            (None, Some(AuthMode::None)) => String::new(),
            (None, _) => match config {
                Ok(_) => bail!(
                    "{} names no source of {}; add it there, or use --secret",
                    target,
                    what.config.display()
                ),
                Err(faults) => {
                    return Err(faults)
                        .context("no --secret, and none can be read from the configuration");
                }
            },
        };
        let (mut header, mut client_id) = (None, None);
        if let Some(source) = source {
            match &source.auth {
                Auth::Header(name) => header = Some(name.as_str().to_owned()),
                Auth::OAuth2 { client_id: id } => client_id = Some(id.clone()),
                Auth::Own | Auth::ApiKey | Auth::Hmac | Auth::None => {}
            }
        }
        Ok(Self { target, near, proof: Proof { mode, secret, header, client_id, token: None } })
    }

    /// The URL of a call. A path that was typed whole stays as it is.
    pub(super) fn url(&self, tail: &str) -> String {
        let path = self.target.path().trim_end_matches('/');
        let typed_whole = route(path).is_some_and(|route| !route.tail.is_empty());
        let mut url = self.target.clone();
        if !tail.is_empty() && !typed_whole {
            url.set_path(&format!("{path}/{tail}"));
        }
        url.into()
    }

    /// What to do where the target cannot be reached.
    pub(super) fn remedy(&self) -> String {
        match &self.near {
            Some(near) => format!("; call this machine itself with --to {near}"),
            None => "; check that the program runs there, or name another URL with --to".to_owned(),
        }
    }

    /// A door to the target and to nothing else that is private.
    pub(super) fn egress(&self, clock: Arc<dyn Clock>) -> anyhow::Result<HttpEgress> {
        let host = self.target.host_str().context("--to: the URL has no host")?;
        let addresses = system_resolver(host.trim_matches(['[', ']']))
            .with_context(|| format!("{host} leads nowhere{}", self.remedy()))?;
        let allowed = addresses.into_iter().map(IpNet::from).collect();
        Ok(HttpEgress::new(Guard::new(allowed), clock)?)
    }
}

fn nowhere() -> anyhow::Error {
    anyhow::anyhow!("no configuration and no --to: nothing to call")
}

fn first(config: &Config, script: Script) -> anyhow::Result<&Source> {
    let mut sources = config.sources.iter().map(|(_, source)| source);
    sources.find(|source| source.id.provider() == script.name).with_context(|| {
        format!(
            "the configuration has no source of {}; add one, or use --to and --secret",
            script.name
        )
    })
}

/// The source whose URL was typed.
fn named<'a>(config: &'a Config, script: Script, to: &Url) -> Option<&'a Source> {
    let start = to.path().find("/hooks/")?;
    let route = route(to.path().get(start..)?)?;
    let mut sources = config.sources.iter().map(|(_, source)| source);
    sources.find(|source| source.id.provider() == script.name && source.id.name() == route.source)
}

fn address(config: &Config, source: &Source) -> anyhow::Result<Url> {
    let text = format!("{}/hooks/{}", config.base_url(config.listen), source.id);
    Url::parse(&text).with_context(|| format!("{text} is no URL"))
}

fn mode(auth: &Auth) -> Option<AuthMode> {
    match auth {
        Auth::Own | Auth::Header(_) => None,
        Auth::ApiKey => Some(AuthMode::ApiKey),
        Auth::Hmac => Some(AuthMode::Hmac),
        Auth::OAuth2 { .. } => Some(AuthMode::OAuth2),
        Auth::None => Some(AuthMode::None),
    }
}
