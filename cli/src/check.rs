//! `tingting check`: the configuration as it was understood, without its secrets.

use std::fmt::Write as _;

use domain::{
    Api, Auth, Credentials, Destination, DestinationAuth, Language, RetryOn, Schedule, Secret,
    Source,
};

use crate::config::Config;

/// The configuration in words, secrets masked.
pub(crate) fn describe(config: &Config) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail; so are the other writes here.
    _ = writeln!(text, "listen      {}", config.listen);
    _ = writeln!(text, "data        {}", config.data.display());
    if !config.allow.is_empty() {
        let ranges: Vec<String> = config.allow.iter().map(ToString::to_string).collect();
        _ = writeln!(text, "allow       {}", ranges.join(", "));
    }
    let base = config.base_url(config.listen);
    if config.sources.is_empty() {
        text.push_str("\nno sources: nobody can call; add [[source]]\n");
    }
    for (record, source) in &config.sources {
        _ = writeln!(text, "\nsource {}\n  url       {base}/hooks/{}", source.id, source.id);
        describe_source(&mut text, source);
        if let Some(age) = &record.max_age {
            _ = writeln!(text, "  max_age   {age}");
        }
    }
    if config.destinations.is_empty() {
        text.push_str("\nno destinations: nobody is told; add [[destination]]\n");
    }
    for (_, destination) in &config.destinations {
        _ = writeln!(text, "\ndestination {}", destination.name);
        describe_destination(&mut text, destination);
    }
    for stranger in config.strangers() {
        _ = writeln!(text, "\nnote: {stranger}");
    }
    text
}

/// A source in indented lines.
pub(crate) fn describe_source(text: &mut String, source: &Source) {
    if !source.active {
        text.push_str("  active    no: its calls are answered as a stranger's\n");
    }
    let auth = match &source.auth {
        Auth::Own => "the provider's own".to_owned(),
        Auth::Header(name) => format!("header {name}"),
        Auth::ApiKey => "api_key".to_owned(),
        Auth::Hmac => "hmac".to_owned(),
        Auth::OAuth2 { client_id } => format!("oauth2, client_id {client_id}"),
        Auth::None => "none: anybody who knows the URL can call".to_owned(),
    };
    _ = writeln!(text, "  proof     {auth}");
    if !source.secrets.is_empty() {
        _ = writeln!(text, "  secrets   {}", masked(&source.secrets));
    }
    if let Some(pattern) = &source.code_pattern {
        _ = writeln!(text, "  code      {pattern}");
    }
    if let Some(api) = &source.api {
        _ = writeln!(text, "  asked     {}", asked(api));
    }
}

/// How a source's provider is asked what we should have.
fn asked(api: &Api) -> String {
    let by = match &api.credentials {
        Credentials::Key(key) => format!("with the key {}", key.masked()),
        Credentials::Token(token) => format!("with the token {}", token.masked()),
        Credentials::OAuth2 { client_id, client_secret, .. } => {
            format!("by oauth2, client_id {client_id}, secret {}", client_secret.masked())
        }
    };
    let every = api.every.map(|every| format!(", every {}", humantime::format_duration(every)));
    let at = api.base.as_ref().map(|base| format!(", at {base}"));
    format!("{by}{}{}", every.unwrap_or_default(), at.unwrap_or_default())
}

/// A destination in indented lines.
pub(crate) fn describe_destination(text: &mut String, destination: &Destination) {
    let settings = &destination.settings;
    if !destination.active {
        text.push_str("  active    no: nothing is sent there\n");
    }
    _ = writeln!(text, "  channel   {}", destination.channel);
    if let Some(endpoint) = &settings.endpoint {
        _ = writeln!(text, "  endpoint  {}", shown_endpoint(&destination.channel, endpoint));
    }
    let secrets: Vec<Secret> = [&settings.bot_token, &settings.secret]
        .into_iter()
        .flatten()
        .chain(&settings.signing_secrets)
        .cloned()
        .collect();
    if !secrets.is_empty() {
        _ = writeln!(text, "  secrets   {}", masked(&secrets));
    }
    let auth = match &settings.auth {
        DestinationAuth::None => None,
        DestinationAuth::ApiKey(key) => Some(format!("apikey {}", key.masked())),
        DestinationAuth::OAuth2 { client_id, client_secret, .. } => {
            Some(format!("oauth2, client_id {client_id}, secret {}", client_secret.masked()))
        }
        DestinationAuth::Header { name, value } => {
            Some(format!("header {name}: {}", value.masked()))
        }
        DestinationAuth::SepayHmac(secret) => Some(format!("sepay_hmac {}", secret.masked())),
    };
    if let Some(auth) = auth {
        _ = writeln!(text, "  auth      {auth}");
    }
    _ = writeln!(text, "  wants     {}", wants(destination));
    let language = match destination.language {
        Language::Vi => "vi",
        Language::En => "en",
    };
    let retry = match &destination.retry {
        Schedule::Casso => "casso's ladder".to_owned(),
        Schedule::Every { every, times } => {
            format!("every {}, {times} attempts", humantime::format_duration(*every))
        }
        Schedule::Waits(waits) => format!("{} waits of its own", waits.len()),
    };
    let timeout = humantime::format_duration(destination.timeout);
    let on = retry_on(destination.retry_on);
    _ = writeln!(text, "  delivery  {language}, timeout {timeout}, retry {retry}, after {on}");
    for (key, title) in [("title_in", &destination.title_in), ("title_out", &destination.title_out)]
    {
        if let Some(title) = title {
            _ = writeln!(text, "  {key:<9} {title}");
        }
    }
    if let Some(at) = destination.summary {
        _ = writeln!(text, "  summary   of the 24 hours to {at}, every day");
    }
    if destination.alarms {
        text.push_str("  alarms    told here\n");
    }
    if destination.include_balance {
        text.push_str("  balance   shown\n");
    }
}

