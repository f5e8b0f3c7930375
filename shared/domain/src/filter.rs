//! Which events a destination wants. Not whether they arrive.

use rust_decimal::Decimal;

use crate::{Event, Fact, Kind, Number, SourceId};

/// A set of kinds, as a person typed it: a kind (`transfer.in`), a family (`payment.*`), or one of
/// the senders' own words in any case (All, Payment, In, Out, Change, order, product, customer).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    typed: String,
    kinds: Vec<Kind>,
}

impl Selector {
    /// Reads a selector; `None` for a word that is none. `none` selects nothing: for a destination of
    /// alarms alone.
    pub fn parse(typed: &str) -> Option<Self> {
        let word = typed.trim().to_ascii_lowercase();
        let kinds = match word.as_str() {
            "none" => return Some(Self { typed: typed.to_owned(), kinds: Vec::new() }),
            "all" | "*" => Kind::ALL.iter().copied().filter(|kind| !kind.is_own()).collect(),
            "payment" | "transfer" | "transfer.*" => vec![Kind::TransferIn, Kind::TransferOut],
            "in" | "in_only" => vec![Kind::TransferIn],
            "out" | "out_only" => vec![Kind::TransferOut],
            "change" => vec![Kind::AccountChanged],
            "order" => vec![Kind::OrderChanged],
            "product" => vec![Kind::ProductChanged],
            "customer" => vec![Kind::CustomerChanged],
            word => match word.strip_suffix(".*") {
                Some(family) => {
                    let of_family = |kind: &Kind| !kind.is_own() && kind.family() == family;
                    Kind::ALL.iter().copied().filter(of_family).collect()
                }
                None => Kind::parse(word).filter(|kind| !kind.is_own()).into_iter().collect(),
            },
        };
        (!kinds.is_empty()).then(|| Self { typed: typed.to_owned(), kinds })
    }

    /// Whether it selects a kind.
    pub fn selects(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }

    /// The word as typed.
    pub fn as_str(&self) -> &str {
        &self.typed
    }
}

/// Which events a destination wants. An empty list means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// From which sources.
    pub sources: Vec<SourceId>,
    /// On which bank accounts (transfers only).
    pub accounts: Vec<String>,
    /// On which virtual accounts (transfers only).
    pub virtual_accounts: Vec<String>,
    /// On which bank accounts, by their numbers (transfers only).
    pub account_numbers: Vec<Number>,
    /// On which virtual accounts, by their numbers (transfers only).
    pub virtual_account_numbers: Vec<Number>,
    /// On a virtual account, whichever (transfers only).
    pub virtual_only: bool,
    /// Of which kinds.
    pub events: Vec<Selector>,
    /// Transfers of at least this much.
    pub min_amount: Option<Decimal>,
    /// No transfers without a payment code.
    pub skip_without_code: bool,
}

impl Filter {
    /// Whether an event passes. A test call passes whatever its made-up account and amount.
    pub fn wants(&self, event: &Event) -> bool {
        let source = self.sources.is_empty() || self.sources.contains(&event.source);
        let kind = self.events.is_empty() || self.events.iter().any(|s| s.selects(event.kind));
        let moved = event.kind.direction().is_some();
        source && kind && (event.test || !moved || self.wants_transfer(event))
    }

    /// Whether there is any transfer that passes.
    pub fn wants_transfers(&self) -> bool {
        let kinds = [Kind::TransferIn, Kind::TransferOut];
        let selects = |one: &Selector| kinds.iter().any(|kind| one.selects(*kind));
        self.events.is_empty() || self.events.iter().any(selects)
    }

    fn wants_transfer(&self, event: &Event) -> bool {
        let listed = |list: &[String], fact: Fact| {
            let value = event.facts.get(fact);
            list.is_empty() || value.is_some_and(|v| list.iter().any(|item| item == v))
        };
        let enough = self
            .min_amount
            .is_none_or(|least| event.money.is_none_or(|money| money.amount >= least));
        let numbered = |list: &[Number], fact: Fact, number: fn(&SourceId, &str) -> Number| {
            let of = |value: &str| list.contains(&number(&event.source, value));
            list.is_empty() || event.facts.get(fact).is_some_and(of)
        };
        listed(&self.accounts, Fact::Account)
            && listed(&self.virtual_accounts, Fact::VirtualAccount)
            && numbered(&self.account_numbers, Fact::Account, Number::of_account)
            && numbered(
                &self.virtual_account_numbers,
                Fact::VirtualAccount,
                Number::of_virtual_account,
            )
            && (!self.virtual_only || event.facts.get(Fact::VirtualAccount).is_some())
            && enough
            && (!self.skip_without_code || event.facts.get(Fact::Code).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_senders_words_select_in_any_case() {
        for (word, kinds) in [
            ("All", Kind::ALL.len() - 3),
            ("Payment", 2),
            ("In", 1),
            ("OUT", 1),
            ("change", 1),
            ("order", 1),
            ("payment.*", 2),
            ("cycle.*", 5),
            ("payment_method.*", 2),
            ("refund.failed", 1),
            ("unknown.*", 1),
            ("none", 0),
        ] {
            assert_eq!(Selector::parse(word).map(|s| s.kinds.len()), Some(kinds), "{word}");
        }
        for word in ["", "alarm", "digest", "summary", "ins", "payment.", "nothing.*"] {
            assert_eq!(Selector::parse(word), None, "{word}");
        }
    }
}
