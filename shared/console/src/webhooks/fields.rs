//! Single fields as callers write them: flags as booleans or 0 and 1, numbers as numbers or texts
//! (providers.md §3). And which field of a call a key of the record is.

use serde_json::{Map, Value};

use crate::problem::Faults;

/// The fields of a call, and what is wrong with them.
pub(super) struct Reader<'a> {
    asked: &'a Map<String, Value>,
    pub(super) faults: Faults,
}

impl<'a> Reader<'a> {
    pub(super) fn new(asked: &'a Map<String, Value>) -> Self {
        Self { asked, faults: Faults::new() }
    }

    /// All fields.
    pub(super) fn asked(&self) -> &'a Map<String, Value> {
        self.asked
    }

    /// Notes what is wrong with a field.
    pub(super) fn fault(&mut self, name: &str, message: &str) {
        self.faults.entry(name.to_owned()).or_insert_with(|| message.to_owned());
    }

    /// A field, unless it is not there or null.
    pub(super) fn value(&self, name: &str) -> Option<&'a Value> {
        self.asked.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn text(&mut self, name: &str) -> Option<&'a str> {
        let value = self.value(name)?;
        let text = value.as_str();
        if text.is_none() {
            self.fault(name, "use a text");
        }
        text
    }

    pub(super) fn flag(&mut self, name: &str) -> Option<bool> {
        let flag = flag(self.value(name)?);
        if flag.is_none() {
            self.fault(name, "use 0 or 1");
        }
        flag
    }

    pub(super) fn whole(&mut self, name: &str) -> Option<u64> {
        let whole = whole(self.value(name)?);
        if whole.is_none() {
            self.fault(name, "use a whole number");
        }
        whole
    }

    pub(super) fn wholes(&mut self, name: &str) -> Option<Vec<u64>> {
        let list = self.value(name)?.as_array();
        let wholes = list.and_then(|list| list.iter().map(whole).collect());
        if wholes.is_none() {
            self.fault(name, "use a list of whole numbers");
        }
        wholes
    }

    /// One of these words.
    pub(super) fn word(&mut self, name: &str, words: &[&'static str]) -> Option<&'static str> {
        let said = self.text(name)?;
        let word = words.iter().find(|word| **word == said).copied();
        if word.is_none() {
            self.fault(name, &format!("use one of {}", words.join(", ")));
        }
        word
    }
}

/// A flag, in any of its spellings.
pub(super) fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(_) | Value::String(_) => match whole(value)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        },
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn whole(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Which field of a call a key of the record is.
pub(super) fn name_of(key: &str) -> &str {
    match key {
        "account_numbers" => "bank_account_id",
        "auth" => "authen_type",
        "auth.token_url" => "oauth2_access_token_url",
        "content_type" => "request_content_type",
        "endpoint" => "webhook_url",
        "skip_without_code" => "skip_if_no_code",
        "title" => "name",
        "verifies" => "is_verify_payment",
        "virtual_account_numbers" => "bank_sub_account_ids",
        "virtual_only" => "only_va",
        key => key,
    }
}
