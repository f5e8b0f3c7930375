//! Items, their sizes and what writing and reading them is charged. From AWS's pages "DynamoDB item
//! sizes and formats" and "Read and write operations".

use serde_json::{Map, Value};

/// An item: its attributes, each as DynamoDB's JSON writes it, `{"S": "text"}`.
pub(super) type Item = Map<String, Value>;

/// The keys of the indexes: of the log by time, and of what is open. An item without them is not there.
const INDEXES: [[&str; 2]; 2] = [["log", "logged"], ["open", "since"]];
/// What one write unit covers.
const WRITE_UNIT: usize = 1024;
/// What one unit of a consistent read covers.
const READ_UNIT: usize = 4096;

/// What one write was charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Charge {
    /// Write units of the table.
    pub(crate) table: usize,
    /// Write units of the indexes.
    pub(crate) indexes: usize,
}

/// The charge for a write that found `old` and left `new`.
pub(super) fn written(old: Option<&Item>, new: Option<&Item>) -> Charge {
    let bytes = [old, new].into_iter().flatten().map(size).max().unwrap_or(0);
    let table = units(bytes, WRITE_UNIT);
    let indexes = INDEXES.iter().map(|keys| indexed(old, new, *keys)).sum();
    Charge { table, indexes }
}

/// The units for consistent reads of so many bytes at once.
pub(super) fn read(bytes: usize) -> usize {
    units(bytes, READ_UNIT)
}

/// The bytes an item is charged for.
pub(super) fn size(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + value_size(value)).sum()
}

/// An entry is put (1), moved (2: one removed, one put) or removed (1). Entries hold keys alone, so
/// that nothing else changes them.
fn indexed(old: Option<&Item>, new: Option<&Item>, keys: [&str; 2]) -> usize {
    let entry = |item: Option<&Item>| {
        let item = item?;
        let entry: Item = keys
            .iter()
            .chain(&["pk", "sk"])
            .map(|name| Some(((*name).to_owned(), item.get(*name)?.clone())))
            .collect::<Option<_>>()?;
        Some(entry)
    };
    let (old, new) = (entry(old), entry(new));
    if old == new {
        return 0;
    }
    [old, new].iter().flatten().map(|entry| units(size(entry), WRITE_UNIT)).sum()
}

fn units(bytes: usize, unit: usize) -> usize {
    bytes.div_ceil(unit).max(1)
}

fn value_size(value: &Value) -> usize {
    let Some((kind, held)) = value.as_object().and_then(|map| map.iter().next()) else { return 0 };
    match (kind.as_str(), held) {
        ("S", Value::String(text)) => text.len(),
        // Two digits to a byte, and one byte more.
        ("N", Value::String(number)) => number.trim_start_matches('-').len().div_ceil(2) + 1,
        // Base64.
        ("B", Value::String(bytes)) => bytes.len() / 4 * 3,
        ("L", Value::Array(values)) => 3 + values.iter().map(|v| 1 + value_size(v)).sum::<usize>(),
        ("M", Value::Object(map)) => 3 + size(map) + map.len(),
        ("SS" | "NS" | "BS", Value::Array(values)) => {
            values.iter().filter_map(Value::as_str).map(str::len).sum()
        }
        // Booleans and nulls.
        _ => 1,
    }
}
