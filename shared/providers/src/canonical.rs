//! One spelling for JSON that says the same: keys sorted, strings escaped alike, no blanks; numbers
//! as they stand. For hashing what has no identity of its own, not for handing on.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::json;

/// The canonical spelling of sound JSON (as `Object::parse` leaves it: its depth is bounded).
pub(crate) fn canonical(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    write(text.trim(), &mut out);
    out
}

fn write(text: &str, out: &mut String) {
    match text.as_bytes().first() {
        Some(b'{') => {
            let members = serde_json::from_str::<BTreeMap<String, &RawValue>>(text);
            let mut before = '{';
            for (name, value) in members.unwrap_or_default() {
                out.push(before);
                write_string(name, out);
                out.push(':');
                write(value.get(), out);
                before = ',';
            }
            close(before, '{', '}', out);
        }
        Some(b'[') => {
            let mut before = '[';
            for element in json::elements(text).unwrap_or_default() {
                out.push(before);
                write(element.get(), out);
                before = ',';
            }
            close(before, '[', ']', out);
        }
        Some(b'"') => match serde_json::from_str::<String>(text) {
            Ok(string) => write_string(string, out),
            Err(_) => out.push_str(text),
        },
        Some(_) | None => out.push_str(text),
    }
}

fn write_string(string: String, out: &mut String) {
    out.push_str(&serde_json::Value::String(string).to_string());
}

fn close(before: char, opening: char, closing: char, out: &mut String) {
    if before == opening {
        out.push(opening);
    }
    out.push(closing);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_blanks_and_escapes_do_not_matter_but_values_do() {
        let one = canonical(r#" {"b": [1, {"y":"\u1ebf","x":null}, []], "a": {} } "#);
        assert_eq!(one, r#"{"a":{},"b":[1,{"x":null,"y":"ế"},[]]}"#);
        assert_eq!(canonical("{\"a\":{},\"b\":[1,{\"x\":null,\"y\":\"ế\"},[]]}"), one);
        for other in [r#"{"a":1.0}"#, r#"{"a":1}"#, r#"{"a":"1"}"#, r#"{"a":[1]}"#] {
            assert_eq!(canonical(other), other);
        }
    }
}
