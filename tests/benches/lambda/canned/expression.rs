//! As much of DynamoDB's expressions as the functions use, read and evaluated in one go. What is not
//! understood is an error, never a guess. From AWS's pages "Condition and filter expressions" and
//! "Update expressions".

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::item::Item;

/// What an expression's placeholders stand for: `ExpressionAttributeNames` and `…Values`.
#[derive(Clone, Copy)]
pub(super) struct Placeholders<'a> {
    pub(super) names: &'a Value,
    pub(super) values: &'a Value,
}

/// Whether a condition holds of an item; of none, no attribute exists.
pub(super) fn holds(
    text: &str,
    item: Option<&Item>,
    placeholders: Placeholders<'_>,
) -> Result<bool, String> {
    let mut reader = Reader::new(text, item, placeholders);
    let held = reader.either()?;
    reader.end()?;
    Ok(held)
}

/// The item as an update leaves it.
pub(super) fn updated(
    text: &str,
    item: &Item,
    placeholders: Placeholders<'_>,
) -> Result<Item, String> {
    let mut reader = Reader::new(text, Some(item), placeholders);
    let mut out = item.clone();
    while let Some(clause) = reader.take() {
        loop {
            let name = reader.name()?;
            match clause.to_ascii_uppercase().as_str() {
                "SET" => {
                    reader.expect("=")?;
                    out.insert(name, reader.sum()?);
                }
                "ADD" => {
                    let more = reader.operand()?.ok_or_else(|| reader.lost())?;
                    let before = item.get(&name).map_or(Ok(0), number)?;
                    let sum = before + number(&more)?;
                    out.insert(name, json!({ "N": sum.to_string() }));
                }
                "REMOVE" => {
                    out.remove(&name);
                }
                other => return Err(format!("the clause {other} of {text:?} is not understood")),
            }
            if !reader.eat(",") {
                break;
            }
        }
    }
    Ok(out)
}

