//! The rows of the queue. A receipt names the message, the time until which it is invisible and how
//! often it was received: once it is received again, the old receipt fits no row.

use domain::Message;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::Failure;

/// A receipt, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Receipt {
    message: i64,
    visible: i64,
    receives: u32,
}

impl Receipt {
    /// Reads a receipt; `None` for a text that is none of ours.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        Some(Self {
            message: parts.next()?.parse().ok()?,
            receives: parts.next()?.parse().ok()?,
            visible: parts.next()?.parse().ok()?,
        })
    }

    fn to_text(self) -> String {
        format!("{}.{}.{}", self.message, self.receives, self.visible)
    }
}

/// Puts a message on the queue.
pub(crate) fn insert(db: &Connection, envelope: &str, visible: i64) -> Result<(), Failure> {
    db.prepare_cached("INSERT INTO messages (envelope) VALUES (?1)")?.execute([envelope])?;
    let id = db.last_insert_rowid();
    db.prepare_cached("INSERT INTO visibility VALUES (?1, ?2, 0)")?.execute([visible, id])?;
    Ok(())
}

/// Receives up to `most` visible messages, those visible longest first.
pub(crate) fn receive(
    db: &Connection,
    most: usize,
    now: i64,
    until: i64,
) -> Result<Vec<Message>, Failure> {
    let sql = "SELECT visible, message, receives, envelope \
               FROM visibility JOIN messages ON id = message \
               WHERE visible <= ?1 ORDER BY visible, message LIMIT ?2";
    let mut statement = db.prepare_cached(sql)?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let found = statement
        .query_map([now, most], |row| {
            Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get::<_, u32>(2)?, row.get(3)?))
        })?
        .collect::<Result<Vec<(i64, i64, u32, String)>, _>>()?;
    let sql =
        "UPDATE visibility SET visible = ?3, receives = ?4 WHERE visible = ?1 AND message = ?2";
    let mut update = db.prepare_cached(sql)?;
    let mut messages = Vec::with_capacity(found.len());
    for (visible, message, receives, envelope) in found {
        let receives = receives.saturating_add(1);
        update.execute(params![visible, message, until, receives])?;
        let receipt = Receipt { message, visible: until, receives }.to_text();
        messages.push(Message { receipt, envelope, receives });
    }
    Ok(messages)
}

/// Removes a message, if the receipt is still good.
pub(crate) fn delete(db: &Connection, receipt: Receipt) -> Result<bool, Failure> {
    let sql = "DELETE FROM visibility WHERE visible = ?1 AND message = ?2 AND receives = ?3";
    let key = params![receipt.visible, receipt.message, receipt.receives];
    let good = db.prepare_cached(sql)?.execute(key)? == 1;
    if good {
        db.prepare_cached("DELETE FROM messages WHERE id = ?1")?.execute([receipt.message])?;
    }
    Ok(good)
}

/// Moves a message to the dead letters, if the receipt is still good.
pub(crate) fn bury(
    db: &Connection,
    receipt: Receipt,
    reason: &str,
    at: i64,
) -> Result<(), Failure> {
    let sql = "INSERT INTO dead_letters (at, reason, receives, envelope) \
               SELECT ?4, ?5, receives, envelope FROM visibility JOIN messages ON id = message \
               WHERE visible = ?1 AND message = ?2 AND receives = ?3";
    let row = params![receipt.visible, receipt.message, receipt.receives, at, reason];
    db.prepare_cached(sql)?.execute(row)?;
    delete(db, receipt)?;
    Ok(())
}

/// When the next message is or becomes visible.
pub(crate) fn next_visible(db: &Connection) -> Result<Option<i64>, Failure> {
    let sql = "SELECT visible FROM visibility ORDER BY visible LIMIT 1";
    Ok(db.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_comes_back_the_same_and_nothing_else_is_one() {
        let receipt = Receipt { message: i64::MAX, visible: i64::MIN, receives: u32::MAX };
        assert_eq!(Receipt::parse(&receipt.to_text()), Some(receipt));
        for text in ["", ".", "1.2", "1.2.3.4", "1.-2.3", "x.1.2", "1.1.99999999999999999999"] {
            assert_eq!(Receipt::parse(text), None, "{text}");
        }
    }
}
