//! Whether a destination's host may be called at all: the product's own, or one that `[egress]
//! allow` covers. The door asks again at connect time; this tells a slip of the pen at start.

use std::io;
use std::net::{IpAddr, ToSocketAddrs as _};

use domain::{Destination, find_channel};
use egress::{Guard, Reach};
use url::{Host, Url};

use super::Surroundings;

/// Where a name leads.
pub type Resolve<'a> = &'a dyn Fn(&str) -> io::Result<Vec<IpAddr>>;

/// The system's resolver.
pub fn system_resolver(name: &str) -> io::Result<Vec<IpAddr>> {
    Ok((name, 0).to_socket_addrs()?.map(|address| address.ip()).collect())
}

/// Says what is wrong with a destination's host, and what to do.
pub(super) fn judge(
    destination: &Destination,
    surroundings: Surroundings<'_>,
    guard: &Guard,
) -> Result<(), String> {
    let Some(channel) = find_channel(surroundings.channels, &destination.channel) else {
        return Ok(());
    };
    let Some(url) = channel.host(destination) else { return Ok(()) };
    let reach = guard.judge_url(&url).map_err(|forbidden| refused(&forbidden.to_string()))?;
    let own = channel.is_own_host(&url);
    if own && reach == Reach::Public && !is_local(&url) {
        return Ok(());
    }
    let addresses = match url.host() {
        Some(Host::Ipv4(address)) => vec![address.into()],
        Some(Host::Ipv6(address)) => vec![address.into()],
        Some(Host::Domain(name)) => (surroundings.resolve)(name)
            .map_err(|error| format!("{name} leads nowhere ({error}); check the name"))?,
        None => Vec::new(),
    };
    match addresses.into_iter().find(|address| !guard.allows(*address)) {
        None => Ok(()),
        Some(address) if own => {
            Err(refused(&format!("{address} (called by https on port 443 or 8443 only)")))
        }
        Some(address) => {
            let why = format!("{address} (not a host of {}'s own)", destination.channel);
            Err(refused(&why))
        }
    }
}

fn refused(address: &str) -> String {
    format!("the address {address} is not allowed; correct it, or add its range to [egress] allow")
}

fn is_local(url: &Url) -> bool {
    url.domain().is_some_and(|name| name == "localhost" || name.ends_with(".localhost"))
}
