//! The address of a deployment's API, as an operator typed it: what calls are built on, and what a login is
//! kept under. One that would carry secrets in plain over a network is none.

use std::fmt;

use anyhow::{Context as _, bail};
use url::{Host, Url};

use crate::args::{Anywhere, Deployment};
use crate::config::Env;

const VARIABLE: &str = "TINGTING_URL";

/// An address that calls may go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Base(Url);

impl Base {
    /// The deployment that is named: by the command, before it, or by the environment.
    pub(crate) fn find(
        named: &Deployment,
        above: &Deployment,
        env: Env<'_>,
    ) -> anyhow::Result<Option<Self>> {
        let allow_http = named.allow_http || above.allow_http;
        if let Some(url) = named.url.as_ref().or(above.url.as_ref()) {
            return Self::parse(url, allow_http).map(Some);
        }
        let Some(text) = env(VARIABLE).filter(|text| !text.is_empty()) else { return Ok(None) };
        let url = Url::parse(&text).with_context(|| format!("{VARIABLE} is no URL"))?;
        Self::parse(&url, allow_http).with_context(|| VARIABLE).map(Some)
    }

    /// The deployment that is named; it must be.
    pub(crate) fn named(
        named: &Deployment,
        above: &Deployment,
        env: Env<'_>,
    ) -> anyhow::Result<Self> {
        Self::find(named, above, env)?.with_context(|| {
            format!("which deployment? say --url https://hooks.example.com, or set {VARIABLE}")
        })
    }

    /// The deployment that a command means which works on a ledger too; nothing where it means a ledger. What
    /// is typed goes before the environment.
    pub(crate) fn meant(
        place: &Anywhere,
        above: &Deployment,
        env: Env<'_>,
    ) -> anyhow::Result<Option<Self>> {
        let named = &place.remote.deployment;
        if !place.ledger.is_said() {
            let found = Self::find(named, above, env)?;
            if found.is_none() && place.remote.json {
                bail!("--json is the API's own: it needs --url");
            }
            return Ok(found);
        }
        if named.is_said() || above.is_said() || place.remote.json {
            bail!("--url is one place, --config, --stack or --table another: choose one");
        }
        Ok(None)
    }

    fn parse(url: &Url, allow_http: bool) -> anyhow::Result<Self> {
        if !url.username().is_empty() || url.password().is_some() {
            bail!(
                "--url has a user name or password in it: leave them out, and run `tingting login`"
            );
        }
        if url.query().is_some() || url.fragment().is_some() {
            bail!("--url is the address that comes before /api/, without a question mark or #");
        }
        match url.scheme() {
            "https" => {}
            "http" if allow_http || is_loopback(url) => {}
            "http" => bail!(
                "--url is plain http, and so whoever is on the way could read the secret: use https, or say \
                 --allow-http where the network is your own"
            ),
            _ => bail!("--url is neither https nor http"),
        }
        Ok(Self(url.clone()))
    }

    /// The URL of a path below it, with a query.
    pub(crate) fn at(&self, path: &[&str], query: &[(&str, String)]) -> Url {
        let mut url = self.0.clone();
        // What is http or https has segments.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, allow_http: bool) -> Result<String, String> {
        let base = Base::parse(&Url::parse(text).unwrap(), allow_http);
        base.map(|base| base.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn plain_http_stays_on_this_machine_unless_allowed() {
        for text in
            ["http://localhost:8080", "http://127.0.0.1:1", "http://[::1]:1", "https://a.example"]
        {
            assert_eq!(parse(text, false), Ok(text.to_owned()));
        }
        for text in ["http://a.example", "http://10.0.0.1:8080", "http://localhost.example"] {
            let said = parse(text, false).unwrap_err();
            assert!(said.contains("--allow-http"), "{text}: {said}");
            assert_eq!(parse(text, true), Ok(text.to_owned()));
        }
        for text in
            ["ftp://a.example", "https://a:b@a.example", "https://a.example/?a", "file:///x"]
        {
            assert!(parse(text, true).is_err(), "{text}");
        }
    }

    #[test]
    fn a_path_goes_below_the_one_that_was_typed_and_nowhere_else() {
        for typed in ["https://a.example/prod", "https://a.example/prod/"] {
            let base = Base::parse(&Url::parse(typed).unwrap(), false).unwrap();
            assert_eq!(base.to_string(), "https://a.example/prod");
            let query = [("text", "a&b=ế".to_owned())];
            let url = base.at(&["api", "v1", "events", "../x?#/%2F"], &query);
            let expected =
                "https://a.example/prod/api/v1/events/..%2Fx%3F%23%2F%252F?text=a%26b%3D%E1%BA%BF";
            assert_eq!(url.as_str(), expected);
        }
    }

    #[test]
    fn the_command_goes_before_what_stands_before_it_and_the_environment_comes_last() {
        let named = |text: Option<&str>| Deployment {
            url: text.map(|text| Url::parse(text).unwrap()),
            allow_http: false,
        };
        let env = |_: &str| Some("https://c.example".to_owned());
        let nothing = |_: &str| None;
        let (a, b, none) =
            (named(Some("https://a.example")), named(Some("https://b.example")), named(None));
        let found = |one, two, env| Base::find(one, two, env).unwrap().map(|base| base.to_string());
        assert_eq!(found(&a, &b, &env).unwrap(), "https://a.example");
        assert_eq!(found(&none, &b, &env).unwrap(), "https://b.example");
        assert_eq!(found(&none, &none, &env).unwrap(), "https://c.example");
        assert_eq!(found(&none, &none, &nothing), None);
    }
}
