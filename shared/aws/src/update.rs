//! One update of one item, put together attribute by attribute. Every name is passed beside the
//! expression, for many of ours are words that DynamoDB keeps for itself.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::items::number;
use crate::keys::{Key, PK};

/// What is to change, and under which condition.
#[derive(Debug)]
pub(crate) struct Update {
    pub(crate) key: Key,
    pub(crate) names: HashMap<String, String>,
    /// Nothing where there are none: an empty map is refused.
    pub(crate) values: Option<HashMap<String, AttributeValue>>,
    set: Vec<String>,
    add: Vec<String>,
    remove: Vec<String>,
    conditions: Vec<String>,
}

impl Update {
    /// Nothing yet.
    pub(crate) fn new(key: Key) -> Self {
        Self {
            key,
            names: HashMap::new(),
            values: None,
            set: Vec::new(),
            add: Vec::new(),
            remove: Vec::new(),
            conditions: Vec::new(),
        }
    }

    /// Gives an attribute a value.
    pub(crate) fn set(&mut self, name: &'static str, value: AttributeValue) {
        let (name, value) = (self.name(name), self.value(name, value));
        self.set.push(format!("{name} = {value}"));
    }

    /// Counts a number up; what is not there is zero.
    pub(crate) fn add(&mut self, name: &'static str, more: u32) {
        let (name, value) = (self.name(name), self.value(name, number(more)));
        self.add.push(format!("{name} {value}"));
    }

    /// Removes an attribute, if it is there.
    pub(crate) fn remove(&mut self, name: &'static str) {
        let name = self.name(name);
        self.remove.push(name);
    }

    /// Gives an attribute a value or removes it.
    pub(crate) fn set_or_remove(&mut self, name: &'static str, value: Option<AttributeValue>) {
        match value {
            Some(value) => self.set(name, value),
            None => self.remove(name),
        }
    }

    /// Only if there is such an item.
    pub(crate) fn if_there(&mut self) {
        let name = self.name(PK);
        self.conditions.push(format!("attribute_exists({name})"));
    }

    /// Only if the item has no such attribute.
    pub(crate) fn if_lacking(&mut self, name: &'static str) {
        let name = self.name(name);
        self.conditions.push(format!("attribute_not_exists({name})"));
    }

    /// Only if the attribute is this now.
    pub(crate) fn if_equal(&mut self, name: &'static str, value: AttributeValue) {
        let known = format!(":was_{name}");
        self.values.get_or_insert_default().insert(known.clone(), value);
        let name = self.name(name);
        self.conditions.push(format!("{name} = {known}"));
    }

    /// Only if the attribute is a text that begins like this now.
    pub(crate) fn if_begins(&mut self, name: &'static str, begin: AttributeValue) {
        let known = format!(":begin_{name}");
        self.values.get_or_insert_default().insert(known.clone(), begin);
        let name = self.name(name);
        self.conditions.push(format!("begins_with({name}, {known})"));
    }

    /// Only if the attribute is at most this now, or not there.
    pub(crate) fn if_at_most(&mut self, name: &'static str, value: AttributeValue) {
        let known = format!(":was_{name}");
        self.values.get_or_insert_default().insert(known.clone(), value);
        let name = self.name(name);
        self.conditions.push(format!("(attribute_not_exists({name}) OR {name} <= {known})"));
    }

    /// The update expression.
    pub(crate) fn expression(&self) -> String {
        let clauses = [("SET", &self.set), ("ADD", &self.add), ("REMOVE", &self.remove)];
        let clauses = clauses.iter().filter(|(_, parts)| !parts.is_empty());
        let clauses: Vec<_> =
            clauses.map(|(word, parts)| format!("{word} {}", parts.join(", "))).collect();
        clauses.join(" ")
    }

    /// The condition expression.
    pub(crate) fn condition(&self) -> String {
        self.conditions.join(" AND ")
    }

    fn name(&mut self, name: &'static str) -> String {
        let placeholder = format!("#{name}");
        self.names.insert(placeholder.clone(), name.to_owned());
        placeholder
    }

    fn value(&mut self, name: &'static str, value: AttributeValue) -> String {
        let placeholder = format!(":{name}");
        self.values.get_or_insert_default().insert(placeholder.clone(), value);
        placeholder
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::items::text;

    #[test]
    fn an_update_names_everything_beside_its_expression() {
        let mut update = Update::new(Key { pk: "a".into(), sk: "b".into() });
        update.set("state", text("waiting"));
        update.add("failures", 1);
        update.set_or_remove("until", None);
        update.set_or_remove("due", Some(number(5)));
        update.if_equal("state", text("sending"));
        update.if_there();
        assert_eq!(
            update.expression(),
            "SET #state = :state, #due = :due ADD #failures :failures REMOVE #until"
        );
        assert_eq!(update.condition(), "#state = :was_state AND attribute_exists(#pk)");
        assert_eq!(update.names["#until"], "until");
        assert_eq!(update.values.as_ref().unwrap()[":was_state"], text("sending"));
        assert_eq!(update.values.unwrap().len(), 4);
    }
}
