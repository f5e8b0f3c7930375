//! Asking before something is done that does not come back: a yes that was said beforehand, or is typed.

use anyhow::{Context as _, bail};

use super::patience::tell;

/// Ends well where it may be done.
pub(super) async fn agreed(question: &str, yes: bool) -> anyhow::Result<()> {
    if yes {
        return Ok(());
    }
    tell(&format!("{question} (y/N)"));
    let read = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map(|_| line)
    });
    let line = read.await?.context("standard input cannot be read")?;
    match line.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => bail!("nothing was done; say y, or --yes"),
    }
}
