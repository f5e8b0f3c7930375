//! What is wrong with a configuration, told all at once, each with its line and the remedy.

use std::fmt;
use std::path::PathBuf;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1, where one is to blame.
    pub line: Option<usize>,
    /// What is wrong and what to do. Shows no secret.
    pub message: String,
}

/// Everything that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults {
    /// The file.
    pub path: PathBuf,
    /// What is wrong; at least one.
    pub faults: Vec<Fault>,
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.faults.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            match fault.line {
                Some(line) => write!(f, "{}:{line}: {}", self.path.display(), fault.message)?,
                None => write!(f, "{}: {}", self.path.display(), fault.message)?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