struct Reader<'a> {
    text: &'a str,
    tokens: Vec<&'a str>,
    at: usize,
    item: Option<&'a Item>,
    placeholders: Placeholders<'a>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, item: Option<&'a Item>, placeholders: Placeholders<'a>) -> Self {
        Self { text, tokens: tokens(text), at: 0, item, placeholders }
    }

    fn take(&mut self) -> Option<&'a str> {
        let token = self.tokens.get(self.at).copied();
        self.at += 1;
        token
    }

    fn eat(&mut self, word: &str) -> bool {
        let found = self.tokens.get(self.at).is_some_and(|token| token.eq_ignore_ascii_case(word));
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, word: &str) -> Result<(), String> {
        if self.eat(word) { Ok(()) } else { Err(self.lost()) }
    }

    fn end(&self) -> Result<(), String> {
        if self.at == self.tokens.len() { Ok(()) } else { Err(self.lost()) }
    }

    fn lost(&self) -> String {
        format!("{:?} is not understood at {:?}", self.text, self.tokens.get(self.at))
    }

    fn either(&mut self) -> Result<bool, String> {
        let mut held = self.both()?;
        while self.eat("OR") {
            held |= self.both()?;
        }
        Ok(held)
    }

    fn both(&mut self) -> Result<bool, String> {
        let mut held = self.one()?;
        while self.eat("AND") {
            held &= self.one()?;
        }
        Ok(held)
    }

    fn one(&mut self) -> Result<bool, String> {
        if self.eat("NOT") {
            return Ok(!self.one()?);
        }
        if self.eat("(") {
            let held = self.either()?;
            self.expect(")")?;
            return Ok(held);
        }
        for (function, wanted) in [("attribute_exists", true), ("attribute_not_exists", false)] {
            if self.eat(function) {
                self.expect("(")?;
                let name = self.name()?;
                self.expect(")")?;
                return Ok(self.attribute(&name).is_some() == wanted);
            }
        }
        if self.eat("begins_with") {
            self.expect("(")?;
            let whole = self.operand()?;
            self.expect(",")?;
            let start = self.operand()?;
            self.expect(")")?;
            let text = |value: &Option<Value>| Some(value.as_ref()?["S"].as_str()?.to_owned());
            return Ok(text(&whole).zip(text(&start)).is_some_and(|(w, s)| w.starts_with(&s)));
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<bool, String> {
        let left = self.operand()?;
        let operator = self.take().ok_or_else(|| self.lost())?;
        let right = self.operand()?;
        let (Some(left), Some(right)) = (left, right) else { return Ok(operator == "<>") };
        let order = compared(&left, &right)?;
        match operator {
            "=" => Ok(order == Some(Ordering::Equal)),
            "<>" => Ok(order != Some(Ordering::Equal)),
            "<" => Ok(order == Some(Ordering::Less)),
            "<=" => Ok(order.is_some_and(Ordering::is_le)),
            ">" => Ok(order == Some(Ordering::Greater)),
            ">=" => Ok(order.is_some_and(Ordering::is_ge)),
            _ => Err(self.lost()),
        }
    }

    /// An operand, or two with `+` or `-` between them.
    fn sum(&mut self) -> Result<Value, String> {
        let left = self.operand()?.ok_or_else(|| self.lost())?;
        let sign = if self.eat("+") {
            1
        } else if self.eat("-") {
            -1
        } else {
            return Ok(left);
        };
        let right = self.operand()?.ok_or_else(|| self.lost())?;
        Ok(json!({ "N": (number(&left)? + sign * number(&right)?).to_string() }))
    }

    fn operand(&mut self) -> Result<Option<Value>, String> {
        if self.eat("if_not_exists") {
            self.expect("(")?;
            let name = self.name()?;
            self.expect(",")?;
            let other = self.operand()?;
            self.expect(")")?;
            return Ok(self.attribute(&name).cloned().or(other));
        }
        match self.tokens.get(self.at) {
            Some(token) if token.starts_with(':') => {
                self.at += 1;
                let value = self.placeholders.values.get(*token);
                value.cloned().map(Some).ok_or_else(|| format!("{token} has no value"))
            }
            Some(_) | None => {
                let name = self.name()?;
                Ok(self.attribute(&name).cloned())
            }
        }
    }

    fn name(&mut self) -> Result<String, String> {
        let token = self.take().ok_or_else(|| self.lost())?;
        if !token.starts_with('#') {
            let plain = token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            return if plain { Ok(token.to_owned()) } else { Err(self.lost()) };
        }
        let name = self.placeholders.names.get(token).and_then(Value::as_str);
        name.map(str::to_owned).ok_or_else(|| format!("{token} has no name"))
    }

    fn attribute(&self, name: &str) -> Option<&'a Value> {
        self.item.and_then(|item| item.get(name))
    }
}

fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let word = |c: char| c.is_alphanumeric() || "_#:.".contains(c);
        let two = ["<>", "<=", ">="].iter().any(|operator| rest.starts_with(operator));
        let end = if word(first) {
            rest.find(|c| !word(c)).unwrap_or(rest.len())
        } else if two {
            2
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at(end);
        tokens.push(token);
        rest = after.trim_start();
    }
    tokens
}

/// Their order, where they are of one type that has one.
fn compared(left: &Value, right: &Value) -> Result<Option<Ordering>, String> {
    if let (Some(left), Some(right)) = (left["S"].as_str(), right["S"].as_str()) {
        return Ok(Some(left.cmp(right)));
    }
    if left.get("N").is_some() && right.get("N").is_some() {
        return Ok(Some(number(left)?.cmp(&number(right)?)));
    }
    Ok((left == right).then_some(Ordering::Equal))
}

fn number(value: &Value) -> Result<i128, String> {
    let text = value["N"].as_str().unwrap_or_default();
    text.parse().map_err(|_| format!("{value} is no whole number"))
}
