//! What a configuration says, and what is said when it is wrong.

use std::net::IpAddr;

use domain::{
    Acknowledgement, Answer, Channel, Destination, Hook, Job, Outgoing, Provider, Reading, Reject,
    Source, Unsendable, Verdict,
};

use super::*;

/// A provider that wants one secret.
struct Bank;

impl Provider for Bank {
    fn name(&self) -> &'static str {
        "bank"
    }
    fn methods(&self) -> &'static [http::Method] {
        &[http::Method::POST]
    }
    fn accepts_tail(&self, _: &Source, tail: &str) -> bool {
        tail.is_empty()
    }
    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement { status: 200, body: "{}" }
    }
    fn check(&self, source: &Source) -> Result<(), domain::Fault> {
        match source.secrets.len() {
            0 => Err(domain::Fault::new("secrets", "none; add secrets = [\"…\"]")),
            _ if source.secrets.iter().any(|secret| secret.expose() == "short") => {
                Err(domain::Fault::new("secrets", "too short; write the bank's own"))
            }
            _ => Ok(()),
        }
    }
    fn read(&self, hook: &Hook<'_>, source: &Source) -> Result<Reading, Reject> {
        Ok(self.reread(hook, source))
    }
    fn reread(&self, _: &Hook<'_>, _: &Source) -> Reading {
        Reading::events(Vec::new())
    }
}

/// A channel whose own host is chat.example.
struct Chat;

impl Channel for Chat {
    fn name(&self) -> &'static str {
        "chat"
    }
    fn check(&self, _: &Destination) -> Result<(), domain::Fault> {
        Ok(())
    }
    fn host(&self, destination: &Destination) -> Option<Url> {
        Url::parse(destination.settings.endpoint.as_ref()?.expose()).ok()
    }
    fn is_own_host(&self, url: &Url) -> bool {
        url.domain() == Some("chat.example")
    }
    fn pace(&self, _: &Destination) -> domain::Pace {
        domain::Pace::Free
    }
    fn request(&self, _: &Job<'_>) -> Result<Outgoing, Unsendable> {
        Err(Unsendable("a test's channel".to_owned()))
    }
    fn verdict(&self, _: &Job<'_>, _: &Answer) -> Verdict {
        Verdict::Delivered
    }
}

fn environment(name: &str) -> Option<String> {
    match name {
        "KEY" => Some("from-the-environment".to_owned()),
        "PLAIN" => Some("true".to_owned()),
        _ => None,
    }
}

fn resolver(name: &str) -> std::io::Result<Vec<IpAddr>> {
    match name {
        "localhost" => Ok(vec![IpAddr::from([127, 0, 0, 1])]),
        "chat.example" | "other.example" => Ok(vec![IpAddr::from([8, 8, 8, 8])]),
        _ => Err(std::io::Error::other("no such name")),
    }
}

fn parse(text: &str) -> Result<Config, Vec<Fault>> {
    Config::parse(
        text,
        Surroundings {
            env: &environment,
            resolve: &resolver,
            providers: &[&Bank],
            channels: &[&Chat],
        },
    )
}

/// The faults of a text as `line: message`.
fn faults(text: &str) -> Vec<String> {
    let line = |fault: Fault| format!("{}: {}", fault.line.unwrap_or(0), fault.message);
    parse(text).expect_err("a fault").into_iter().map(line).collect()
}

#[test]
fn an_empty_file_means_the_defaults() {
    let config = parse("").unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.data, PathBuf::from("./data"));
    assert_eq!(config.base_url("127.0.0.1:9".parse().unwrap()), "http://127.0.0.1:9");
    assert_eq!(config.base_url("0.0.0.0:9".parse().unwrap()), "http://127.0.0.1:9");
    assert!(config.sources.is_empty() && config.destinations.is_empty());
}

#[test]
fn a_whole_file_is_understood() {
    let config = parse(
        r#"
        [server]
        listen = "0.0.0.0:80"
        public_url = "https://hooks.example.com/"
        plain_http = { env = "PLAIN" }
        [egress]
        allow = ["10.0.0.0/8", "127.0.0.1"]   # an address is a range of one
        [retention]
        keys = "200d"
        [[source]]
        provider = "bank"
        name = "shop"
        secrets = { env = "KEY" }
        [[destination]]
        name = "sales"
        channel = "chat"
        endpoint = "http://127.0.0.1:9000/x"
        sources = ["bank/shop", "bank/shopp"]
        "#,
    )
    .unwrap();
    let (record, source) = &config.sources[0];
    assert_eq!(record.secrets, ["from-the-environment"]);
    assert_eq!(source.id.as_str(), "bank/shop");
    assert_eq!((config.allow.len(), config.plain_http), (2, true));
    assert_eq!(config.base_url(config.listen), "https://hooks.example.com");
    assert_eq!(
        config.strangers(),
        ["destination sales waits for bank/shopp, which is no source of this file"]
    );
}

