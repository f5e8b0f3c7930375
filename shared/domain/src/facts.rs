//! The named facts of an event beside its kind, time and money. Flat on purpose: the same list is
//! the body of an outgoing webhook, the query of a GET and the lines of a message.

use std::collections::BTreeMap;

macro_rules! facts {
    ($($(#[$doc:meta])* $variant:ident = $word:literal,)+) => {
        /// The name of a fact.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Fact { $($(#[$doc])* $variant,)+ }

        impl Fact {
            /// Every fact, in the order in which they are written.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The fact's name on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }
    };
}

facts! {
    /// The merchant's bank account.
    Account = "account",
    /// The merchant's sub- or virtual account.
    VirtualAccount = "virtual_account",
    /// The merchant's bank or wallet, as the provider names it.
    Bank = "bank",
    /// The other side's name.
    Counterparty = "counterparty",
    /// The other side's account.
    CounterpartyAccount = "counterparty_account",
    /// The other side's bank.
    CounterpartyBank = "counterparty_bank",
    /// The payment code found in the memo.
    Code = "code",
    /// The transfer's memo, or what a payment was for.
    Content = "content",
    /// The bank's reference; not unique.
    Reference = "reference",
    /// The identifier of the object at the provider (order, product, plan, cycle, refund, payment…).
    Id = "id",
    /// The identifier that people use (an order's or a product's code, the merchant's own reference).
    Number = "number",
    /// The object's name.
    Name = "name",
    /// The object's state.
    Status = "status",
    /// The object's state before.
    PreviousStatus = "previous_status",
    /// The state of an order's payment.
    PaymentStatus = "payment_status",
    /// How it is paid.
    PaymentMethod = "payment_method",
    /// The customer's identifier.
    CustomerId = "customer_id",
    /// The customer's name.
    Customer = "customer",
    /// The customer's telephone number.
    Phone = "phone",
    /// The customer's e-mail address.
    Email = "email",
    /// Where an order goes.
    Address = "address",
    /// The point of sale.
    Store = "store",
    /// How many are in stock.
    Inventory = "inventory",
    /// Whether the object was deleted: `true`.
    Deleted = "deleted",
    /// The plan a cycle belongs to.
    PlanId = "plan_id",
    /// The number of a cycle in its plan.
    CycleNumber = "cycle_number",
    /// How often a cycle was tried.
    AttemptCount = "attempt_count",
    /// When a cycle is tried next.
    NextRetry = "next_retry",
    /// When a cycle is due.
    ScheduledAt = "scheduled_at",
    /// How often a plan charges, such as `1 MONTH`.
    Interval = "interval",
    /// The payment a refund belongs to.
    AttemptId = "attempt_id",
    /// Why.
    Reason = "reason",
    /// Where the customer can pay a cycle that is being retried. A credential: not for logs.
    PaymentLink = "payment_link",
    /// The event's name in the provider's words.
    EventName = "event_name",
}

impl Fact {
    /// Finds a fact by its name on the wire.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fact| fact.as_str() == word)
    }
}

/// The facts of one event. An empty text is no fact: `null`, `""` and absent are the same
/// (providers.md §0, rule 5).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts(BTreeMap<Fact, String>);

impl Facts {
    /// Sets a fact, unless the text is empty or absent.
    pub fn set(&mut self, fact: Fact, text: impl Into<Option<String>>) {
        if let Some(text) = text.into()
            && !text.is_empty()
        {
            self.0.insert(fact, text);
        }
    }

    /// The same as [`Facts::set`], for building in one expression.
    #[must_use]
    pub fn with(mut self, fact: Fact, text: impl Into<Option<String>>) -> Self {
        self.set(fact, text);
        self
    }

    /// One fact.
    pub fn get(&self, fact: Fact) -> Option<&str> {
        self.0.get(&fact).map(String::as_str)
    }

    /// All facts, in the order of [`Fact::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Fact, &str)> {
        self.0.iter().map(|(fact, text)| (*fact, text.as_str()))
    }
}
