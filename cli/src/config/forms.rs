//! What may stand under each key, told to a person who wrote something else there. Never what was
//! written: it may be a secret.

/// The start of serde's complaints that name keys and no values.
const ABOUT_KEYS: &[&str] = &["missing field", "unknown field"];

/// What is wrong with a table, or with a key of it, and what to write; `complaint` is serde's.
pub(super) fn told(table: &str, key: Option<&str>, complaint: &str) -> String {
    let about_keys = ABOUT_KEYS.iter().any(|start| complaint.starts_with(start));
    match key {
        None if about_keys => complaint.to_owned(),
        None => {
            let header = match table {
                "source" | "destination" => format!("[[{table}]]"),
                _ => format!("[{table}]"),
            };
            format!("{table}: expected a table, write {header} and its keys below")
        }
        Some(key) => {
            let (expected, example) = form(table, key);
            let expected = if about_keys { complaint } else { expected };
            let comma = if about_keys { ";" } else { "," };
            format!("{key}: {expected}{comma} write {}", example.replace("KEY", key))
        }
    }
}

/// What is expected under a key, and how it is written.
fn form(table: &str, key: &str) -> (&'static str, &'static str) {
    match key {
        "allow" => ("expected a list of texts", "KEY = [\"10.1.0.0/16\"]"),
        "sources" => ("expected a list of texts", "KEY = [\"casso/shop\"]"),
        "events" => ("expected a list of texts", "KEY = [\"in\"]"),
        "retry_on" => ("expected a list of texts", "KEY = [\"connection\", \"timeout\"]"),
        "secrets" | "signing_secrets" | "accounts" | "virtual_accounts" => {
            ("expected a list of texts", "KEY = [\"…\"]")
        }
        "account_numbers" | "virtual_account_numbers" => {
            ("expected a list of whole numbers", "KEY = [5]")
        }
        "active" | "alarms" | "include_balance" | "plain_http" | "skip_without_code"
        | "verifies" | "virtual_only" => ("expected true or false, without quotes", "KEY = true"),
        "min_amount" => ("expected a whole number of đồng", "KEY = 10000"),
        "thread" | "concurrency" => ("expected a whole number, without quotes", "KEY = 5"),
        "headers" => ("expected a table of texts", "KEY = { X-Name = \"…\" }"),
        "retry" => (
            "expected a table of one of these forms",
            "KEY = { ladder = \"casso\" }, { every = \"5m\", times = 3 } or \
             { waits = [\"10s\", \"1m\"] }",
        ),
        "auth" if table == "destination" => (
            "expected a table of one of these forms",
            "KEY = { type = \"apikey\", key = \"…\" }, \
             { type = \"header\", name = \"…\", value = \"…\" }, \
             { type = \"sepay_hmac\", secret = \"…\" } or { type = \"oauth2\", \
             token_url = \"https://…\", client_id = \"…\", client_secret = \"…\" }",
        ),
        "api" => (
            "expected a table of one of these forms",
            "KEY = { key = \"…\" } (casso), { token = \"…\" } or { client_id = \"…\", \
             client_secret = \"…\", refresh_token = \"…\" } (sepay)",
        ),
        "summary" => ("expected a whole hour of the day in quotes", "KEY = \"21:00\""),
        "timeout" | "max_age" => ("expected a duration in quotes", "KEY = \"30s\""),
        "endpoint" => ("expected a text or a whole number", "KEY = \"…\""),
        _ => ("expected a text in quotes", "KEY = \"…\""),
    }
}