#[test]
fn every_fault_has_its_line_and_all_are_told_at_once() {
    let text = r#"[server]
listen = "8080"
[egress]
allow = ["10.0.0.0/40"]
[retention]
keys = "30d"
[[source]]
provider = "bank"
name = "Shop"
secrets = ["s3cret"]
[[source]]
provider = "bank"
name = "empty"
[[source]]
provider = "bank"
name = "twice"
secrets = [{ env = "GONE" }]
[[source]]
provider = "bank"
name = "unread"
secrets = ["a"]
secret = "b"
[surprise]
"#;
    assert_eq!(
        faults(text),
        [
            "2: server.listen: \"8080\" is no address and port; write \"127.0.0.1:8080\"",
            "4: egress.allow: \"10.0.0.0/40\" is no range of addresses; write \"10.1.0.0/16\"",
            "6: retention.keys: \"30d\" does not do; write 180d or more: providers replay after months",
            "9: source bank/Shop: name: \"Shop\" is not a name: use 1 to 63 of a-z, 0-9 and '-', starting with a letter or digit",
            "11: source bank/empty: secrets: none; add secrets = [\"…\"]",
            "17: secrets: the environment has no variable GONE; set it, or write the value here",
            "22: unknown field `secret`, expected one of `provider`, `name`, `secrets`, `auth`, `client_id`, `header`, `max_age`, `code_pattern`, `api`, `silence`, `active`, `created`",
            "23: surprise: unknown; known are server, egress, retention, sweep, [[source]] and [[destination]]",
        ]
    );
}

#[test]
fn two_of_one_name_are_refused() {
    let source = "[[source]]\nprovider = \"bank\"\nname = \"shop\"\nsecrets = [\"x\"]\n";
    let to = "[[destination]]\nname = \"sales\"\nchannel = \"chat\"\n";
    assert_eq!(
        faults(&format!("{source}{source}{to}{to}")),
        [
            "7: source bank/shop: the second of this name; rename one of them",
            "13: destination sales: the second of this name; rename one of them",
        ]
    );
}

#[test]
fn a_broken_text_names_the_line() {
    let told = faults("[server]\nlisten = \n[[source]\n");
    assert!(told[0].starts_with("2: not TOML: "), "{told:?}");
    assert_eq!(faults("source = \"casso\""), ["1: source: write [[source]] in double brackets"]);
}

#[test]
fn a_value_of_the_wrong_type_is_not_repeated_and_told_what_to_write() {
    let list = "secrets: expected a list of texts, write secrets = [\"…\"]";
    for wrong in ["12345678", "[[\"12345678\"]]", "12345678.5", "[1234567812345678]", "true"]
        .into_iter()
        .chain(["{ key = \"12345678\" }", "1979-05-27"])
    {
        let text = format!("[[source]]\nprovider = \"bank\"\nname = \"a\"\nsecrets = {wrong}\n");
        assert_eq!(faults(&text), [format!("4: {list}")], "{wrong}");
    }
    let retry = "retry = { ladder = \"casso\" }, { every = \"5m\", times = 3 } or \
                 { waits = [\"10s\", \"1m\"] }";
    let auth = "auth = { type = \"apikey\", key = \"…\" }, { type = \"header\", name = \"…\", \
                value = \"…\" }, { type = \"sepay_hmac\", secret = \"…\" } or { type = \"oauth2\", \
                token_url = \"https://…\", client_id = \"…\", client_secret = \"…\" }";
    let [is, has] = ["headers: expected a table of texts", "headers = { X-Name = \"…\" }"];
    for (wrong, line, told) in [
        ("headers = \"s3cret\"", 4, format!("{is}, write {has}")),
        ("[destination.headers]\na = \"s\"\nb = 7", 6, format!("{is}, write {has}")),
        (
            "retry = \"casso\"",
            4,
            format!("retry: expected a table of one of these forms, write {retry}"),
        ),
        ("retry = { evry = \"5m\" }", 4, {
            let keys = "expected one of `ladder`, `every`, `times`, `waits`";
            format!("retry: unknown field `evry`, {keys}; write {retry}")
        }),
        ("min_amount = 1.5", 4, {
            "min_amount: expected a whole number of đồng, write min_amount = 10000".to_owned()
        }),
        ("active = \"yes\"", 4, {
            "active: expected true or false, without quotes, write active = true".to_owned()
        }),
        ("auth = { type = \"apikey\" }", 4, format!("auth: missing field `key`; write {auth}")),
        (
            "auth = { type = \"s3cret\" }",
            4,
            format!("auth: expected a table of one of these forms, write {auth}"),
        ),
        (
            "timeout = 10",
            4,
            "timeout: expected a duration in quotes, write timeout = \"30s\"".to_owned(),
        ),
    ] {
        let text = format!("[[destination]]\nname = \"a\"\nchannel = \"chat\"\n{wrong}\n");
        assert_eq!(faults(&text), [format!("{line}: {told}")], "{wrong}");
    }
    assert_eq!(
        faults("server = 1\nsource = [1]\n"),
        [
            "1: server: expected a table, write [server] and its keys below",
            "2: source: expected a table, write [[source]] and its keys below",
        ]
    );
}

