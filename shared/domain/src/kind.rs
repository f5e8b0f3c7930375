//! What sort of fact an event is. The words are those of outgoing webhooks and of filters.

use std::fmt;

/// Which way money moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// To the merchant.
    In,
    /// From the merchant.
    Out,
}

impl Direction {
    /// `in` or `out`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $word:literal,)+) => {
        /// The kind of an event.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind { $($(#[$doc])* $variant,)+ }

        impl Kind {
            /// Every kind, in the order of this file.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The kind's word, such as `transfer.in`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }
    };
}

kinds! {
    /// Money came in.
    TransferIn = "transfer.in",
    /// Money went out.
    TransferOut = "transfer.out",
    /// A linked bank account changed (ThueAPI's *Change*).
    AccountChanged = "account.changed",
    /// An order was made, changed or deleted.
    OrderChanged = "order.changed",
    /// A product was made, changed or deleted.
    ProductChanged = "product.changed",
    /// A customer was made, changed or deleted.
    CustomerChanged = "customer.changed",
    /// A subscription plan became active.
    PlanActivated = "plan.activated",
    /// A subscription plan stopped being active (closed, paused, or its creation failed).
    PlanInactivated = "plan.inactivated",
    /// A billing cycle was made.
    CycleCreated = "cycle.created",
    /// A billing cycle was paid.
    CycleSucceeded = "cycle.succeeded",
    /// A billing cycle failed and will be tried again.
    CycleRetrying = "cycle.retrying",
    /// A billing cycle failed for good.
    CycleFailed = "cycle.failed",
    /// A charge forced by the merchant failed.
    CycleForceAttemptFailed = "cycle.force_attempt_failed",
    /// A payment method can be used.
    PaymentMethodActivated = "payment_method.activated",
    /// A payment method could not be set up.
    PaymentMethodFailed = "payment_method.failed",
    /// A refund reached the payer.
    RefundSucceeded = "refund.succeeded",
    /// A refund failed.
    RefundFailed = "refund.failed",
    /// A payment succeeded.
    PaymentSucceeded = "payment.succeeded",
    /// A payment failed.
    PaymentFailed = "payment.failed",
    /// Authentic, but of a kind this version does not know.
    Unknown = "unknown",
    /// Our own: what operators are told of.
    Alarm = "alarm",
    /// Our own: several events for one chat, in one message.
    Digest = "digest",
    /// Our own: what a day brought one chat.
    Summary = "summary",
}

impl Kind {
    /// Finds a kind by its word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }

    /// The first segment: `cycle` of `cycle.created`.
    pub fn family(self) -> &'static str {
        self.as_str().split_once('.').map_or("unknown", |(family, _)| family)
    }

    /// Whether we made it ourselves: nobody selects it, nothing counts it.
    pub fn is_own(self) -> bool {
        matches!(self, Self::Alarm | Self::Digest | Self::Summary)
    }

    /// Which way money moved, for transfers.
    pub fn direction(self) -> Option<Direction> {
        if self == Self::TransferIn {
            Some(Direction::In)
        } else if self == Self::TransferOut {
            Some(Direction::Out)
        } else {
            None
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_leads_back_to_its_kind() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), Some(*kind));
        }
        assert_eq!(Kind::parse("transfer"), None);
        assert_eq!(Kind::CycleForceAttemptFailed.family(), "cycle");
    }
}
