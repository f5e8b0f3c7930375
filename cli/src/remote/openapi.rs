//! The command `openapi`: the document of a deployment's API, or of this program's own where none is named.
//! It is open to all: nobody logs in for it.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use http::Method;

use super::base::Base;
use super::call::Call;
use super::credentials::Credentials;
use super::door::Door;
use super::shown::print_json;
use crate::args::Deployment;
use crate::run::{Process, print};

const PATIENCE: Duration = Duration::from_secs(30);

/// Prints the document.
pub(crate) async fn openapi(
    what: &Deployment,
    above: &Deployment,
    process: &Process<'_>,
) -> anyhow::Result<ExitCode> {
    match Base::find(what, above, process.env)? {
        Some(base) => {
            let mut door = Door::new(base, Credentials::Nobody, PATIENCE, process)?;
            let answered = door.call(&Call::new(Method::GET, None, &["openapi.json"])).await?;
            print_json(&answered, process)?;
        }
        None => {
            let document = console::openapi().context("the document cannot be written")?;
            print(&format!("{document}\n"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
