//! `[source.api]`: how it may be written, and what is said when it is wrong.

use std::net::IpAddr;

use domain::{Credentials, Secret};

use super::*;

fn resolver(name: &str) -> std::io::Result<Vec<IpAddr>> {
    match name {
        "inside.example" => Ok(vec!["10.0.0.1".parse().unwrap()]),
        _ => Ok(vec!["8.8.8.8".parse().unwrap()]),
    }
}

/// What follows a source of this provider, understood or told.
fn source(provider: &str, rest: &str) -> Result<Source, Vec<String>> {
    let env = |name: &str| (name == "KEY").then(|| "from-the-environment".to_owned());
    let providers = providers::ALL;
    let surroundings = Surroundings { env: &env, resolve: &resolver, providers, channels: &[] };
    let auth = if provider == "sepay" { "auth = \"hmac\"\n" } else { "\n" };
    let text = format!(
        "[[source]]\nprovider = \"{provider}\"\nname = \"a\"\n{auth}secrets = [\"s\"]\n{rest}"
    );
    let told = |f: Fault| format!("{}: {}", f.line.unwrap_or_default(), f.message);
    Config::parse(&text, surroundings)
        .map(|config| config.sources[0].1.clone())
        .map_err(|faults| faults.into_iter().map(told).collect())
}

#[test]
fn it_may_be_a_table_or_stand_in_one_line() {
    let key = Credentials::Key(Secret::parse("from-the-environment").unwrap());
    for rest in [
        "api = { key = { env = \"KEY\" }, accounts = \"0071\", every = \"1h\" }\n",
        "[source.api]\nkey = { env = \"KEY\" }\naccounts = [\"0071\"]\nevery = \"1h\"\n",
    ] {
        let api = source("casso", rest).unwrap().api.unwrap();
        assert_eq!((&api.credentials, &api.accounts[..]), (&key, &["0071".to_owned()][..]));
        assert_eq!(api.every, Some(std::time::Duration::from_secs(3600)));
    }
    let rest = "[source.api]\nclient_id = \"i\"\nclient_secret = \"s\"\nrefresh_token = \"r\"\n";
    assert!(source("sepay", rest).unwrap().api.is_some());
    assert_eq!(source("casso", "").unwrap().api, None);
}

#[test]
fn what_is_wrong_has_its_line_and_a_remedy() {
    let forms = "write api = { key = \"…\" } (casso), { token = \"…\" } or { client_id = \"…\", \
                 client_secret = \"…\", refresh_token = \"…\" } (sepay)";
    let table = "api: expected a table of one of these forms";
    for (provider, rest, told) in [
        ("casso", "api = \"s3cret\"", format!("6: {table}, {forms}")),
        ("casso", "api = { key = 7 }", format!("6: {table}, {forms}")),
        ("casso", "api = { token = \"t\" }", {
            "6: source casso/a: api: casso takes an API key; write api = { key = \"…\" }".to_owned()
        }),
        ("casso", "[source.api]\nkey = \"k\"\nevery = \"1s\"", {
            "6: source casso/a: api: every: use at least 5m and at most 24h".to_owned()
        }),
        ("sepay", "api = { token = \"t\", accounts = [\"1\"] }", {
            "6: source sepay/a: api: accounts: only for casso; remove it".to_owned()
        }),
        ("thueapi", "api = { key = \"k\" }", {
            "6: source thueapi/a: api: thueapi has no API that we could ask; remove it".to_owned()
        }),
    ] {
        assert_eq!(source(provider, rest), Err(vec![told]), "{rest}");
    }
}

#[test]
fn another_address_is_judged_like_a_destinations() {
    let at = |base: &str| {
        let told = source("casso", &format!("api = {{ key = \"k\", base = \"{base}\" }}\n"));
        told.map(|_| ()).map_err(|faults| faults.join("; "))
    };
    let remedy =
        "is not allowed; correct it, or add its range to [egress] allow (on AWS: EgressAllow)";
    let why =
        |what: &str| Err(format!("6: source casso/a: api: base: the address {what} {remedy}"));
    assert_eq!(at("https://sandbox.example"), Ok(()));
    assert_eq!(at("https://inside.example"), why("10.0.0.1 (in a private or special network)"));
    let plain = "8.8.8.8 (called by https on port 443 or 8443 only)";
    assert_eq!(at("http://sandbox.example"), why(plain));
    assert_eq!(at("https://u:p@sandbox.example"), why("of a URL with a user name or password"));
}
