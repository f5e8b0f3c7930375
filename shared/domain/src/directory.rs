//! What a directory lists, and finding a provider or channel in its table.

use std::sync::Arc;

use crate::{Channel, Destination, DestinationName, Provider, Source, SourceId};

/// A source as the directory has it.
#[derive(Debug, Clone, PartialEq)]
pub enum ListedSource {
    /// Readable.
    Ready(Arc<Source>),
    /// A record that this version cannot read: its hooks are answered 503, the provider calls again.
    Unreadable {
        /// The source.
        id: SourceId,
        /// What is wrong with the record.
        reason: String,
    },
}

impl ListedSource {
    /// The source's id.
    pub fn id(&self) -> &SourceId {
        match self {
            Self::Ready(source) => &source.id,
            Self::Unreadable { id, .. } => id,
        }
    }
}

/// A destination as the directory has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listed {
    /// Readable.
    Ready(Box<Destination>),
    /// A record that this version cannot read. Nothing is skipped: its deliveries wait.
    Unreadable {
        /// The destination.
        name: DestinationName,
        /// What is wrong with the record.
        reason: String,
    },
}

impl Listed {
    /// The destination's name.
    pub fn name(&self) -> &DestinationName {
        match self {
            Self::Ready(destination) => &destination.name,
            Self::Unreadable { name, .. } => name,
        }
    }

    /// What people call it: its title, or else its name.
    pub fn title(&self) -> &str {
        match self {
            Self::Ready(destination) => {
                destination.title.as_deref().unwrap_or(destination.name.as_str())
            }
            Self::Unreadable { name, .. } => name.as_str(),
        }
    }
}

/// The provider of this name.
pub fn find_provider<'a>(table: &[&'a dyn Provider], name: &str) -> Option<&'a dyn Provider> {
    table.iter().copied().find(|provider| provider.name() == name)
}

/// The channel of this name.
pub fn find_channel<'a>(table: &[&'a dyn Channel], name: &str) -> Option<&'a dyn Channel> {
    table.iter().copied().find(|channel| channel.name() == name)
}
