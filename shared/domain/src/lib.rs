//! The vocabulary, the rules, the ports and the flows of tingting.
//!
//! Two mirrored pairs carry everything. Inwards a **provider** (a sender's way of speaking) has
//! **sources** (configured accounts, each with secrets and a URL). Outwards a **channel** (a product's
//! way of being spoken to) has **destinations** (configured places, each with a filter).
//!
//! | word | it means |
//! |---|---|
//! | [`Hook`] | one inbound HTTP request, raw |
//! | [`Reject`] | why a hook was not accepted |
//! | [`Ack`] | what the provider is answered; it carries a promise: durable |
//! | [`Event`] | the normalised fact, immutable |
//! | [`EventKey`] | the identity by which two hooks are the same event |
//! | [`Claim`] | what the ledger says when a key is written |
//! | [`Fingerprint`] | kind, direction, amount, currency: what two hooks with one key must share |
//! | taken | the event's delivery rows exist; from here the deliveries carry the promise |
//! | [`Parked`] | authentic bytes that could not be read, kept for reading again |
//! | [`Envelope`] | the versioned wire form on the queue |
//! | [`Delivery`] | the duty: this event must reach this destination |
//! | [`Attempt`] | one try at a delivery, with its number |
//! | [`Verdict`] | how a channel reads the answer |
//!
//! What is deliberately absent: IO, an async runtime, a clock, randomness, the environment, and any
//! knowledge of a particular provider, channel, database or cloud. They arrive as arguments.

#![warn(missing_docs)]

mod ack;
mod amount;
mod attempt;
mod cache;
mod channel;
mod delivery;
mod destination;
mod directory;
mod dispatch;
mod envelope;
mod event;
mod event_json;
mod exchange;
mod facts;
mod filter;
mod ids;
mod ingest;
mod kind;
mod notes;
mod ports;
mod provider;
mod provider_api;
mod reconcile;
mod record;
mod recording;
mod retry;
mod secret;
mod source;
mod text;
mod tokens;
mod told;

pub use ack::{Ack, Outcome, Refusal, Route, route};
pub use amount::{Currency, Money, UnreadableAmount, amount_from_text};
pub use attempt::Attempt;
pub use channel::{
    Answer, Channel, Display, Grant, Job, Notification, Outgoing, Token, Unsendable, Verdict,
};
pub use delivery::{Delivery, DeliveryState, Finish, Start};
pub use destination::{Destination, DestinationAuth, Language, RetryOn, Settings, WebhookMethod};
pub use directory::{Listed, ListedSource, find_channel, find_provider};
pub use dispatch::{Dispatch, Handled, LEASE_MARGIN, Made};
pub use envelope::{Envelope, EnvelopeError};
pub use event::{Event, Fingerprint, Moment, Provenance, Snapshot, VIETNAM};
pub use event_json::EventJsonError;
pub use facts::{Fact, Facts};
pub use filter::{Filter, Selector};
pub use ids::{DeliveryId, DeliveryRef, DestinationName, EventKey, Name, NameError, SourceId};
pub use ingest::{BodyFault, Ingest, MAX_BODY, Request};
pub use kind::{Direction, Kind};
pub use notes::{Notes, Timer};
pub use ports::{
    Claim, Clock, DeadLetters, Directory, Egress, Enlisted, Entropy, Inbox, Lane, Lanes, Ledger,
    Message, Outbound, Port, PortError, Queue, Refused, Screen, SendError, Stored,
};
pub use provider::{Acknowledgement, Hook, Parked, Provider, Reading, Reject};
pub use provider_api::{
    Api, Ask, Blame, Credentials, Issued, MAX_PAGE, NextPage, Page, ProviderApi, Setback,
};
pub use reconcile::{Reconcile, Reconciled};
pub use record::{
    ApiRecord, AuthRecord, DestinationRecord, Fault, LONGEST_TIMEOUT, RetryRecord, SourceRecord,
    Text,
};
pub use retry::{Next, Schedule};
pub use secret::Secret;
pub use source::{Auth, Source};
pub use text::{clean, excerpt};
pub use tokens::TokenCache;
pub use told::{chain, shown};
