//! Whether a destination's hosts may be called at all: the product's own, or one that `[egress]
//! allow` covers; and whether a provider's API may be asked where a source says it is. The door asks again at connect time; this tells a slip of the pen at start.

use std::io;
use std::net::{IpAddr, ToSocketAddrs as _};

use domain::{Channel, Destination, DestinationAuth, Source, find_channel};
use egress::{Guard, Reach};
use url::{Host, Url};

use super::Surroundings;

/// Where a name leads.
pub type Resolve<'a> = &'a dyn Fn(&str) -> io::Result<Vec<IpAddr>>;

/// The system's resolver.
pub fn system_resolver(name: &str) -> io::Result<Vec<IpAddr>> {
    Ok((name, 0).to_socket_addrs()?.map(|address| address.ip()).collect())
}

/// Says which key of a destination leads where it must not, why, and what to do. A name that leads
/// nowhere now may lead somewhere later, and stops nothing: the door judges where it leads then.
pub(crate) fn judge(
    destination: &Destination,
    surroundings: Surroundings<'_>,
    guard: &Guard,
) -> Result<(), (&'static str, String)> {
    let Some(channel) = find_channel(surroundings.channels, &destination.channel) else {
        return Ok(());
    };
    let judge = |url: &Url| judge_url(url, channel, surroundings.resolve, guard);
    if let Some(url) = channel.host(destination) {
        judge(&url).map_err(|why| ("endpoint", refused(&why)))?;
    }
    match &destination.settings.auth {
        DestinationAuth::OAuth2 { token_url, .. } => {
            judge(token_url).map_err(|why| ("auth", format!("token_url: {}", refused(&why))))
        }
        DestinationAuth::None
        | DestinationAuth::ApiKey(_)
        | DestinationAuth::Header { .. }
        | DestinationAuth::SepayHmac(_) => Ok(()),
    }
}

/// Says why the address in a source's `api` must not be called, and what to do. The operator has
/// chosen it, so a public host may be anybody's.
pub(super) fn judge_source(
    source: &Source,
    surroundings: Surroundings<'_>,
    guard: &Guard,
) -> Result<(), (&'static str, String)> {
    let Some(url) = source.api.as_ref().and_then(|api| api.base.as_ref()) else { return Ok(()) };
    let judged = guard.judge_url(url).and_then(|reach| {
        let mut addresses = addresses(url, surroundings.resolve).into_iter();
        addresses.try_for_each(|address| guard.judge(address, reach))
    });
    judged.map_err(|forbidden| ("api", format!("base: {}", refused(&forbidden.to_string()))))
}

/// Where a URL's host leads now.
fn addresses(url: &Url, resolve: Resolve<'_>) -> Vec<IpAddr> {
    match url.host() {
        Some(Host::Ipv4(address)) => vec![address.into()],
        Some(Host::Ipv6(address)) => vec![address.into()],
        Some(Host::Domain(name)) => resolve(name).unwrap_or_default(),
        None => Vec::new(),
    }
}

/// Says which address of a URL's host is refused, and why.
fn judge_url(
    url: &Url,
    channel: &dyn Channel,
    resolve: Resolve<'_>,
    guard: &Guard,
) -> Result<(), String> {
    let reach = guard.judge_url(url).map_err(|forbidden| forbidden.to_string())?;
    let own = channel.is_own_host(url);
    if own && reach == Reach::Public && !is_local(url) {
        return Ok(());
    }
    for address in addresses(url, resolve).into_iter().filter(|address| !guard.allows(*address)) {
        guard.judge(address, reach).map_err(|forbidden| forbidden.to_string())?;
        if !own {
            return Err(format!("{address} (not a host of {}'s own)", channel.name()));
        }
    }
    Ok(())
}

fn refused(address: &str) -> String {
    format!("the address {address} is not allowed; correct it, or add its range to [egress] allow")
}

fn is_local(url: &Url) -> bool {
    url.domain().is_some_and(|name| name == "localhost" || name.ends_with(".localhost"))
}
