//! Forms and queries as JSON, so that one reading serves every encoding: each field a string, PHP's
//! nested names (`address[city]`) an object. Which bodies are forms is the provider's to say.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::json::Unreadable;

/// The deepest name that is taken apart; the senders' own go two deep.
const DEEPEST: usize = 16;

/// The fields as one flat JSON object of strings; no name may come twice.
pub(crate) fn flat(form: &[u8]) -> Result<String, Unreadable> {
    let owned = |(name, text): (Cow<'_, str>, Cow<'_, str>)| (name.into_owned(), text.into_owned());
    object(form_urlencoded::parse(form).map(owned))
}

/// Fields of whatever encoding as one flat JSON object of strings; no name may come twice.
pub(crate) fn object(
    fields: impl IntoIterator<Item = (String, String)>,
) -> Result<String, Unreadable> {
    let mut object = Map::new();
    for (name, text) in fields {
        put(&mut object, name, text)?;
    }
    Ok(Value::Object(object).to_string())
}

/// The fields as a JSON object, `a[b]=x` being `{"a":{"b":"x"}}`, `a[]=x` and `a[0]=x` `{"a":["x"]}`.
pub(crate) fn nested(form: &[u8]) -> Result<String, Unreadable> {
    let mut object = Map::new();
    for (name, text) in form_urlencoded::parse(form) {
        let (name, path) = segments(&name)?;
        let (last, parents) = match path.split_last() {
            Some((last, middle)) => (*last, [&[name], middle].concat()),
            None => (name, Vec::new()),
        };
        let mut parent = &mut object;
        for segment in parents {
            let key = key(parent, segment);
            match parent.entry(key).or_insert_with(|| Value::Object(Map::new())) {
                Value::Object(inner) => parent = inner,
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Array(_) => {
                    return Err(Unreadable("a field is both a text and a list".to_owned()));
                }
            }
        }
        let last = key(parent, last);
        put(parent, last, text.into_owned())?;
    }
    let object = object.into_iter().map(|(name, value)| (name, listed(value))).collect();
    Ok(Value::Object(object).to_string())
}

fn put(object: &mut Map<String, Value>, name: String, text: String) -> Result<(), Unreadable> {
    match object.insert(name, Value::String(text)) {
        None => Ok(()),
        Some(_) => Err(Unreadable("a field comes twice".to_owned())),
    }
}

/// `a[b][c]` as `a` and `b`, `c`. What is not of this form is one plain name, as PHP has it.
fn segments(name: &str) -> Result<(&str, Vec<&str>), Unreadable> {
    let Some((first, rest)) = name.split_once('[') else { return Ok((name, Vec::new())) };
    let Some(rest) = rest.strip_suffix(']') else { return Ok((name, Vec::new())) };
    if first.is_empty() {
        return Ok((name, Vec::new()));
    }
    let path: Vec<&str> = rest.split("][").take(DEEPEST + 1).collect();
    if path.len() > DEEPEST {
        return Err(Unreadable("a field's name is nested too deeply".to_owned()));
    }
    Ok((first, path))
}

/// The key that a segment means; an empty one is the next number.
fn key(parent: &Map<String, Value>, segment: &str) -> String {
    if segment.is_empty() { parent.len().to_string() } else { segment.to_owned() }
}

/// Turns objects whose keys are exactly 0, 1, 2… into arrays. Never deeper than [`DEEPEST`].
fn listed(value: Value) -> Value {
    let Value::Object(mut object) = value else { return value };
    for inner in object.values_mut() {
        *inner = listed(inner.take());
    }
    let keys = || (0..object.len()).map(|index| index.to_string());
    if object.is_empty() || !keys().all(|key| object.contains_key(&key)) {
        return Value::Object(object);
    }
    let keys: Vec<String> = keys().collect();
    Value::Array(keys.iter().filter_map(|key| object.remove(key)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_names_become_objects_and_lists() {
        for (form, json) in [
            ("", r#"{}"#),
            ("id=7&note=a+b%26c", r#"{"id":"7","note":"a b&c"}"#),
            ("user[name]=%E1%BA%BE&user[id]=1", r#"{"user":{"id":"1","name":"Ế"}}"#),
            ("a%5Bb%5D%5Bc%5D=x", r#"{"a":{"b":{"c":"x"}}}"#),
            ("a[]=x&a[]=y", r#"{"a":["x","y"]}"#),
            ("a[1][n]=y&a[0][n]=x", r#"{"a":[{"n":"x"},{"n":"y"}]}"#),
            ("a[1]=y&a[3]=x", r#"{"a":{"1":"y","3":"x"}}"#),
            ("a]=1&[b]=2&c[d=3", r#"{"[b]":"2","a]":"1","c[d":"3"}"#),
        ] {
            let json: Value = serde_json::from_str(json).unwrap();
            let read = nested(form.as_bytes()).map(|t| serde_json::from_str::<Value>(&t).unwrap());
            assert_eq!(read, Ok(json), "{form}");
        }
    }

    #[test]
    fn names_that_contradict_each_other_are_unreadable() {
        let deep = format!("a{}=1", "[b]".repeat(100_000));
        for (form, reason) in [
            ("a=1&a=2", "a field comes twice"),
            ("a[b]=1&a[b]=2", "a field comes twice"),
            ("a=1&a[b]=2", "a field is both a text and a list"),
            ("a[b]=1&a=2", "a field comes twice"),
            (deep.as_str(), "a field's name is nested too deeply"),
        ] {
            assert_eq!(nested(form.as_bytes()), Err(Unreadable(reason.to_owned())));
        }
        assert_eq!(flat(b"a=1&a=1"), Err(Unreadable("a field comes twice".to_owned())));
        assert_eq!(flat(b"a[b]=1"), Ok(r#"{"a[b]":"1"}"#.to_owned()));
    }

    #[test]
    fn a_form_of_fields_without_end_is_read_in_time() {
        let many: String = (0..40_000).map(|n| format!("{n}=&")).collect();
        assert!(nested(many.as_bytes()).is_ok());
        let listed = "a[]=&".repeat(50_000);
        assert!(nested(listed.as_bytes()).is_ok_and(|json| json.contains("[\"\",\"\"")));
    }
}
