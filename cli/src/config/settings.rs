//! The tables of settings: `[server]`, `[egress]`, `[retention]`, `[sweep]`.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use jiff::SignedDuration;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::document::Document;
use super::fault::Fault;

const LISTEN: &str = "127.0.0.1:8080";
const DATA: &str = "./data";
const SHORTEST_KEYS: Duration = Duration::from_secs(180 * 24 * 3600);
/// How long things are kept unless it is said.
const KEPT: Duration = SHORTEST_KEYS;
const PROBE_EVERY: Duration = Duration::from_secs(15 * 60);
const SHORTEST_PROBE: Duration = Duration::from_secs(60);
/// A paused destination is disabled after seven days: it is to be probed before.
const LONGEST_PROBE: SignedDuration = SignedDuration::from_hours(24);
const SHORTEST_BODIES: Duration = Duration::from_secs(24 * 3600);

/// `[server]`, judged.
pub(super) struct Listening {
    pub(super) listen: SocketAddr,
    pub(super) public_url: Option<Url>,
    pub(super) data: PathBuf,
    pub(super) plain_http: bool,
}

/// `[server]`; `None` when a fault was added.
pub(super) fn server(document: &mut Document<'_>, faults: &mut Vec<Fault>) -> Option<Listening> {
    section(document, "server", faults, Server::judge)
}

/// `[egress] allow`.
pub(super) fn allow(document: &mut Document<'_>, faults: &mut Vec<Fault>) -> Vec<IpNet> {
    section(document, "egress", faults, Egress::judge).unwrap_or_default()
}

/// `[retention]`; `None` when a fault was added.
pub(super) fn retention(
    document: &mut Document<'_>,
    faults: &mut Vec<Fault>,
) -> Option<domain::Retention> {
    section(document, "retention", faults, Retention::judge)
}

/// `[sweep] probe_every`; `None` when a fault was added.
pub(super) fn probe_every(
    document: &mut Document<'_>,
    faults: &mut Vec<Fault>,
) -> Option<SignedDuration> {
    section(document, "sweep", faults, Sweeping::judge)
}

/// What is wrong with which key.
type Wrong = (&'static str, String);

/// Reads one table, or its defaults, and judges it.
fn section<T: DeserializeOwned + Default, J>(
    document: &mut Document<'_>,
    name: &str,
    faults: &mut Vec<Fault>,
    judge: fn(T) -> Result<J, Wrong>,
) -> Option<J> {
    let Some(value) = document.take(name) else { return judge(T::default()).ok() };
    let read = document.read(name, value.clone()).and_then(|record| {
        judge(record).map_err(|(key, message)| Fault {
            line: document.line_of_key(&value, key),
            message: format!("{name}.{key}: {message}"),
        })
    });
    read.map_err(|fault| faults.push(fault)).ok()
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Server {
    listen: Option<String>,
    public_url: Option<String>,
    data: Option<PathBuf>,
    plain_http: Option<bool>,
}

impl Server {
    fn judge(self) -> Result<Listening, Wrong> {
        let listen = self.listen.as_deref().unwrap_or(LISTEN);
        let listen = listen.parse().map_err(|_| {
            let message = format!("{listen:?} is no address and port; write \"{LISTEN}\"");
            ("listen", message)
        })?;
        let public_url = self.public_url.as_deref().map(|text| match Url::parse(text) {
            Ok(url) if is_base(&url) => Ok(url),
            _ => {
                let hint = "write the https:// URL that the providers reach, without a query";
                Err(("public_url", format!("{text:?} is no such URL; {hint}")))
            }
        });
        let data = self.data.unwrap_or_else(|| PathBuf::from(DATA));
        let plain_http = self.plain_http.unwrap_or(false);
        Ok(Listening { listen, public_url: public_url.transpose()?, data, plain_http })
    }
}

fn is_base(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.query().is_none()
        && url.fragment().is_none()
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Egress {
    #[serde(default)]
    allow: Vec<String>,
}

impl Egress {
    fn judge(self) -> Result<Vec<IpNet>, Wrong> {
        let range = |text: &String| {
            let address = || text.parse::<IpAddr>().map(IpNet::from);
            text.parse::<IpNet>().or_else(|_| address()).map_err(|_| {
                ("allow", format!("{text:?} is no range of addresses; write \"10.1.0.0/16\""))
            })
        };
        self.allow.iter().map(range).collect()
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Retention {
    keys: Option<String>,
    bodies: Option<String>,
}

impl Retention {
    fn judge(self) -> Result<domain::Retention, Wrong> {
        let hint = "180d or more: providers replay after months";
        let keys = at_least("keys", self.keys, KEPT, SHORTEST_KEYS, hint)?;
        let bodies = at_least("bodies", self.bodies, KEPT, SHORTEST_BODIES, "1d or more")?;
        Ok(domain::Retention { keys, bodies: bodies.min(keys) })
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sweeping {
    probe_every: Option<String>,
}

impl Sweeping {
    fn judge(self) -> Result<SignedDuration, Wrong> {
        let hint = "1m to 1d";
        let said = self.probe_every.clone().unwrap_or_default();
        let every = at_least("probe_every", self.probe_every, PROBE_EVERY, SHORTEST_PROBE, hint)?;
        if every > LONGEST_PROBE {
            return Err(("probe_every", format!("{said:?} does not do; write {hint}")));
        }
        Ok(every)
    }
}

/// A duration that is not too short, or the default.
fn at_least(
    key: &'static str,
    text: Option<String>,
    default: Duration,
    least: Duration,
    hint: &str,
) -> Result<SignedDuration, Wrong> {
    let span = match &text {
        Some(text) => humantime::parse_duration(text).ok().filter(|span| *span >= least),
        None => Some(default),
    };
    let span = span.and_then(|span| SignedDuration::try_from(span).ok());
    span.ok_or_else(|| (key, format!("{:?} does not do; write {hint}", text.unwrap_or_default())))
}
