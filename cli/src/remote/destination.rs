//! A destination as the API answers it, and which one a person means: the API calls it by a number, people by
//! its name, or by what they call it.

use anyhow::bail;
use console::access::Scope;
use serde::Deserialize;

use super::call::{Answered, Call};
use super::door::Door;
use crate::standing::words;

/// Destinations in one answer: as many as the API gives.
const PER_PAGE: u64 = 100;

/// A destination.
#[derive(Debug, Deserialize)]
pub(super) struct Destination {
    pub(super) id: u64,
    /// Its name, as in files and logs.
    pub(super) destination: String,
    /// What people call it.
    pub(super) name: String,
    pub(super) channel: String,
    pub(super) active: bool,
    pub(super) event_type: Option<String>,
    pub(super) origin: String,
    pub(super) webhook_url: String,
}

#[derive(Deserialize)]
struct Listing {
    data: Vec<Destination>,
    meta: Meta,
}

#[derive(Deserialize)]
struct Meta {
    pagination: Pagination,
}

#[derive(Deserialize)]
struct Pagination {
    current_page: u64,
    last_page: u64,
}

/// All destinations, and the answers that they came in.
pub(super) async fn all(door: &mut Door) -> anyhow::Result<(Vec<Destination>, Vec<Answered>)> {
    let (mut all, mut answers) = (Vec::new(), Vec::new());
    let mut page = 1_u64;
    loop {
        let query = vec![("page", page.to_string()), ("limit", PER_PAGE.to_string())];
        let call = Call::get(Scope::WebhookRead, &["api", "v1", "webhooks"]).with_query(query);
        let (listing, answered): (Listing, _) = door.read(&call).await?;
        let Pagination { current_page, last_page } = listing.meta.pagination;
        if current_page != page {
            bail!(
                "{} answers with another page than was asked for: that is not followed",
                door.base()
            );
        }
        all.extend(listing.data);
        answers.push(answered);
        if page >= last_page {
            return Ok((all, answers));
        }
        page += 1;
    }
}

/// The destination that is meant.
pub(super) async fn find(door: &mut Door, typed: &str) -> anyhow::Result<Destination> {
    let (mut all, _) = all(door).await?;
    let by_name = |one: &Destination| one.destination == typed;
    let by_number = |one: &Destination| one.id.to_string() == typed;
    let called = |one: &Destination| one.name == typed;
    let position = all.iter().position(by_name).or_else(|| all.iter().position(by_number));
    let position = match position {
        Some(position) => Some(position),
        None if all.iter().filter(|one| called(one)).count() > 1 => {
            let numbers = all.iter().filter(|one| called(one)).map(|one| one.id.to_string());
            let numbers = numbers.collect::<Vec<_>>().join(", ");
            bail!("several destinations are called {typed:?}: choose one by its number: {numbers}")
        }
        None => all.iter().position(called),
    };
    match position {
        Some(position) => Ok(all.swap_remove(position)),
        None => {
            let names: Vec<(String, &str)> =
                all.iter().map(|one| (domain::clean(&one.destination), &*one.name)).collect();
            let names: Vec<(&str, &str)> =
                names.iter().map(|(name, title)| (name.as_str(), *title)).collect();
            let there = words::there(&names);
            bail!("there is no destination {typed:?} at {}; there is: {there}", door.base())
        }
    }
}
