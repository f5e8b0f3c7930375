//! The calls to AWS that each kind of event causes, and the account of one new event on its whole way:
//! hook, claim, message, delivery, webhook, written down.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::sleep;

use crate::canned::Account;
use crate::world::{DISPATCH, World, acknowledged, dealt_with, sqs_event};
use crate::{Anything, hooks, timestamp};

/// For so long and a little less `dispatch` remembers the destinations.
const DESTINATIONS_KEPT: Duration = Duration::from_millis(1_100);

/// What was counted.
pub(crate) struct Counted {
    /// Each case, what was called, and how many calls there may be, if that is laid down.
    pub(crate) cases: Vec<(&'static str, BTreeMap<String, usize>, Option<usize>)>,
    /// Of a new event: by the function that takes it, and by `dispatch`.
    pub(crate) accounts: [Account; 2],
    /// What both wrote into their logs for it.
    pub(crate) logs: [String; 2],
}

/// Counts with two functions that are warm.
pub(crate) async fn count(world: &World) -> Result<Counted, Anything> {
    let mut casso = world.start("casso").await?;
    let mut dispatch = world.start(DISPATCH).await?;
    let hook = |id, amount| hooks::hook("casso", id, amount, timestamp());
    // Both have handled one before: what only a first event causes is not counted.
    acknowledged(&casso.invoke(hook(1, 20_000)?).await?.0)?;
    for message in world.canned.receive() {
        dealt_with(&dispatch.invoke(sqs_event(&message)).await?.0)?;
    }
    world.canned.account()?;
    let logs = [casso.log()?, dispatch.log()?];

    acknowledged(&casso.invoke(hook(2, 20_000)?).await?.0)?;
    let new = world.canned.account()?;
    let messages = world.canned.receive();
    let [message] = messages.as_slice() else {
        return Err(format!("one event made {} messages", messages.len()).into());
    };
    // So that the destinations are read anew, as for every event that comes alone.
    sleep(DESTINATIONS_KEPT).await;
    dealt_with(&dispatch.invoke(sqs_event(message)).await?.0)?;
    let delivered = world.canned.account()?;
    let logs = [after(&casso.log()?, &logs[0]), after(&dispatch.log()?, &logs[1])];

    acknowledged(&casso.invoke(hook(2, 20_000)?).await?.0)?;
    let settled = world.canned.account()?;
    acknowledged(&casso.invoke(hook(2, 30_000)?).await?.0)?;
    let conflict = world.canned.account()?;
    acknowledged(&casso.invoke(hook(3, 20_000)?).await?.0)?;
    world.canned.account()?;
    acknowledged(&casso.invoke(hook(3, 20_000)?).await?.0)?;
    let unfinished = world.canned.account()?;
    world.canned.receive();
    let cases = vec![
        ("new", new.calls.clone(), Some(2)),
        ("repeat of a taken one", settled.calls, Some(1)),
        ("repeat of one not yet taken", unfinished.calls, Some(2)),
        ("conflict", conflict.calls, Some(3)),
        ("delivery of a new one", delivered.calls.clone(), None),
    ];
    Ok(Counted { cases, accounts: [new, delivered], logs })
}

fn after(whole: &str, before: &str) -> String {
    whole.strip_prefix(before).unwrap_or(whole).to_owned()
}
