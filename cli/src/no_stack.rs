//! The commands of a stack on AWS, in a program that was built without them: they say how to get them.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::bail;
use domain::Archive;

use crate::args::{Apply, Stack, Where};
use crate::desk::Desk;
use crate::run::Process;

const HOW: &str = "this program was built without AWS, so that it builds quickly; build it with \
                   `cargo install --path cli --features aws`";

const WHICH: &str = "which deployment? say --url https://hooks.example.com, or set TINGTING_URL; for a \
                     stack on AWS build this program with `cargo install --path cli --features aws`";

pub(crate) async fn apply(_: Apply, _: Process<'_>) -> anyhow::Result<ExitCode> {
    bail!(HOW)
}

pub(crate) async fn sources(_: Stack, _: Process<'_>) -> anyhow::Result<ExitCode> {
    bail!(WHICH)
}

pub(crate) async fn destinations(_: Stack, _: Process<'_>) -> anyhow::Result<ExitCode> {
    bail!(WHICH)
}

pub(crate) async fn desk(_: &Where, _: &Process<'_>) -> anyhow::Result<Desk> {
    bail!(HOW)
}

pub(crate) async fn archive(_: &Where, _: &Process<'_>) -> anyhow::Result<Arc<dyn Archive>> {
    bail!(HOW)
}
