//! `{ env = "NAME" }`: what the environment holds, written into the text in its place. Done before
//! the text is read for good, so that a variable may stand for any value, numbers and switches too,
//! and every line keeps its number.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::document::line_of;
use super::fault::Fault;

/// The environment: the value of a variable.
pub type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Keys that hold numbers or switches: a variable's text stands there without quotes.
const PLAIN: &[&str] = &[
    "account_numbers",
    "active",
    "alarms",
    "concurrency",
    "include_balance",
    "plain_http",
    "skip_without_code",
    "thread",
    "times",
    "verifies",
    "virtual_account_numbers",
    "virtual_only",
];

/// The text with its variables replaced; what is wrong is added to `faults`.
pub(super) fn resolve(text: &str, env: Env<'_>, faults: &mut Vec<Fault>) -> String {
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let line = error.span().and_then(|place| line_of(text, &place));
        faults.push(Fault { line, message: format!("not TOML: {}", error.message()) });
    }
    let mut found = Vec::new();
    collect(root.get_ref(), &mut found);
    found.sort_by_key(|variable| variable.place.start);
    let (mut resolved, mut copied) = (String::with_capacity(text.len()), 0);
    for variable in found {
        let Variable { key, name, place } = variable;
        let Some(value) = env(&name) else {
            let message = format!(
                "{key}: the environment has no variable {name}; set it, or write the value here"
            );
            faults.push(Fault { line: line_of(text, &place), message });
            continue;
        };
        resolved.push_str(text.get(copied..place.start).unwrap_or_default());
        resolved.push_str(&literal(&key, &value));
        copied = place.end;
    }
    resolved.push_str(text.get(copied..).unwrap_or_default());
    resolved
}

struct Variable {
    key: String,
    name: String,
    place: Range<usize>,
}

fn collect(table: &DeTable<'_>, found: &mut Vec<Variable>) {
    for (key, value) in table {
        collect_value(key.get_ref(), value, found);
    }
}

fn collect_value(key: &str, value: &Spanned<DeValue<'_>>, found: &mut Vec<Variable>) {
    if let Some(name) = variable(value.get_ref()) {
        found.push(Variable { key: key.to_owned(), name, place: value.span() });
    } else if let Some(table) = value.get_ref().as_table() {
        collect(table, found);
    } else if let Some(items) = value.get_ref().as_array() {
        for item in items.iter() {
            collect_value(key, item, found);
        }
    }
}

/// The name in `{ env = "NAME" }`.
fn variable(value: &DeValue<'_>) -> Option<String> {
    let mut entries = value.as_table()?.iter();
    match (entries.next(), entries.next()) {
        (Some((key, value)), None) if key.get_ref() == "env" => {
            value.get_ref().as_str().map(str::to_owned)
        }
        _ => None,
    }
}

/// A value as TOML. A JSON string is one, but for DEL, which TOML wants escaped.
fn literal(key: &str, value: &str) -> String {
    let plain = value.trim();
    let number = || plain.strip_prefix('-').unwrap_or(plain).parse::<u32>().is_ok();
    if PLAIN.contains(&key) && (matches!(plain, "true" | "false") || number()) {
        return plain.to_owned();
    }
    serde_json::Value::from(value).to_string().replace('\u{7f}', "\\u007f")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(name: &str) -> Option<String> {
        let value = match name {
            "KEY" => "a\"b\\\n\u{7f}ế",
            "YES" => " true ",
            "TOPIC" => "7",
            "DIGITS" => "12345678",
            _ => return None,
        };
        Some(value.to_owned())
    }

    #[test]
    fn a_variable_may_stand_for_any_value() {
        let text = "a = { env = \"KEY\" } # kept\nactive = {env=\"YES\"}\nthread = { env = 'TOPIC' }\n\
                    [[s]]\nsecrets = [{ env = \"DIGITS\" }, \"x\"]\n[s.env]\nenv = 1\n";
        let mut faults = Vec::new();
        let resolved = resolve(text, &env, &mut faults);
        assert_eq!(faults, []);
        let read: toml::Table = resolved.parse().unwrap();
        assert_eq!(read["a"].as_str(), env("KEY").as_deref());
        assert_eq!(read["active"].as_bool(), Some(true));
        assert_eq!(read["thread"].as_integer(), Some(7));
        assert_eq!(read["s"][0]["secrets"][0].as_str(), Some("12345678"));
        assert_eq!(resolved.lines().count(), text.lines().count());
    }

    #[test]
    fn a_missing_variable_is_named_with_its_key_and_line() {
        let mut faults = Vec::new();
        resolve("a = 1\n[x]\nsecrets = [\"y\", { env = \"GONE\" }]\n", &env, &mut faults);
        let message =
            "secrets: the environment has no variable GONE; set it, or write the value here";
        assert_eq!(faults, [Fault { line: Some(3), message: message.to_owned() }]);
    }
}
