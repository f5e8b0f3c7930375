//! JSON for people who compare: what fits on a line stands on one, the rest is broken as little as need be.

use serde_json::Value;

const WIDTH: usize = 100;

/// A value, laid out.
pub(crate) fn lines(value: &Value) -> String {
    lay(value, 0)
}

fn lay(value: &Value, depth: usize) -> String {
    let flat = value.to_string();
    if flat.chars().count() + 2 * depth <= WIDTH {
        return flat;
    }
    let inner = "  ".repeat(depth + 1);
    let outer = "  ".repeat(depth);
    match value {
        Value::Object(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{inner}{name:?}: {}", lay(value, depth + 1)))
                .collect();
            format!("{{\n{}\n{outer}}}", fields.join(",\n"))
        }
        Value::Array(items) => {
            let items: Vec<String> =
                items.iter().map(|item| format!("{inner}{}", lay(item, depth + 1))).collect();
            format!("[\n{}\n{outer}]", items.join(",\n"))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => flat,
    }
}
