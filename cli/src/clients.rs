//! The command `clients`: the programs that may ask this installation's API for tokens. What a client is
//! and what its scopes allow is `console`'s.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use console::access::{self, Client, Created, Scope};
use domain::clean;

use crate::args::{Clients, NewClient, OldClient, Where};
use crate::desk::Desk;
use crate::run::{Process, print};

/// Does what is asked of the clients.
pub(crate) async fn clients(what: Clients, process: Process<'_>) -> anyhow::Result<ExitCode> {
    match what {
        Clients::Create(new) => create(new, process).await,
        Clients::List(place) => list(place, process).await,
        Clients::Revoke(old) => revoke(old, process).await,
    }
}

async fn create(new: NewClient, process: Process<'_>) -> anyhow::Result<ExitCode> {
    let scopes = scopes(&new.scopes)?;
    let desk = Desk::find(&new.place, &process).await?;
    let (cabinet, entropy) = (desk.cabinet.as_ref(), process.entropy.as_ref());
    let now = process.clock.now();
    let made = access::create(cabinet, entropy, &new.name, scopes, now).await?;
    print(&created(&made))?;
    Ok(ExitCode::SUCCESS)
}

async fn list(place: Where, process: Process<'_>) -> anyhow::Result<ExitCode> {
    let desk = Desk::find(&place, &process).await?;
    print(&listed(&access::list(desk.cabinet.as_ref()).await?))?;
    Ok(ExitCode::SUCCESS)
}

async fn revoke(old: OldClient, process: Process<'_>) -> anyhow::Result<ExitCode> {
    let desk = Desk::find(&old.place, &process).await?;
    let now = process.clock.now();
    if !access::revoke(desk.cabinet.as_ref(), &old.id, now).await? {
        bail!("there is no client {:?}; `tingting clients list` shows them", old.id);
    }
    print(&format!("{} is revoked: its tokens are not taken any more\n", old.id))?;
    Ok(ExitCode::SUCCESS)
}

/// The scopes that are named; all where none is.
fn scopes(words: &[String]) -> anyhow::Result<BTreeSet<Scope>> {
    let all = Scope::ALL.map(Scope::word).join(", ");
    let read = |word: &String| {
        Scope::parse(word).with_context(|| format!("{word:?} is no scope; there are: {all}"))
    };
    if words.is_empty() { Ok(Scope::ALL.into()) } else { words.iter().map(read).collect() }
}

fn created(made: &Created) -> String {
    let Created { client, secret } = made;
    format!(
        "client_id      {}\nclient_secret  {}\nscopes         {}\n\
         The secret is shown this once. A token: POST /oauth2/token with \
         grant_type=client_credentials and these two.\n",
        client.id,
        secret.expose(),
        words(client)
    )
}

fn listed(clients: &[Client]) -> String {
    if clients.is_empty() {
        return "none; make one with `tingting clients create NAME`\n".to_owned();
    }
    let mut text = String::new();
    for client in clients {
        let since = match client.revoked {
            Some(at) => format!("revoked {at:.0}"),
            None => format!("created {:.0}", client.created),
        };
        // Writing to a String cannot fail.
        let (id, name) = (&client.id, clean(&client.name));
        _ = writeln!(text, "{id}  {name}\n  {since}\n  {}", words(client));
    }
    text
}

fn words(client: &Client) -> String {
    client.scopes.iter().map(|scope| scope.word()).collect::<Vec<_>>().join(" ")
}
