//! The senders we listen to: five pure protocols and the table of them.
