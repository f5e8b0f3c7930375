//! Logging in at SePay, and the access token that a login or the environment gives. The login is kept in the
//! keyring under SePay's address, so that a sandbox has its own.

use anyhow::{Context as _, bail};
use domain::{Credentials, Issued, Secret};
use providers::Denied;
use providers::sepay::login::{self, Application, Astray};
use url::Url;

use super::WHOM;
use crate::args::{Asked, SepayLogin, SepayLogout};
use crate::asking::{Asking, Deed};
use crate::denied::Words;
use crate::keyring::{Login, Place};
use crate::ours::Ours;
use crate::run::{Process, print};

const ACCESS_TOKEN: &str = "SEPAY_ACCESS_TOKEN";
const CLIENT_ID: &str = "SEPAY_CLIENT_ID";
const CLIENT_SECRET: &str = "SEPAY_CLIENT_SECRET";
/// What a login is kept under where no address is named.
const OWN: &str = "sepay";
/// What to do where there is no keyring.
const INSTEAD: &str = "set SEPAY_ACCESS_TOKEN to an access token instead";

/// Logs in: an address to open, and the one that it leads back to.
pub(super) async fn login(what: SepayLogin, process: &Process<'_>) -> anyhow::Result<String> {
    let application = application(&what, process)?;
    // Before anybody is bothered: a login that cannot be kept is none.
    let place = Place::of(address(application.base.as_ref()), INSTEAD)?;
    place.try_out()?;
    let asking = Asking::new(WHOM, &what.asked, process)?;
    let state = format!("{:016x}{:016x}", process.entropy.next(), process.entropy.next());
    print(&format!(
        "Open this address, log in and say yes:\n\n  {}\n\nThen paste the address that the browser ends at \
         (it may show an error; the code in it is good for five minutes):\n",
        login::authorize(&application, &what.redirect_uri, &state)
    ))?;
    let returned = line().await?;
    let code = login::code(&returned, &state).map_err(astray)?;
    let request = login::exchange(&application, &code, &what.redirect_uri);
    let request = request.context("the address of SePay's tokens is no usable URL")?;
    let answer = asking.ask(request, Deed::Look).await?;
    let issued = login::issued(&answer, process.clock.now());
    let issued = issued.map_err(|denied| told(&denied, &[&application.client_secret, &code]))?;
    let Some(refresh_token) = issued.refresh else {
        bail!("SePay issued no refresh token: the login could not be kept; ask SePay to grant one")
    };
    let Application { client_id, client_secret, .. } = application;
    place.keep(&Login { client_id, client_secret, refresh_token: Some(refresh_token) })?;
    Ok("logged in at SePay; kept in this machine's keyring\n".to_owned())
}

/// Forgets a login.
pub(super) fn logout(what: &SepayLogout) -> anyhow::Result<String> {
    let forgotten = Place::of(address(what.api_base.as_ref()), INSTEAD)?.forget()?;
    let said = if forgotten { "the login at SePay is forgotten\n" } else { "there was no login\n" };
    Ok(said.to_owned())
}

/// The access token: the environment's, or a fresh one of the login.
pub(super) async fn access(
    asked: &Asked,
    asking: &Asking,
    process: &Process<'_>,
) -> anyhow::Result<Secret> {
    if let Some(token) = (process.env)(ACCESS_TOKEN).and_then(|text| Secret::parse(text.trim())) {
        return Ok(token);
    }
    let place = Place::of(address(asked.api_base.as_ref()), INSTEAD)?;
    let Some(Login { client_id, client_secret, refresh_token: Some(refresh_token) }) =
        place.read()?
    else {
        bail!("not logged in at SePay: run `tingting sepay login`, or set {ACCESS_TOKEN}")
    };
    let application = Application { base: asked.api_base.clone(), client_id, client_secret };
    let request = login::refresh(&application, &refresh_token);
    let request = request.context("the address of SePay's tokens is no usable URL")?;
    let answer = asking.ask(request, Deed::Look).await?;
    let issued = login::issued(&answer, process.clock.now());
    let secrets = [&application.client_secret, &refresh_token];
    let Issued { access, refresh } = issued.map_err(|denied| told(&denied, &secrets))?;
    if let Some(refresh_token) = refresh {
        // Before the access token is used: the old one may be used up by now.
        let Application { client_id, client_secret, .. } = application;
        place.keep(&Login { client_id, client_secret, refresh_token: Some(refresh_token) })?;
    }
    Ok(access.value)
}

/// The application, from what was typed, the environment and a source's `api`, in this order.
fn application(what: &SepayLogin, process: &Process<'_>) -> anyhow::Result<Application> {
    let (mut client_id, mut client_secret) = (None, None);
    let mut base = what.asked.api_base.clone();
    if let Some(source) = &what.source {
        let ours = Ours::find("sepay", Some(source), &what.asked.config, process.env)?;
        base = ours.asked(&what.asked).api_base;
        match ours.source.api.map(|api| api.credentials) {
            Some(Credentials::OAuth2 { client_id: id, client_secret: secret, .. }) => {
                (client_id, client_secret) = (Some(id), Some(secret));
            }
            Some(Credentials::Key(_) | Credentials::Token(_)) | None => {
                bail!("source {} has no client_id and client_secret in its api", ours.source.id)
            }
        }
    }
    let env = |name: &str| (process.env)(name).filter(|text| !text.is_empty());
    let client_id = what.client_id.clone().or_else(|| env(CLIENT_ID)).or(client_id);
    let client_secret = env(CLIENT_SECRET).and_then(|text| Secret::parse(&text)).or(client_secret);
    Ok(Application {
        base,
        client_id: client_id
            .with_context(|| format!("no client id: say --client-id, or set {CLIENT_ID}"))?,
        client_secret: client_secret
            .with_context(|| format!("no client secret: set {CLIENT_SECRET}, or say --source"))?,
    })
}

fn address(base: Option<&Url>) -> &str {
    base.map_or(OWN, Url::as_str)
}

/// What the operator pastes.
async fn line() -> anyhow::Result<String> {
    let read = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map(|_| line)
    });
    read.await?.context("the address cannot be read from standard input")
}

fn astray(astray: Astray) -> anyhow::Error {
    anyhow::anyhow!(match astray {
        Astray::NoCode =>
            "there is no code in that address: paste it whole, as the browser shows it",
        Astray::Foreign => {
            "that address is of another login (its state differs): open the one above, and paste where it \
             leads"
        }
        Astray::Refused => "the login was refused on SePay's page; log in again and say yes",
    })
}

fn told(denied: &Denied, secrets: &[&Secret]) -> anyhow::Error {
    const AGAIN: &str =
        "run `tingting sepay login` again, with the application's own id and secret";
    let mut refused = denied.clone();
    // How a refused code, secret or refresh token is answered (RFC 6749, §5.2).
    if let Denied::Invalid { said, .. } = denied {
        refused = Denied::Unauthorized(said.clone());
    }
    let words = Words {
        whom: WHOM,
        unauthorized: AGAIN,
        forbidden: AGAIN,
        missing: "token endpoint there",
        deed: Deed::Look,
        secrets,
    };
    words.tell(&refused)
}