#[test]
fn a_check_that_names_a_key_points_at_its_line() {
    let text = "[[source]]\nprovider = \"bank\"\nname = \"a\"\nsecrets = [\"short\"]\n";
    assert_eq!(faults(text), ["4: source bank/a: secrets: too short; write the bank's own"]);
    let text = "[[source]]\nprovider = \"bank\"\nname = \"a\"\nsecrets = [\"\"]\n";
    let told = "a secret is empty; write it between the quotes, or remove it";
    assert_eq!(faults(text), [format!("4: source bank/a: secrets: {told}")]);
}

#[test]
fn a_host_is_the_channels_own_or_allowed() {
    let with = |allow: &str, endpoint: &str| {
        let to = format!("[[destination]]\nname=\"a\"\nchannel=\"chat\"\nendpoint=\"{endpoint}\"");
        parse(&format!("[egress]\nallow = [{allow}]\n{to}")).map(|_| ()).map_err(|faults| {
            faults.into_iter().map(|fault| fault.message).collect::<Vec<_>>().join("; ")
        })
    };
    let remedy =
        "is not allowed; correct it, or add its range to [egress] allow (on AWS: EgressAllow)";
    let why =
        |address: &str| Err(format!("destination a: endpoint: the address {address} {remedy}"));
    for (allow, endpoint, told) in [
        ("", "https://chat.example/x", Ok(())),
        ("\"127.0.0.0/8\"", "http://localhost:1/x", Ok(())),
        ("\"8.8.0.0/16\"", "https://other.example/x", Ok(())),
        ("", "https://other.example/x", why("8.8.8.8 (not a host of chat's own)")),
        ("", "http://chat.example/x", why("8.8.8.8 (called by https on port 443 or 8443 only)")),
        ("", "https://localhost/x", why("127.0.0.1 (in a private or special network)")),
        ("", "https://chat.example.localhost/x", Ok(())),
        ("", "https://10.0.0.1/x", why("10.0.0.1 (in a private or special network)")),
        ("", "https://gone.example/x", Ok(())),
        ("", "http://gone.example/x", Ok(())),
    ] {
        assert_eq!(with(allow, endpoint), told, "{endpoint}");
    }
}

#[test]
fn a_token_is_fetched_where_a_notification_may_go() {
    let with = |token_url: &str| {
        let text = format!(
            "[[destination]]\nname = \"a\"\nchannel = \"chat\"\nendpoint = \"https://chat.example\"\n\
             auth = {{ type = \"oauth2\", token_url = \"{token_url}\", client_id = \"i\", client_secret = \"s\" }}"
        );
        parse(&text).map(|_| ()).map_err(|faults| faults[0].clone())
    };
    let remedy =
        "is not allowed; correct it, or add its range to [egress] allow (on AWS: EgressAllow)";
    for (token_url, told) in [
        ("https://chat.example/token", Ok(())),
        ("https://gone.example/token", Ok(())),
        ("https://localhost/token", Err("127.0.0.1 (in a private or special network)")),
        ("http://chat.example/token", Err("8.8.8.8 (called by https on port 443 or 8443 only)")),
    ] {
        let told = told.map_err(|why| Fault {
            line: Some(5),
            message: format!("destination a: auth.token_url: the address {why} {remedy}"),
        });
        assert_eq!(with(token_url), told, "{token_url}");
    }
}

#[test]
fn a_file_in_another_encoding_is_named_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tingting.toml");
    std::fs::write(&path, b"[server]\n# c\xe0 ph\xea\n").unwrap();
    let surroundings =
        Surroundings { env: &environment, resolve: &resolver, providers: &[], channels: &[] };
    let told = Config::read(&path, surroundings).unwrap_err().to_string();
    assert_eq!(told, format!("{}:2: not UTF-8; save the file as UTF-8", path.display()));
}
