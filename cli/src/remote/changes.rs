//! The command `changes`: who changed what at a deployment. Values are not among it: the API keeps the names of
//! the fields alone.

use std::process::ExitCode;

use anyhow::bail;
use console::access::Scope;
use domain::clean;
use serde::Deserialize;

use super::call::Call;
use super::door::Door;
use super::shown::{ZONE, moment, print_json};
use crate::args::{Changes, Deployment};
use crate::run::{Process, print};
use crate::table::table;

#[derive(Deserialize)]
struct Listing {
    data: Vec<Change>,
    meta: Meta,
}

#[derive(Deserialize)]
struct Meta {
    next_cursor: Option<String>,
}

/// A change that somebody made.
#[derive(Deserialize)]
struct Change {
    at: String,
    by: String,
    name: String,
    call: String,
    fields: Vec<String>,
    /// Nothing came of it: a dry run.
    #[serde(default)]
    tried: bool,
}

/// Lists who changed what.
pub(crate) async fn changes(
    what: &Changes,
    above: &Deployment,
    process: &Process<'_>,
) -> anyhow::Result<ExitCode> {
    let mut door = Door::find(&what.remote, above, process)?;
    let (mut cursor, mut changes) = (what.cursor.clone(), Vec::new());
    loop {
        let query = cursor.clone().map(|cursor| ("cursor", cursor)).into_iter().collect();
        let call = Call::get(Scope::AuditRead, &["api", "v1", "changes"]).with_query(query);
        let (listing, answered): (Listing, _) = door.read(&call).await?;
        if what.remote.json {
            print_json(&answered, process)?;
        }
        changes.extend(listing.data);
        let next = listing.meta.next_cursor;
        if next.is_some() && next == cursor {
            bail!("{} repeats a part of its changes: that is not followed", door.base());
        }
        cursor = next;
        if cursor.is_none() || !what.all {
            break;
        }
    }
    if !what.remote.json {
        print(&listed(&changes, cursor.as_deref()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn listed(changes: &[Change], next: Option<&str>) -> String {
    let row = |one: &Change| {
        let did = if one.tried { format!("{} (tried)", one.call) } else { one.call.clone() };
        [moment(&one.at), one.name.clone(), one.by.clone(), did, one.fields.join(" ")]
    };
    let rows: Vec<_> = changes.iter().map(row).collect();
    let when = format!("at {ZONE}");
    let mut text = match rows.is_empty() {
        true => "none\n".to_owned(),
        false => table([&when, "who", "client", "did", "said"], &rows),
    };
    if let Some(cursor) = next {
        text.push_str(&format!("there may be more: --all, or --cursor {}\n", clean(cursor)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_only_tried_says_so() {
        let change = |tried| Change {
            at: "2026-11-22T01:00:00Z".to_owned(),
            by: "client_1".to_owned(),
            name: "terminal".to_owned(),
            call: "POST /api/v1/replay".to_owned(),
            fields: vec!["dry_run".to_owned()],
            tried,
        };
        let text = listed(&[change(true), change(false)], None);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[1].contains("POST /api/v1/replay (tried)"), "{text}");
        assert!(lines[2].contains("POST /api/v1/replay ") && !lines[2].contains("tried"), "{text}");
    }
}
