//! The commands of a stack on AWS, in a program that was built without them: they say how to get them.

use std::process::ExitCode;

use anyhow::bail;

use crate::args::{Apply, Stack};
use crate::run::Process;

const HOW: &str = "this program was built without AWS, so that it builds quickly; build it with \
                   `cargo install --path cli --features aws`";

pub(crate) async fn apply(_: Apply, _: Process<'_>) -> anyhow::Result<ExitCode> {
    bail!(HOW)
}

pub(crate) async fn sources(_: Stack, _: Process<'_>) -> anyhow::Result<ExitCode> {
    bail!(HOW)
}

pub(crate) async fn destinations(_: Stack, _: Process<'_>) -> anyhow::Result<ExitCode> {
    bail!(HOW)
}
