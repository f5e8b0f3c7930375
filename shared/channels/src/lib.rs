//! The products we speak to: pure protocols and the table of them.

mod answer;
#[cfg(test)]
mod fixtures;
mod lark;
mod mac;
mod message;
mod preview;
mod request;
mod settings;
mod slack;
mod telegram;
mod text;
mod webhook;
mod words;

pub use telegram::{BotToken, Chat, Chats, Topic, Unheard};

/// Every channel, by name.
pub const ALL: &[&dyn domain::Channel] =
    &[&lark::Lark, &preview::Preview, &slack::Slack, &telegram::Telegram, &webhook::Webhook];
