//! What a process ended with, to be compared whole.

use std::process::Output;

/// What a process ended with.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self {
            code: output.status.code().unwrap(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    pub(crate) fn well(stdout: &str) -> Self {
        Self { code: 0, stdout: stdout.to_owned(), stderr: String::new() }
    }

    pub(crate) fn badly(stderr: &str) -> Self {
        Self { code: 1, stdout: String::new(), stderr: format!("{stderr}\n") }
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }
}
