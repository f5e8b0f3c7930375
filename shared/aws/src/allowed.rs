//! `TINGTING_EGRESS_ALLOW`: the private ranges that destinations and providers' APIs may use, separated by commas. None
//! where it is not set: on AWS nothing of the network around a function is a destination's business.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::settings::{Env, SettingsError};

const NAME: &str = "TINGTING_EGRESS_ALLOW";

/// Reads the ranges.
pub fn allowed_ranges(env: Env<'_>) -> Result<Vec<IpNet>, SettingsError> {
    let value = env(NAME).unwrap_or_default();
    let texts = value.split(',').map(str::trim).filter(|text| !text.is_empty());
    texts.map(range).collect::<Option<_>>().ok_or(SettingsError::Unusable {
        name: NAME,
        value,
        wanted: "write ranges of addresses, separated by commas: 10.1.0.0/16,127.0.0.1/32",
    })
}

fn range(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: Option<&str>) -> Result<Vec<String>, SettingsError> {
        let value = value.map(str::to_owned);
        let ranges = allowed_ranges(&|name| if name == NAME { value.clone() } else { None });
        Ok(ranges?.iter().map(IpNet::to_string).collect())
    }

    #[test]
    fn ranges_and_single_addresses_are_taken() {
        for nothing in [None, Some(""), Some(" , ")] {
            assert_eq!(of(nothing), Ok(Vec::new()), "{nothing:?}");
        }
        let ranges = of(Some("10.1.0.0/16, 127.0.0.1,::1"));
        assert_eq!(ranges.unwrap(), ["10.1.0.0/16", "127.0.0.1/32", "::1/128"]);
    }

    #[test]
    fn what_is_no_range_is_named_with_its_variable() {
        let told = of(Some("10.0.0.0/8,intranet")).unwrap_err().to_string();
        assert!(told.contains(NAME) && told.contains("intranet"), "{told}");
    }
}
