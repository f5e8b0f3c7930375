//! The commands `sepay login`, `logout` and `webhooks`: our webhooks at SePay's own API. What its requests and
//! answers are is `providers`'.

mod listing;
mod login;
mod webhooks;

use std::process::ExitCode;

use crate::args::Sepay;
use crate::run::{Process, print};

/// What SePay is called.
const WHOM: &str = "SePay";

/// Does what is asked of SePay.
pub(crate) async fn sepay(what: Sepay, process: Process<'_>) -> anyhow::Result<ExitCode> {
    let said = match what {
        Sepay::Login(what) => login::login(what, &process).await,
        Sepay::Logout(what) => login::logout(&what),
        Sepay::Webhooks(what) => webhooks::webhooks(what, &process).await,
    };
    print(&said?)?;
    Ok(ExitCode::SUCCESS)
}
