//! The cookies: read from a request, and written as strictly as its way allows. `Secure` always, but
//! for a browser on this very machine, or where the operator of the machine allowed plain HTTP.

use std::net::IpAddr;

use http::header::{COOKIE, HOST};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};

/// From where a request came over plain HTTP: put among its extensions by a front door that knows.
/// Where it is not there, TLS ended before us.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// The cookies that a request brought.
#[derive(Debug, Default)]
pub(crate) struct Cookies(Vec<(String, String)>);

impl Cookies {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
        Self(pairs.map(|(name, said)| (name.trim().to_owned(), said.trim().to_owned())).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, said)| said.as_str()).filter(|said| !said.is_empty())
    }
}

/// How cookies are named and written for one request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Jar {
    secure: bool,
}

impl Jar {
    /// For a request; `plain` is what the machine's operator allowed.
    pub(crate) fn of(parts: &Parts, plain: bool) -> Self {
        let from_here = parts.extensions.get::<Peer>().is_some_and(|Peer(ip)| ip.is_loopback());
        let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        // A proxy on this machine speaks for somebody elsewhere.
        let proxied = ["forwarded", "x-forwarded-for", "x-forwarded-proto"]
            .iter()
            .any(|name| parts.headers.contains_key(*name));
        let plainly = parts.extensions.get::<Peer>().is_some() && plain;
        Self { secure: !(plainly || (from_here && !proxied && is_loopback(host))) }
    }

    /// The cookie of a session. With the prefix no other host of the domain can have set it.
    pub(crate) fn session(self) -> &'static str {
        if self.secure { "__Host-tingting" } else { "tingting" }
    }

    /// The cookie of somebody who has not signed in yet.
    pub(crate) fn guest(self) -> &'static str {
        if self.secure { "__Host-tingting-guest" } else { "tingting-guest" }
    }

    /// `Set-Cookie`; without an age it is over when the browser is.
    pub(crate) fn set(self, name: &str, said: &str, seconds: Option<u32>) -> Option<HeaderValue> {
        let secure = if self.secure { "; Secure" } else { "" };
        let age = seconds.map(|age| format!("; Max-Age={age}")).unwrap_or_default();
        let line = format!("{name}={said}; Path=/; HttpOnly; SameSite=Strict{secure}{age}");
        HeaderValue::try_from(line).ok()
    }
}

fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
