//! Why AWS did not do what it was asked, in words an operator can act on. Nothing in here shows an
//! item or a raw key: both may hold an account number or a payer's name.

use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use domain::EventJsonError;
use sha2::{Digest as _, Sha256};

/// An operation that was not done, or of which it is not known.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// AWS answered with an error.
    #[error("{operation} was answered {code}: {message}")]
    Refused {
        /// What was asked.
        operation: &'static str,
        /// AWS's word: `ThrottlingException`, `ExpiredTokenException`…
        code: String,
        /// AWS's sentence.
        message: String,
    },
    /// No answer that can be read: no connection, not in time, cut off. It may have been done.
    #[error("{operation} got no answer")]
    Unanswered {
        /// What was asked.
        operation: &'static str,
        /// What happened.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The whole call took longer than a caller can be kept waiting.
    #[error("{operation} was not done in time")]
    Overdue {
        /// What was asked.
        operation: &'static str,
    },
    /// Others moved the same item again and again.
    #[error("{operation} lost every race for the item; it will be tried again")]
    Contended {
        /// What was asked.
        operation: &'static str,
    },
    /// An item that this version cannot read.
    #[error("the {item} under the key {key} cannot be read: {reason}")]
    Unreadable {
        /// What sort of item.
        item: &'static str,
        /// A digest of its partition key.
        key: String,
        /// What is wrong.
        reason: String,
    },
    /// An event without a written form.
    #[error("the event cannot be written")]
    Unwritable(#[from] EventJsonError),
}

impl Failure {
    /// What came of a call that failed.
    pub(crate) fn of<E>(operation: &'static str, error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let status = error.raw_response().map(|response| response.status().as_u16());
        if let Some(said) = error.as_service_error() {
            return match (said.code(), status) {
                (None, Some(status)) => Self::Refused {
                    operation,
                    code: format!("HTTP {status}"),
                    message: "what it said besides cannot be read".to_owned(),
                },
                (Some(_), _) | (None, None) => Self::refused(operation, said),
            };
        }
        let source = error.into_source().unwrap_or_else(|error| error.to_string().into());
        Self::Unanswered { operation, source }
    }

    /// What AWS said. Only its code and its sentence are kept: the error itself may carry the item
    /// that a condition was checked against.
    pub(crate) fn refused(operation: &'static str, said: &impl ProvideErrorMetadata) -> Self {
        Self::Refused {
            operation,
            code: said.code().unwrap_or("an unknown error").to_owned(),
            message: said.message().unwrap_or("no more was said").to_owned(),
        }
    }

    /// An item that this version cannot read.
    pub(crate) fn unreadable(item: &'static str, pk: &str, reason: impl ToString) -> Self {
        Self::Unreadable { item, key: digest(pk), reason: reason.to_string() }
    }
}

/// A key as messages may show it.
fn digest(key: &str) -> String {
    format!("~{}", hex::encode(&Sha256::digest(key.as_bytes())[..8]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_shown_as_a_digest_alone() {
        let failure = Failure::unreadable("event", "casso/shop/0123456789", "no fingerprint");
        assert_eq!(
            failure.to_string(),
            "the event under the key ~6c21cb94b2c9e04b cannot be read: no fingerprint"
        );
    }
}
