//! `tingting.toml`: read once at start, judged whole, every fault told with its line and the remedy.

mod allowances;
#[cfg(test)]
mod api_tests;
mod document;
mod fault;
mod folder;
mod forms;
mod reach;
mod records;
mod settings;
#[cfg(test)]
mod tests;
mod variables;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use domain::{Channel, Destination, DestinationRecord, Provider, Retention, Source, SourceRecord};
use egress::Guard;
use ipnet::IpNet;
use jiff::SignedDuration;
use url::Url;

pub(crate) use allowances::allowances;
use document::Document;
pub use egress::Resolve;
pub use fault::{Fault, Faults};
pub(crate) use folder::data_folder;
pub use reach::system_resolver;
use settings::Listening;
pub use variables::Env;

/// What reading a configuration needs beside the file.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "functions have nothing to show")]
pub struct Surroundings<'a> {
    /// The environment.
    pub env: Env<'a>,
    /// Where names lead.
    pub resolve: Resolve<'a>,
    /// The providers known.
    pub providers: &'a [&'a dyn Provider],
    /// The channels known.
    pub channels: &'a [&'a dyn Channel],
}

/// A configuration that was judged.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// What printed URLs start with, where that is not the address listened on.
    pub public_url: Option<Url>,
    /// Whether the console's cookies may go over plain HTTP.
    pub plain_http: bool,
    /// The folder of the database.
    pub data: PathBuf,
    /// Ranges that destinations may use beside the public internet.
    pub allow: Vec<IpNet>,
    /// How long things are kept.
    pub retention: Retention,
    /// How often a paused destination is probed.
    pub probe_every: SignedDuration,
    /// Sources, as typed and as understood.
    pub sources: Vec<(SourceRecord, Source)>,
    /// Destinations, as typed and as understood.
    pub destinations: Vec<(DestinationRecord, Destination)>,
}

impl Config {
    /// Reads and judges a file.
    pub fn read(path: &Path, surroundings: Surroundings<'_>) -> Result<Self, Faults> {
        let judged = match std::fs::read(path) {
            Ok(bytes) => text(&bytes).and_then(|text| Self::parse(text, surroundings)),
            Err(error) => {
                let hint = "check the path and its permissions; where there is none yet, `tingting serve` writes one";
                let message = format!("cannot be read ({error}); {hint}");
                Err(vec![Fault { line: None, message }])
            }
        };
        judged.map_err(|faults| Faults { path: path.to_owned(), faults })
    }

    /// Judges a text.
    pub fn parse(text: &str, surroundings: Surroundings<'_>) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let resolved = variables::resolve(text, surroundings.env, &mut faults);
        let Some(mut document) = Document::parse(&resolved) else { return Err(sorted(faults)) };
        let server = settings::server(&mut document, &mut faults);
        let allow = settings::allow(&mut document, &mut faults);
        let retention = settings::retention(&mut document, &mut faults);
        let probe_every = settings::probe_every(&mut document, &mut faults);
        let guard = Guard::new(allow.clone());
        let sources = records::sources(&mut document, surroundings, &guard, &mut faults);
        let destinations = records::destinations(&mut document, surroundings, &guard, &mut faults);
        faults.extend(document.leftovers());
        match (server, retention, probe_every) {
            (Some(server), Some(retention), Some(probe_every)) if faults.is_empty() => {
                let Listening { listen, public_url, data, plain_http } = server;
                let config = Self {
                    listen,
                    public_url,
                    plain_http,
                    data,
                    allow,
                    retention,
                    probe_every,
                    sources,
                    destinations,
                };
                Ok(config)
            }
            _ => Err(sorted(faults)),
        }
    }

    /// What the URLs of hooks start with, when listening on `bound`.
    pub fn base_url(&self, bound: SocketAddr) -> String {
        match &self.public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => Self::local_url(bound),
        }
    }

    /// What the URLs of hooks start with on the machine that listens on `bound`.
    pub fn local_url(bound: SocketAddr) -> String {
        match bound.ip() {
            ip if ip.is_unspecified() => format!("http://127.0.0.1:{}", bound.port()),
            _ => format!("http://{bound}"),
        }
    }

    /// What `preview` destinations would tell whoever keeps a stdout that is no terminal.
    pub fn exposed(&self) -> Vec<String> {
        let destinations = self.destinations.iter().map(|(_, destination)| destination);
        destinations
            .filter(|destination| destination.active && destination.channel == "preview")
            .map(|destination| {
                format!(
                    "stdout is no terminal, and destination {} shows memos and account numbers \
                     there: remove it where stdout is kept, or send stdout to /dev/null (systemd: \
                     StandardOutput=null)",
                    destination.name
                )
            })
            .collect()
    }

    /// Sources that a destination names and this file does not have: probably a slip of the pen.
    pub fn strangers(&self) -> Vec<String> {
        let known: BTreeSet<&str> = self.sources.iter().map(|(_, s)| s.id.as_str()).collect();
        let named = self.destinations.iter().flat_map(|(_, destination)| {
            let sources = destination.filter.sources.iter();
            sources.map(move |source| (&destination.name, source))
        });
        named
            .filter(|(_, source)| !known.contains(source.as_str()))
            .map(|(name, source)| {
                format!("destination {name} waits for {source}, which is no source of this file")
            })
            .collect()
    }
}

/// A file's text, which TOML wants in UTF-8.
fn text(bytes: &[u8]) -> Result<&str, Vec<Fault>> {
    std::str::from_utf8(bytes).map_err(|error| {
        let end = error.valid_up_to();
        let before = bytes.iter().take(end).filter(|byte| **byte == b'\n').count();
        let message = "not UTF-8; save the file as UTF-8".to_owned();
        vec![Fault { line: Some(before + 1), message }]
    })
}

/// In the order of the lines, one per line: what was found first is the cause of what follows.
fn sorted(mut faults: Vec<Fault>) -> Vec<Fault> {
    faults.sort_by_key(|fault| fault.line);
    faults.dedup_by(|next, first| first.line.is_some() && first.line == next.line);
    faults
}
