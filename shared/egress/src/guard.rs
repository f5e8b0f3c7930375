//! The address guard: which addresses a destination may have. Decides about one address or one URL;
//! where names lead is found out by the resolver in `connect`, at connect time, so that a name which
//! changes its mind between check and use gains nothing.
//!
//! The refused ranges are those of the IANA special-purpose registries that lead to the machine
//! itself, to its network, or nowhere.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use url::{Host, Url};

/// Not reachable from the public internet, or not one receiver.
const REFUSED: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/8",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
];

/// Every address there is.
const EVERYWHERE: [&str; 2] = ["0.0.0.0/0", "::/0"];

/// Which addresses destinations may have.
#[derive(Debug, Clone)]
pub struct Guard {
    refused: Vec<IpNet>,
    allowed: Vec<IpNet>,
}

/// How far a connection may go, decided by the URL's scheme and port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// https on 443 or 8443: every public address, and those that `[egress] allow` covers.
    Public,
    /// http, or another port: only addresses that `[egress] allow` covers.
    AllowedOnly,
}

/// Why a URL or an address is not for destinations. The text completes "the address … is not
/// allowed".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// The address lies in a refused range.
    #[error("{0} (in a private or special network)")]
    Address(IpAddr),
    /// Plain http or an unusual port, to an address that is not allowed by name.
    #[error("{0} (called by https on port 443 or 8443 only)")]
    Plain(IpAddr),
    /// Neither http nor https.
    #[error("of a URL that is neither http nor https")]
    Scheme,
    /// A URL that carries a user name or password.
    #[error("of a URL with a user name or password")]
    UserInfo,
}

impl Guard {
    /// A guard that lets the ranges of `[egress] allow` through beside the public internet.
    pub fn new(allowed: Vec<IpNet>) -> Self {
        let refused = REFUSED.iter().filter_map(|range| range.parse().ok()).collect();
        Self { refused, allowed }
    }

    /// A guard that lets every address through: for a URL that whoever runs the program has typed, and
    /// could call by any other means. Never for a destination's.
    pub fn open() -> Self {
        Self {
            refused: Vec::new(),
            allowed: EVERYWHERE.iter().filter_map(|r| r.parse().ok()).collect(),
        }
    }

    /// Whether `[egress] allow` covers an address.
    pub fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.allowed.iter().any(|range| range.contains(&address))
    }

    /// Judges an address.
    pub fn judge(&self, address: IpAddr, reach: Reach) -> Result<(), Forbidden> {
        if self.allows(address) {
            return Ok(());
        }
        let meant = meant(address);
        if self.refused.iter().any(|range| range.contains(&meant)) {
            return Err(Forbidden::Address(address));
        }
        match reach {
            Reach::Public => Ok(()),
            Reach::AllowedOnly => Err(Forbidden::Plain(address)),
        }
    }

    /// Judges what a URL says by itself: its scheme, its port, and the address where its host is one.
    /// The result is what the addresses of its name will be judged by.
    pub fn judge_url(&self, url: &Url) -> Result<Reach, Forbidden> {
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Forbidden::UserInfo);
        }
        let reach = match (url.scheme(), url.port_or_known_default()) {
            ("https", Some(443 | 8443)) => Reach::Public,
            ("https" | "http", _) => Reach::AllowedOnly,
            _ => return Err(Forbidden::Scheme),
        };
        match url.host() {
            Some(Host::Ipv4(address)) => self.judge(address.into(), reach)?,
            Some(Host::Ipv6(address)) => self.judge(address.into(), reach)?,
            Some(Host::Domain(_)) => {}
            None => return Err(Forbidden::Scheme),
        }
        Ok(reach)
    }
}