/// After which failures there is another attempt.
fn retry_on(on: RetryOn) -> String {
    let RetryOn { connection, timeout, non_2xx } = on;
    let words: Vec<&str> = [(connection, "connection"), (timeout, "timeout"), (non_2xx, "non_2xx")]
        .into_iter()
        .filter_map(|(wanted, word)| wanted.then_some(word))
        .collect();
    if words.is_empty() { "no failure".to_owned() } else { words.join(", ") }
}

/// A chat's endpoint, which is no credential at Telegram; elsewhere the host and nothing behind it.
fn shown_endpoint(channel: &str, endpoint: &Secret) -> String {
    if channel == "telegram" {
        return endpoint.expose().to_owned();
    }
    match url::Url::parse(endpoint.expose()) {
        Ok(url) => format!("{}/********", url.origin().ascii_serialization()),
        Err(_) => endpoint.masked(),
    }
}

fn wants(destination: &Destination) -> String {
    let filter = &destination.filter;
    let events: Vec<&str> = filter.events.iter().map(domain::Selector::as_str).collect();
    let sources: Vec<&str> = filter.sources.iter().map(domain::SourceId::as_str).collect();
    let list = |all: &str, items: &[&str]| match items {
        [] => all.to_owned(),
        items => items.join(", "),
    };
    let mut text =
        format!("{} from {}", list("all events", &events), list("all sources", &sources));
    for (count, what) in [
        (filter.accounts.len(), "account"),
        (filter.virtual_accounts.len(), "virtual account"),
        (filter.account_numbers.len(), "numbered account"),
        (filter.virtual_account_numbers.len(), "numbered virtual account"),
    ] {
        match count {
            0 => {}
            1 => _ = write!(text, ", 1 {what}"),
            _ => _ = write!(text, ", {count} {what}s"),
        }
    }
    if let Some(least) = filter.min_amount {
        _ = write!(text, ", at least {least}");
    }
    if filter.virtual_only {
        text.push_str(", only on virtual accounts");
    }
    if filter.skip_without_code {
        text.push_str(", only with a payment code");
    }
    text
}

fn masked(secrets: &[Secret]) -> String {
    secrets.iter().map(Secret::masked).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Surroundings, system_resolver};

    fn told(text: &str) -> String {
        let surroundings = Surroundings {
            env: &|_| None,
            resolve: &system_resolver,
            providers: providers::ALL,
            channels: channels::ALL,
        };
        describe(&Config::parse(text, surroundings).unwrap())
    }

    #[test]
    fn an_empty_file_is_told_to_receive_and_tell_nothing() {
        let told = told("");
        assert!(told.contains("\nno sources: nobody can call; add [[source]]\n"), "{told}");
        assert!(told.contains("\nno destinations: nobody is told;"), "{told}");
    }

    #[test]
    fn no_secret_is_printed() {
        let text = r#"
            [[source]]
            provider = "casso"
            name = "shop"
            secrets = ["hide-me-source-01234"]
            max_age = "7d"
            api = { key = "hide-me-api-0123456789", every = "1h" }
            [[destination]]
            name = "chat"
            channel = "telegram"
            endpoint = "-1001"
            bot_token = "123456789:hide-me-bot-0123456789abcdefghijk"
            [[destination]]
            name = "sales"
            channel = "slack"
            endpoint = "https://hooks.slack.com/services/T0/B0/hide-me-slack"
            events = ["in"]
            min_amount = 10000
            accounts = "0071000654321"
            virtual_accounts = ["VA1", "VA2"]
            title_in = "Tiền vào"
            include_balance = true
            summary = "21:00"
            retry_on = ["timeout"]
            [[destination]]
            name = "erp"
            channel = "webhook"
            endpoint = "https://example.com/hide-me-path?key=hide-me-query"
            auth = { type = "apikey", key = "hide-me-key" }
        "#;
        let told = told(text);
        assert!(!told.contains("hide-me"), "{told}");
        for line in [
            "  url       http://127.0.0.1:8080/hooks/casso/shop",
            "  secrets   ********1234",
            "  endpoint  -1001",
            "  endpoint  https://hooks.slack.com/********",
            "  max_age   7d",
            "  wants     in from all sources, 1 account, 2 virtual accounts, at least 10000",
            "  title_in  Tiền vào",
            "  balance   shown",
            "  summary   of the 24 hours to 21:00, every day",
            "  delivery  vi, timeout 10s, retry casso's ladder, after timeout",
            "  auth      apikey ********",
        ] {
            assert!(told.lines().any(|found| found == line), "{line}\n{told}");
        }
    }
}
