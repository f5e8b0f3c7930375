//! Where a list is asked for: at a deployment over its API, or of a stack by its directory's table.

use anyhow::bail;

use super::base::Base;
use super::door::Door;
use crate::args::{Deployment, Listed, Stack};
use crate::run::Process;

/// The stack that is meant where none is named.
const STACK: &str = "tingting";

/// Where a list is asked for.
pub(super) enum Place {
    /// At a deployment.
    Deployment(Box<Door>),
    /// Of a stack, with the operator's own credentials.
    Stack(Stack),
}

impl Place {
    /// The place that is meant: a stack that is named, a deployment that is, or else the stack of our own name.
    pub(super) fn of(
        what: Listed,
        above: &Deployment,
        process: &Process<'_>,
    ) -> anyhow::Result<Self> {
        let Listed { stack, table, remote } = what;
        let on_aws = stack.is_some() || table.is_some();
        if on_aws && above.is_said() {
            bail!("--url is one place, --stack or --table another: choose one");
        }
        let base = match on_aws {
            true => None,
            false => Base::find(&remote.deployment, above, process.env)?,
        };
        Ok(match base {
            Some(base) => Self::Deployment(Box::new(Door::at(base, &remote, process)?)),
            None if remote.json => bail!("--json is the API's own: it needs --url"),
            None => Self::Stack(Stack { stack: stack.unwrap_or_else(|| STACK.to_owned()), table }),
        })
    }
}
