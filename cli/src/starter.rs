//! The first `tingting.toml`: written where there is none, with fresh secrets, for its owner's eyes
//! only. Never overwrites a file.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use domain::Entropy;

const TEMPLATE: &str = include_str!("starter.toml");

/// The sources whose secrets are drawn.
const SECRETS: [&str; 5] = ["casso", "sepay", "thueapi", "abaha", "appotapay"];

/// Writes the file. An error of kind `AlreadyExists` means that somebody was faster.
pub(crate) fn write(path: &Path, entropy: &dyn Entropy) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text(entropy).as_bytes())?;
    file.sync_all()
}

fn text(entropy: &dyn Entropy) -> String {
    SECRETS.iter().fold(TEMPLATE.to_owned(), |text, source| {
        let secret = format!("{:016x}{:016x}", entropy.next(), entropy.next());
        text.replace(&format!("{{{source}}}"), &secret)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::config::{Config, Surroundings, system_resolver};

    struct Counting(AtomicU64);

    impl Entropy for Counting {
        fn next(&self) -> u64 {
            self.0.fetch_add(1, Ordering::SeqCst)
        }
    }

    #[test]
    fn the_starter_file_is_a_configuration_with_five_different_secrets() {
        let surroundings = Surroundings {
            env: &|_| None,
            resolve: &system_resolver,
            providers: providers::ALL,
            channels: channels::ALL,
        };
        let config = Config::parse(&text(&Counting(AtomicU64::new(0))), surroundings).unwrap();
        let secrets: BTreeSet<&str> = config
            .sources
            .iter()
            .flat_map(|(_, source)| source.secrets.iter().map(|secret| secret.expose()))
            .collect();
        assert_eq!((config.sources.len(), secrets.len()), (5, 5));
        assert!(secrets.iter().all(|secret| secret.len() == 32));
        assert_eq!(config.destinations[0].1.channel, "preview");
    }

    #[test]
    fn what_is_commented_out_in_the_starter_file_is_true() {
        let examples: String = TEMPLATE
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(code) if code.starts_with("[[") || code.contains(" = ") => code,
                _ => line,
            })
            .map(|line| format!("{line}\n"))
            .collect();
        let env = |name: &str| match name {
            "TELEGRAM_BOT_TOKEN" => Some(format!("123456789:{}", "a".repeat(35))),
            "WEBHOOK_SECRET" => {
                Some("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=".to_owned())
            }
            "TEN" | "NAME" => Some("x".to_owned()),
            _ => None,
        };
        let surroundings = Surroundings {
            env: &env,
            resolve: &system_resolver,
            providers: providers::ALL,
            channels: channels::ALL,
        };
        let examples = examples
            .replace("services/…", "services/T0/B0/xxxxxxxxxxxxxxxxxxxxxxxx")
            .replace("hook/…", "hook/01234567-89ab-cdef-0123-456789abcdef")
            .lines()
            .filter(|line| !line.contains("Any value may be") && !line.starts_with("allow"))
            .map(|line| format!("{line}\n"))
            .collect::<String>();
        let config = Config::parse(&examples, surroundings).unwrap();
        let names: Vec<&str> =
            config.destinations.iter().map(|(_, d)| d.channel.as_str()).collect();
        assert_eq!(names, ["preview", "slack", "telegram", "lark", "webhook"]);
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_its_owners_and_is_never_overwritten() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tingting.toml");
        write(&path, &Counting(AtomicU64::new(0))).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let error = write(&path, &Counting(AtomicU64::new(9))).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
    }
}
