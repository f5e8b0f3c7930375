//! Why a provider's API did not do what was asked of it, in words for the operator: whose fault it is, what to
//! do, and what is wrong with which field. No secret is in them, even where the provider quotes it.

use std::fmt::Write as _;

use domain::Secret;
use providers::Denied;

use crate::asking::Deed;

/// Shorter secrets are not looked for in a text: they would be found in every word.
const SHORTEST: usize = 4;

/// What is told of one provider.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words<'a> {
    /// Who.
    pub(crate) whom: &'a str,
    /// What to do about refused credentials.
    pub(crate) unauthorized: &'a str,
    /// What to do where they are not enough.
    pub(crate) forbidden: &'a str,
    /// What is not there.
    pub(crate) missing: &'a str,
    /// What the request would have done.
    pub(crate) deed: Deed,
    /// What must not be repeated.
    pub(crate) secrets: &'a [&'a Secret],
}

impl Words<'_> {
    /// The error.
    pub(crate) fn tell(&self, denied: &Denied) -> anyhow::Error {
        anyhow::anyhow!(hiding(self.text(denied), self.secrets.iter().copied()))
    }

    fn text(&self, denied: &Denied) -> String {
        let whom = self.whom;
        match denied {
            Denied::Invalid { said, fields } => {
                let mut text = format!("{whom} refuses what was sent{}", quoted(said));
                for (name, why) in fields {
                    // Writing to a String cannot fail.
                    _ = write!(text, "\n  {name}: {why}");
                }
                text
            }
            Denied::Unauthorized(said) => {
                format!(
                    "{whom} refuses the credentials (401){}; {}",
                    quoted(said),
                    self.unauthorized
                )
            }
            Denied::Forbidden(said) => {
                format!("{whom} does not allow that (403){}; {}", quoted(said), self.forbidden)
            }
            Denied::Missing(said) => {
                format!("{whom} has no {} (404){}", self.missing, quoted(said))
            }
            Denied::Busy(Some(wait)) => {
                let wait = humantime::format_duration(*wait);
                format!("{whom} limits the rate (429): try again in {wait}")
            }
            Denied::Busy(None) => format!("{whom} limits the rate (429): try again in a minute"),
            Denied::Failed(code, said) => {
                format!("{whom} failed with {code}{}{}", quoted(said), self.deed.perhaps())
            }
            Denied::Stranger(status, what) => format!(
                "what answered {status} was not {whom}'s API ({what}): check --api-base, or try again \
                 later{}",
                self.deed.perhaps()
            ),
        }
    }
}

/// The same text without these secrets, even where whoever was asked quotes them.
pub(crate) fn hiding<'a>(text: String, secrets: impl Iterator<Item = &'a Secret>) -> String {
    let long = secrets.filter(|secret| secret.expose().len() >= SHORTEST);
    long.fold(text, |text, secret| text.replace(secret.expose(), "********"))
}

fn quoted(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(": {said}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_is_quoted_is_not_repeated() {
        let secret = Secret::parse("hide-me").unwrap();
        let words = Words {
            whom: "X",
            unauthorized: "log in",
            forbidden: "ask",
            missing: "webhook 7",
            deed: Deed::Change,
            secrets: &[&secret],
        };
        let fields = vec![("api_key".to_owned(), "hide-me is too short".to_owned())];
        let denied = Denied::Invalid { said: "no: hide-me".to_owned(), fields };
        let expected = "X refuses what was sent: no: ********\n  api_key: ******** is too short";
        assert_eq!(words.tell(&denied).to_string(), expected);
    }
}
