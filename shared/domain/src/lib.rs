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
//! | held | a delivery waits for its destination to come back, using no attempts |
//! | [`Standing`] | how a destination stands: active, paused or disabled, and why |
//! | [`Digest`] | several events for one chat in one message |
//! | [`Alarm`] | what operators are told of |
//! | [`Summary`] | what a day brought one chat, and what did not get through |
//!
//! What is deliberately absent: IO, an async runtime, a clock, randomness, the environment, and any
//! knowledge of a particular provider, channel, database or cloud. They arrive as arguments.

#![warn(missing_docs)]

mod ack;
mod alarm;
mod amount;
mod archive;
mod attempt;
mod cache;
mod channel;
mod delivery;
mod destination;
mod digest;
mod directory;
mod dispatch;
mod entry;
mod envelope;
mod erase;
mod event;
mod event_json;
mod exchange;
mod facts;
mod filter;
mod fold;
mod holding;
mod hours;
mod ids;
mod ingest;
mod kind;
mod notes;
mod number;
mod pace;
mod ports;
mod provider;
mod provider_api;
mod reconcile;
mod record;
mod recording;
mod reread;
mod resend;
mod retry;
mod search;
mod secret;
mod source;
mod standing;
mod statistics;
mod summary;
mod sweep;
mod tally;
mod text;
mod tokens;
mod told;

pub use ack::{Ack, Outcome, Refusal, Route, route};
pub use alarm::{Alarm, raise};
pub use amount::{
    Currency, Money, UnreadableAmount, add_exactly, amount_as_typed, amount_from_text,
};
pub use archive::{Archive, Card, Filed, Kept, Leaf, Letter, Line, LineError};
pub use attempt::Attempt;
pub use channel::{
    Answer, Channel, Display, Grant, Job, Notification, Outgoing, Token, Unsendable, Verdict,
};
pub use delivery::{Delivery, DeliveryState, ENDS_WITHIN, Finish, Move, Start, Stay, look_again};
pub use destination::{Destination, DestinationAuth, Language, RetryOn, Settings, WebhookMethod};
pub use digest::Digest;
pub use directory::{Listed, ListedSource, find_channel, find_provider};
pub use dispatch::{Dispatch, Handled, LEASE_MARGIN, Made, Tried, sample};
pub use entry::{Clash, Edited, Entry, EntryId, Origin, Over};
pub use envelope::{Envelope, EnvelopeError};
pub use erase::{Erased, Payer, PayerError, erase, is_erased};
pub use event::{Event, Fingerprint, Moment, Provenance, Snapshot, VIETNAM};
pub use event_json::EventJsonError;
pub use facts::{Fact, Facts};
pub use filter::{Filter, Selector};
pub use fold::fold;
pub use holding::Holding;
pub use hours::{MAYBE_OPEN, hour_of};
pub use ids::{DeliveryId, DeliveryRef, DestinationName, EventKey, Name, NameError, SourceId};
pub use ingest::{BodyFault, Ingest, MAX_BODY, Request};
pub use kind::{Direction, Kind};
pub use notes::{Notes, Timer};
pub use number::Number;
pub use pace::{Limit, Pace, Reserved, Slot, Turn};
pub use ports::{
    AccountTotal, Cabinet, Claim, Clock, DeadLetters, Directory, Drawer, Egress, Enlisted, Entries,
    Entropy, History, HourTotals, Inbox, Lane, Lanes, Ledger, Log, MOST_ACCOUNTS, Marked, Message,
    MoneyTotal, Outbound, Overdue, ParkedCall, Placed, Port, PortError, Queue, Refused, Retention,
    Screen, SendError, Stored, Stretch, Stretched, Survey,
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
pub use reread::{Again, Released, Rereading, read_again, release};
pub use resend::{Resent, cancel, resend, send};
pub use retry::{Next, Schedule};
pub use search::{Found, Wanted, search};
pub use secret::Secret;
pub use source::{Auth, Silence, Source};
pub use standing::{Cause, Mark, Mode, Probed, Standing, Streak};
pub use statistics::{Days, beginning, days};
pub use summary::{
    AccountTurnover, Flow, Missed, Named, OtherMissed, Summary, SummaryAt, SummaryAtError, Turnover,
};
pub use sweep::{Sweep, Swept};
pub use tally::Tally;
pub use text::{clean, excerpt};
pub use tokens::TokenCache;
pub use told::{chain, shown};
