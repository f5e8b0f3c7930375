//! The tables of settings: `[server]`, `[egress]`, `[retention]`.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::document::Document;
use super::fault::Fault;

const LISTEN: &str = "127.0.0.1:8080";
const DATA: &str = "./data";
const SHORTEST_KEYS: Duration = Duration::from_secs(180 * 24 * 3600);
const SHORTEST_BODIES: Duration = Duration::from_secs(24 * 3600);

/// `[server]`, judged.
pub(super) struct Listening {
    pub(super) listen: SocketAddr,
    pub(super) public_url: Option<Url>,
    pub(super) data: PathBuf,
}

/// `[server]`; `None` when a fault was added.
pub(super) fn server(document: &mut Document<'_>, faults: &mut Vec<Fault>) -> Option<Listening> {
    section(document, "server", faults, Server::judge)
}

/// `[egress] allow`.
pub(super) fn allow(document: &mut Document<'_>, faults: &mut Vec<Fault>) -> Vec<IpNet> {
    section(document, "egress", faults, Egress::judge).unwrap_or_default()
}

/// `[retention]`: judged, so that nobody is promised what does not hold.
pub(super) fn retention(document: &mut Document<'_>, faults: &mut Vec<Fault>) {
    section(document, "retention", faults, Retention::judge);
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
        Ok(Listening { listen, public_url: public_url.transpose()?, data })
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
    fn judge(self) -> Result<(), Wrong> {
        let judge = |key, text: Option<String>, least: Duration, hint: &str| {
            let Some(text) = text else { return Ok(()) };
            match humantime::parse_duration(&text) {
                Ok(kept) if kept >= least => Ok(()),
                _ => Err((key, format!("{text:?} does not do; write {hint}"))),
            }
        };
        judge("keys", self.keys, SHORTEST_KEYS, "180d or more: providers replay after months")?;
        judge("bodies", self.bodies, SHORTEST_BODIES, "1d or more")
    }
}
