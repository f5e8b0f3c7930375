//! What an event says at a destination, as the event's page shows it: a message in words, and the body
//! that its channel makes of it.

use domain::clean;
use serde_json::Value;

use crate::pages::shown::{pretty, written_out};
use crate::previews::{Message, PreviewShown};

/// The longest body on a page, in characters.
const LONGEST: usize = 4_000;

/// What one destination is told.
pub(super) struct Preview {
    pub(super) number: u64,
    pub(super) name: String,
    pub(super) message: Option<Message>,
    pub(super) body: Option<String>,
    pub(super) fault: Option<String>,
}

impl Preview {
    pub(super) fn of(shown: PreviewShown) -> Self {
        let PreviewShown { webhook_id, name, delivery: _, message, body, fault } = shown;
        let body = match &body {
            Value::Null => None,
            Value::String(text) => Some(written_out(text)),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                Some(pretty(&body))
            }
        };
        Self {
            number: webhook_id,
            name: clean(&name),
            message,
            body: body.map(beginning),
            fault: fault.as_deref().map(clean),
        }
    }
}

fn beginning(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