/// The address that a packet would reach: the IPv4 one inside a mapped or a NAT64 address. NAT64 is
/// decoded and not refused, because behind it every IPv4 receiver is reached that way.
fn meant(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => nat64(v6).map_or(IpAddr::V6(v6), IpAddr::V4),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// The IPv4 address inside `64:ff9b::/96`.
fn nat64(address: Ipv6Addr) -> Option<Ipv4Addr> {
    match address.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(guard: &Guard, url: &str) -> Result<Reach, Forbidden> {
        guard.judge_url(&Url::parse(url).unwrap_or_else(|e| panic!("{url}: {e}")))
    }

    #[test]
    fn every_refused_range_is_a_range() {
        assert_eq!(Guard::new(Vec::new()).refused.len(), REFUSED.len());
    }

    #[test]
    fn the_ends_of_every_range_are_refused_and_their_neighbours_are_not() {
        let guard = Guard::new(Vec::new());
        for (first, last) in [
            ("0.0.0.0", "0.255.255.255"),
            ("10.0.0.0", "10.255.255.255"),
            ("100.64.0.0", "100.127.255.255"),
            ("127.0.0.0", "127.255.255.255"),
            ("169.254.0.0", "169.254.255.255"),
            ("172.16.0.0", "172.31.255.255"),
            ("192.0.0.0", "192.0.0.255"),
            ("192.0.2.0", "192.0.2.255"),
            ("192.88.99.0", "192.88.99.255"),
            ("192.168.0.0", "192.168.255.255"),
            ("198.18.0.0", "198.19.255.255"),
            ("198.51.100.0", "198.51.100.255"),
            ("203.0.113.0", "203.0.113.255"),
            ("224.0.0.0", "255.255.255.255"),
            ("::", "ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"),
            ("100::", "100::ffff:ffff:ffff:ffff"),
            ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("fe80::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"),
            ("::ffff:127.0.0.1", "fd00:ec2::254"),
        ] {
            for text in [first, last] {
                let address: IpAddr = text.parse().unwrap();
                let verdict = guard.judge(address, Reach::Public);
                assert_eq!(verdict, Err(Forbidden::Address(address)), "{text}");
            }
        }
        for text in [
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "2001:200::1",
            "2606:4700::1111",
            "2a00:1450:4001::1",
        ] {
            let address: IpAddr = text.parse().unwrap();
            assert_eq!(guard.judge(address, Reach::Public), Ok(()), "{text}");
        }
    }

    #[test]
    fn an_address_in_a_url_is_judged_in_every_spelling() {
        let guard = Guard::new(Vec::new());
        for url in [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0177.0.0.1/",
            "https://127.0.0.1./",
            "https://１２７.０.０.１/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[64:ff9b::127.0.0.1]/",
            "https://[fe80::1]/",
            "https://169.254.169.254/latest/meta-data/",
        ] {
            assert!(matches!(judge(&guard, url), Err(Forbidden::Address(_))), "{url}");
        }
    }

    #[test]
    fn scheme_and_port_decide_how_far_a_name_may_lead() {
        let guard = Guard::new(Vec::new());
        let public: IpAddr = "8.8.8.8".parse().unwrap();
        for (url, verdict) in [
            ("https://example.com/", Ok(Reach::Public)),
            ("https://example.com:8443/", Ok(Reach::Public)),
            ("https://example.com:444/", Ok(Reach::AllowedOnly)),
            ("http://example.com/", Ok(Reach::AllowedOnly)),
            ("http://example.com:443/", Ok(Reach::AllowedOnly)),
            ("http://8.8.8.8/", Err(Forbidden::Plain(public))),
            ("https://8.8.8.8:9000/", Err(Forbidden::Plain(public))),
            ("ftp://example.com/", Err(Forbidden::Scheme)),
            ("https://user@example.com/", Err(Forbidden::UserInfo)),
            ("https://:word@example.com/", Err(Forbidden::UserInfo)),
        ] {
            assert_eq!(judge(&guard, url), verdict, "{url}");
        }
    }

    #[test]
    fn what_the_operator_allows_is_taken_plain_and_on_any_port() {
        let guard = Guard::new(vec!["127.0.0.1/32".parse().unwrap(), "fd12::/16".parse().unwrap()]);
        for url in ["http://127.0.0.1:9000/", "http://[::ffff:127.0.0.1]/", "http://[fd12::7]/"] {
            assert_eq!(judge(&guard, url), Ok(Reach::AllowedOnly), "{url}");
        }
        let other: IpAddr = "127.0.0.2".parse().unwrap();
        assert_eq!(judge(&guard, "https://127.0.0.2/"), Err(Forbidden::Address(other)));
        assert_eq!(guard.judge(other, Reach::AllowedOnly), Err(Forbidden::Address(other)));
    }

    #[test]
    fn an_open_guard_lets_every_address_through_and_no_password() {
        let guard = Guard::open();
        for url in [
            "http://127.0.0.1:9000/",
            "https://10.0.0.1/",
            "http://[fe80::1]/",
            "http://8.8.8.8:1/",
        ] {
            assert!(judge(&guard, url).is_ok(), "{url}");
        }
        assert_eq!(judge(&guard, "https://:word@10.0.0.1/"), Err(Forbidden::UserInfo));
    }
}
