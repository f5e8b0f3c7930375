//! What the providers' APIs for managing webhooks share: where they are and what opens them, and the
//! loose spelling of their answers. A webhook here is the provider's: what calls us, not what we call.

use domain::{Secret, excerpt};
use serde_json::Value;
use url::Url;

/// The most bytes of a text in an answer that are kept.
const TEXT_BYTES: usize = 2048;

/// Where an API is, and what opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// Its address, if not the provider's own.
    pub base: Option<Url>,
    /// The API key or access token.
    pub credential: Secret,
}

/// A whole number, written as one or as a text.
pub(crate) fn whole(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// A switch: a boolean, or 0 and 1 in either form.
pub(crate) fn flag(value: &Value) -> Option<bool> {
    value.as_bool().or_else(|| match whole(value)? {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    })
}

/// A text, cleaned: somebody else may have written it. None where nothing is left.
pub(crate) fn text(value: &Value) -> Option<String> {
    let text = excerpt(value.as_str()?, TEXT_BYTES);
    (!text.is_empty()).then_some(text)
}

/// A text that opens something.
pub(crate) fn secret(value: &Value) -> Option<Secret> {
    Secret::parse(value.as_str()?)
}
