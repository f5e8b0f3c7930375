//! DynamoDB, canned: items in a map, conditions and updates evaluated, every write and read charged.
//! No paging, no order of query results but the keys', no limits.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::expression::{Placeholders, holds, updated};
use super::item::{Charge, Item, read, size, written};

const NO_VALUE: &Value = &Value::Null;

/// Why a call was refused.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The condition did not hold; the item as it is, if it was asked for.
    Condition(Option<Item>),
    /// A transaction's conditions did not hold: the code of each of its parts.
    Cancelled(Vec<&'static str>),
    /// It is not understood here.
    Unknown(String),
}

/// A write, for the account of what an event costs.
#[derive(Debug, Clone)]
pub(crate) struct Write {
    /// The operation, and the item's sort key up to the first name in it.
    pub(crate) what: String,
    /// The item as it is after it.
    pub(crate) bytes: usize,
    pub(crate) charge: Charge,
}

/// All tables.
#[derive(Debug, Default)]
pub(super) struct Tables {
    /// By table, partition key and sort key.
    items: BTreeMap<[String; 3], Item>,
    pub(super) writes: Vec<Write>,
    pub(super) read_units: usize,
}

impl Tables {
    /// Puts an item that is there from the beginning.
    pub(super) fn fill(&mut self, table: &str, item: Item) -> Result<(), String> {
        self.items.insert(key(table, &item)?, item);
        Ok(())
    }

    /// Answers a call.
    pub(super) fn call(&mut self, operation: &str, body: &Value) -> Result<Value, Refusal> {
        match operation {
            "GetItem" => self.get(body).map_err(Refusal::Unknown),
            "Query" => self.query(body).map_err(Refusal::Unknown),
            "PutItem" | "UpdateItem" | "DeleteItem" => self.write(operation, body, 1),
            "TransactWriteItems" => self.transact(body),
            _ => Err(Refusal::Unknown(format!("{operation} is not canned"))),
        }
    }

    fn get(&mut self, body: &Value) -> Result<Value, String> {
        let found = self.items.get(&addressed(body)?);
        self.read_units += read(found.map_or(0, size));
        Ok(found.map_or_else(|| json!({}), |item| json!({ "Item": item })))
    }

    fn query(&mut self, body: &Value) -> Result<Value, String> {
        let table = text(body, "TableName")?;
        let condition = text(body, "KeyConditionExpression")?;
        let mut found = Vec::new();
        let first = [table.to_owned(), String::new(), String::new()];
        let rows = self.items.range(first..).take_while(|([of, ..], _)| of == table);
        for (_, item) in rows {
            if holds(condition, Some(item), placeholders(body))? {
                found.push(item);
            }
        }
        self.read_units += read(found.iter().map(|item| size(item)).sum());
        Ok(json!({ "Items": found, "Count": found.len(), "ScannedCount": found.len() }))
    }

    /// A write; `times` is 2 in a transaction, which is charged double.
    fn write(&mut self, operation: &str, body: &Value, times: usize) -> Result<Value, Refusal> {
        let (key, old, new) = self.foreseen(operation, body)?;
        let sort = key[2].split('/').next().unwrap_or_default();
        let what = format!("{operation} {sort}");
        let held = self.condition(&key, body).map_err(Refusal::Unknown)?;
        let new = if held { new } else { old.clone() };
        let bytes = new.as_ref().map_or(0, size);
        let Charge { table, indexes } = written(old.as_ref(), new.as_ref());
        let charge = Charge { table: table * times, indexes: indexes * times };
        self.writes.push(Write { what, bytes, charge });
        if !held {
            let wanted = body["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD";
            return Err(Refusal::Condition(old.filter(|_| wanted)));
        }
        let answer = match body["ReturnValues"].as_str() {
            Some("ALL_OLD") => old.map(|item| json!({ "Attributes": item })),
            Some("ALL_NEW") => new.as_ref().map(|item| json!({ "Attributes": item })),
            Some(_) | None => None,
        };
        match new {
            Some(item) => _ = self.items.insert(key, item),
            None => _ = self.items.remove(&key),
        }
        Ok(answer.unwrap_or_else(|| json!({})))
    }

    /// The key, the item as it is, and as the write would leave it.
    #[expect(clippy::type_complexity, reason = "three things that are named where they are taken")]
    fn foreseen(
        &self,
        operation: &str,
        body: &Value,
    ) -> Result<([String; 3], Option<Item>, Option<Item>), Refusal> {
        let foreseen = || {
            if operation == "PutItem" {
                let item = object(body, "Item")?.clone();
                let key = key(text(body, "TableName")?, &item)?;
                let old = self.items.get(&key).cloned();
                return Ok((key, old, Some(item)));
            }
            let key = addressed(body)?;
            let old = self.items.get(&key).cloned();
            let new = match (operation, body["UpdateExpression"].as_str()) {
                ("UpdateItem", Some(expression)) => {
                    let base = old.clone().unwrap_or(object(body, "Key")?.clone());
                    Some(updated(expression, &base, placeholders(body))?)
                }
                ("UpdateItem" | "ConditionCheck", _) => old.clone(),
                _ => None,
            };
            Ok((key, old, new))
        };
        foreseen().map_err(Refusal::Unknown)
    }

    fn condition(&self, key: &[String; 3], body: &Value) -> Result<bool, String> {
        match body["ConditionExpression"].as_str() {
            Some(text) => holds(text, self.items.get(key), placeholders(body)),
            None => Ok(true),
        }
    }

    /// All or nothing.
    fn transact(&mut self, body: &Value) -> Result<Value, Refusal> {
        let parts = body["TransactItems"].as_array().map(Vec::as_slice).unwrap_or_default();
        let parts: Vec<(String, &Value)> = parts
            .iter()
            .filter_map(Value::as_object)
            .flat_map(Map::iter)
            .map(|(name, part)| match name.as_str() {
                "ConditionCheck" => (name.clone(), part),
                _ => (format!("{name}Item"), part),
            })
            .collect();
        let mut codes = Vec::new();
        for (operation, part) in &parts {
            let (key, ..) = self.foreseen(operation, part)?;
            let held = self.condition(&key, part).map_err(Refusal::Unknown)?;
            codes.push(if held { "None" } else { "ConditionalCheckFailed" });
        }
        if codes.contains(&"ConditionalCheckFailed") {
            return Err(Refusal::Cancelled(codes));
        }
        for (operation, part) in parts {
            self.write(&operation, part, 2)?;
        }
        Ok(json!({}))
    }
}

fn placeholders(body: &Value) -> Placeholders<'_> {
    let of = |name| body.get(name).unwrap_or(NO_VALUE);
    Placeholders { names: of("ExpressionAttributeNames"), values: of("ExpressionAttributeValues") }
}

fn addressed(body: &Value) -> Result<[String; 3], String> {
    key(text(body, "TableName")?, object(body, "Key")?)
}

fn key(table: &str, item: &Item) -> Result<[String; 3], String> {
    let part = |name: &str| {
        let value = item.get(name).and_then(|value| value["S"].as_str());
        value.map(str::to_owned).ok_or_else(|| format!("an item of {table} has no {name}"))
    };
    Ok([table.to_owned(), part("pk")?, part("sk")?])
}

fn text<'a>(body: &'a Value, name: &str) -> Result<&'a str, String> {
    body[name].as_str().ok_or_else(|| format!("{name} is missing"))
}

fn object<'a>(body: &'a Value, name: &str) -> Result<&'a Item, String> {
    body[name].as_object().ok_or_else(|| format!("{name} is missing"))
}
