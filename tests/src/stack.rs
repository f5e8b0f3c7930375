//! The stack of template.yaml, deployed on this machine by `local/stack` for one test: AWS's protocols
//! on a free port of 127.0.0.1, the functions' own binaries, permissions enforced. It ends with the
//! test, however that ends.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use aws::{DynamoLedger, Services};
use domain::Retention;
use jiff::SignedDuration;
use serde_json::Value;

use crate::aws::services;
use crate::clock::SeededEntropy;

/// Who runs the functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Functions {
    /// What `make test-aws` has built, as `make build` builds it.
    Built,
    /// `cargo lambda watch`.
    Watched,
}

/// A deployed stack.
#[derive(Debug)]
pub struct Stack {
    child: Child,
    said: Value,
    services: Services,
}

impl Stack {
    /// Deploys the template, and what `tingting apply` makes of a file.
    ///
    /// # Panics
    ///
    /// Where that is not possible: it says why on stderr.
    #[expect(clippy::unwrap_used, reason = "what tests stand on: to panic is how it says no")]
    pub fn deploy(functions: Functions, file: &Path) -> Self {
        let root = root();
        let mut command = Command::new(root.join(".venv-aws/bin/python"));
        command.arg("local/stack").arg("--until-eof").arg("--apply").arg(file).current_dir(&root);
        // Beside `deps`, where this very test is.
        let test = std::env::current_exe().unwrap();
        command.arg("--program").arg(test.parent().unwrap().with_file_name("tingting"));
        match functions {
            Functions::Built => _ = command.arg("--built").arg("target/lambda-here"),
            Functions::Watched => {}
        }
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("make venv-aws");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value =
            serde_json::from_str(&line).expect("local/stack says on stderr what is wrong");
        let endpoint = said["endpoint"].as_str().unwrap();
        let services = services(endpoint, endpoint);
        Self { child, said, services }
    }

    /// Where AWS's protocols are spoken.
    pub fn endpoint(&self) -> &str {
        self.said["endpoint"].as_str().unwrap_or_default()
    }

    /// The address of the hooks and of the API.
    pub fn url(&self) -> &str {
        self.said["url"].as_str().unwrap_or_default()
    }

    /// What the template calls one of its outputs.
    pub fn output(&self, name: &str) -> &str {
        let output = self.said["outputs"][name].as_str();
        output.unwrap_or_else(|| panic!("template.yaml has no output {name}"))
    }

    /// The operator's clients.
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// The deployed ledger.
    pub fn ledger(&self) -> DynamoLedger {
        let (client, days) = (self.services.dynamodb.clone(), SignedDuration::from_hours(180 * 24));
        let kept = Retention { keys: days, bodies: days };
        let entropy = Arc::new(SeededEntropy::new(0));
        DynamoLedger::new(client, self.output("LedgerTable").to_owned(), kept, entropy)
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // Its standard input ends, and with it the stack; should it not, nothing can be done here.
        drop(self.child.stdin.take());
        _ = self.child.wait();
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
