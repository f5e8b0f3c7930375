//! The written form of what is kept: a line of JSON each, between a first that says the version and a
//! last that says how many there were. Pinned by a golden file in the tests.

use serde::{Deserialize, Serialize};

use super::{Kept, parts};

/// The version that this program writes, and the only one that it reads.
const VERSION: u32 = 1;

/// A line of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// The first.
    Head,
    /// One thing.
    Kept(Box<Kept>),
    /// The last: so many things are before it.
    End(u64),
}

/// A line that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// Of another version.
    #[error("written by another tingting (version {0}, this one reads {VERSION}); use that one")]
    Version(u32),
    /// Damaged, or no line of an export.
    #[error("not a line of an export of tingting, or a damaged one")]
    Unreadable(#[source] serde_json::Error),
    /// Of a form that this version does not know.
    #[error("something in it is not understood: {0}")]
    Unknown(String),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Form {
    Tingting(u32),
    End(u64),
}

impl Line {
    /// The written form, without the line's end.
    pub fn to_text(&self) -> Result<String, LineError> {
        let text = match self {
            Self::Head => serde_json::to_string(&Form::Tingting(VERSION)),
            Self::End(count) => serde_json::to_string(&Form::End(*count)),
            Self::Kept(kept) => {
                let shape = parts::shape(kept).map_err(LineError::Unknown)?;
                serde_json::to_string(&shape)
            }
        };
        text.map_err(LineError::Unreadable)
    }

    /// Reads the written form.
    pub fn parse(text: &str) -> Result<Self, LineError> {
        if text.starts_with("{\"tingting\"") || text.starts_with("{\"end\"") {
            return match serde_json::from_str(text).map_err(LineError::Unreadable)? {
                Form::Tingting(VERSION) => Ok(Self::Head),
                Form::Tingting(other) => Err(LineError::Version(other)),
                Form::End(count) => Ok(Self::End(count)),
            };
        }
        let shape = serde_json::from_str(text).map_err(LineError::Unreadable)?;
        parts::kept(shape).map(|kept| Self::Kept(Box::new(kept))).map_err(LineError::Unknown)
    }
}
