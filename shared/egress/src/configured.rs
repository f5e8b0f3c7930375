//! Whether what was configured may be called at all: a destination's hosts, the product's own or
//! allowed ones; a provider's API where a source says it is. The door asks again at connect time; this
//! tells a slip of the pen when it is made.

use std::io;
use std::net::{IpAddr, Ipv4Addr};

use domain::{Channel, Destination, DestinationAuth, Fault, Source, find_channel};
use url::{Host, Url};

use crate::guard::{Guard, Reach};

/// Where a name leads.
pub type Resolve<'a> = &'a dyn Fn(&str) -> io::Result<Vec<IpAddr>>;

/// Leads no name anywhere, where nobody is to wait for one: a name is judged when it is called.
pub fn unresolved(_: &str) -> io::Result<Vec<IpAddr>> {
    Ok(Vec::new())
}

impl Guard {
    /// Says which key of a destination leads where it must not, why, and what to do. A name that leads
    /// nowhere now may lead somewhere later, and stops nothing: the door judges where it leads then.
    pub fn judge_destination(
        &self,
        destination: &Destination,
        channels: &[&dyn Channel],
        resolve: Resolve<'_>,
    ) -> Result<(), Fault> {
        let Some(channel) = find_channel(channels, &destination.channel) else {
            return Ok(());
        };
        let judge = |url: &Url| self.judge_called(url, channel, resolve);
        if let Some(url) = channel.host(destination) {
            judge(&url).map_err(|why| Fault::new("endpoint", refused(&why)))?;
        }
        match &destination.settings.auth {
            DestinationAuth::OAuth2 { token_url, .. } => {
                judge(token_url).map_err(|why| Fault::new("auth.token_url", refused(&why)))
            }
            DestinationAuth::None
            | DestinationAuth::ApiKey(_)
            | DestinationAuth::Header { .. }
            | DestinationAuth::SepayHmac(_) => Ok(()),
        }
    }

    /// Says why the address in a source's `api` must not be called, and what to do. The operator has
    /// chosen it, so a public host may be anybody's.
    pub fn judge_source(&self, source: &Source, resolve: Resolve<'_>) -> Result<(), Fault> {
        let Some(url) = source.api.as_ref().and_then(|api| api.base.as_ref()) else {
            return Ok(());
        };
        let judged = self.judge_url(url).and_then(|reach| {
            let mut addresses = addresses(url, resolve).into_iter();
            addresses.try_for_each(|address| self.judge(address, reach))
        });
        judged.map_err(|forbidden| {
            Fault::new("api", format!("base: {}", refused(&forbidden.to_string())))
        })
    }

    /// Says which address of a URL's host is refused, and why.
    fn judge_called(
        &self,
        url: &Url,
        channel: &dyn Channel,
        resolve: Resolve<'_>,
    ) -> Result<(), String> {
        let reach = self.judge_url(url).map_err(|forbidden| forbidden.to_string())?;
        let own = channel.is_own_host(url);
        if own && reach == Reach::Public && !is_local(url) {
            return Ok(());
        }
        for address in addresses(url, resolve).into_iter().filter(|address| !self.allows(*address))
        {
            self.judge(address, reach).map_err(|forbidden| forbidden.to_string())?;
            if !own {
                return Err(format!("{address} (not a host of {}'s own)", channel.name()));
            }
        }
        Ok(())
    }
}

/// Where a URL's host leads now. This machine's own name leads here even where nobody is asked.
fn addresses(url: &Url, resolve: Resolve<'_>) -> Vec<IpAddr> {
    match url.host() {
        Some(Host::Ipv4(address)) => vec![address.into()],
        Some(Host::Ipv6(address)) => vec![address.into()],
        Some(Host::Domain(name)) => match resolve(name).unwrap_or_default() {
            none if none.is_empty() && is_here(url) => vec![Ipv4Addr::LOCALHOST.into()],
            found => found,
        },
        None => Vec::new(),
    }
}

fn refused(address: &str) -> String {
    format!(
        "the address {address} is not allowed; correct it, or add its range to [egress] allow (on \
         AWS: EgressAllow)"
    )
}

/// Whether a URL's host is this machine's own name.
fn is_here(url: &Url) -> bool {
    url.domain().is_some_and(|name| name.trim_end_matches('.') == "localhost")
}

/// Whether it may be, or one below it, which a network of its own may lead elsewhere.
fn is_local(url: &Url) -> bool {
    let below = |name: &str| name.trim_end_matches('.').ends_with(".localhost");
    is_here(url) || url.domain().is_some_and(below)
}
