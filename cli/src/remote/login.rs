//! The commands `login` and `logout`: a client's id and secret, proven once and kept in the keyring under the
//! deployment's address.

use std::io::{BufRead as _, IsTerminal as _};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use domain::{Secret, clean};

use super::base::Base;
use super::credentials::{CLIENT_ID, CLIENT_SECRET, Credentials, place};
use super::door::Door;
use super::patience::tell;
use crate::args::{Deployment, RemoteLogin};
use crate::keyring::Login;
use crate::run::{Process, print};

/// Logs in.
pub(crate) async fn login(
    what: RemoteLogin,
    above: &Deployment,
    process: &Process<'_>,
) -> anyhow::Result<ExitCode> {
    let base = Base::named(&what.remote.deployment, above, process.env)?;
    // Before anybody types a secret: a login that cannot be kept is none.
    let place = place(&base)?;
    place.try_out()?;
    let said = |name| (process.env)(name).filter(|text| !text.trim().is_empty());
    let id = match what.client_id.or_else(|| said(CLIENT_ID)) {
        Some(id) => id,
        None => asked("client_id: ", Echo::On).await?,
    };
    let secret = match said(CLIENT_SECRET) {
        Some(secret) => secret,
        None => asked("client_secret (not shown): ", Echo::Off).await?,
    };
    let id = id.trim().to_owned();
    let secret = Secret::parse(secret.trim()).context("the secret is empty")?;
    let credentials = Credentials::Client { id: id.clone(), secret: secret.clone() };
    let mut door = Door::new(base, credentials, what.remote.timeout, process)?;
    let scopes = door.log_in().await?;
    let base = door.base();
    place.keep(&Login { client_id: id, client_secret: secret, refresh_token: None })?;
    print(&format!(
        "logged in at {base}; kept in this machine's keyring\nit may: {}\n",
        clean(&scopes)
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Forgets a login.
pub(crate) fn logout(
    what: &Deployment,
    above: &Deployment,
    process: &Process<'_>,
) -> anyhow::Result<ExitCode> {
    let base = Base::named(what, above, process.env)?;
    let said = match place(&base)?.forget()? {
        true => format!(
            "the login at {base} is forgotten; `tingting clients revoke ID` where it runs ends the client\n"
        ),
        false => format!("there was no login at {base}\n"),
    };
    print(&said)?;
    Ok(ExitCode::SUCCESS)
}

/// Whether a terminal shows what is typed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Echo {
    On,
    Off,
}

/// A line of standard input.
async fn asked(prompt: &'static str, echo: Echo) -> anyhow::Result<String> {
    tell(prompt);
    let line = tokio::task::spawn_blocking(move || line(echo)).await?;
    let line = line.context("standard input cannot be read")?;
    if line.trim().is_empty() {
        bail!("nothing was typed: set {CLIENT_ID} and {CLIENT_SECRET}, or type them");
    }
    Ok(line)
}

fn line(echo: Echo) -> std::io::Result<String> {
    let stdin = std::io::stdin();
    if echo == Echo::Off && stdin.is_terminal() {
        return rpassword::read_password();
    }
    let mut line = String::new();
    stdin.lock().read_line(&mut line)?;
    Ok(line)
}
