//! Where a configuration's database is, and nothing else of it: an operator's command needs no secret, and
//! its shell may lack the variables that `serve` has.

use std::path::{Path, PathBuf};

use super::document::Document;
use super::{Env, Fault, Faults, settings, sorted, text, variables};

/// `[server] data` of a configuration file.
pub(crate) fn data_folder(path: &Path, env: Env<'_>) -> Result<PathBuf, Faults> {
    let read = std::fs::read(path).map_err(|error| {
        let hint = "name the configuration with --config, or a stack on AWS with --stack";
        vec![Fault { line: None, message: format!("cannot be read ({error}); {hint}") }]
    });
    let found = read.and_then(|bytes| parse(text(&bytes)?, env));
    found.map_err(|faults| Faults { path: path.to_owned(), faults })
}

fn parse(text: &str, env: Env<'_>) -> Result<PathBuf, Vec<Fault>> {
    let mut faults = Vec::new();
    let resolved = variables::resolve(text, env, &mut faults);
    let Some(mut document) = Document::parse(&resolved) else { return Err(sorted(faults)) };
    match settings::server(&mut document, &mut faults) {
        Some(server) => Ok(server.data),
        None => Err(sorted(faults)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_else_is_wrong_does_not_matter() {
        let env = |name: &str| (name == "DATA").then(|| "/srv/tingting".to_owned());
        let source = "[[source]]\nprovider = \"casso\"\nsecrets = [{ env = \"NOWHERE\" }]\n";
        for (server, folder) in [
            ("", "./data"),
            ("[server]\ndata = \"x/y\"\n", "x/y"),
            ("[server]\ndata = { env = \"DATA\" }\n", "/srv/tingting"),
        ] {
            let found = parse(&format!("{server}{source}"), &env);
            assert_eq!(found.ok(), Some(PathBuf::from(folder)), "{server}");
        }
        let faults = parse("[server]\ndata = { env = \"NOWHERE\" }\n", &env).unwrap_err();
        assert!(faults[0].message.contains("no variable NOWHERE"), "{faults:?}");
    }
}
