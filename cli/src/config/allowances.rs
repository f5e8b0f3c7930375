//! `[egress] allow` of a configuration, and nothing else of it: a command that asks somebody's API needs
//! no secret of the file's. Where no file is, nothing is allowed beside the public internet.

use std::io::ErrorKind;
use std::path::Path;

use ipnet::IpNet;

use super::document::Document;
use super::{Env, Fault, Faults, settings, sorted, text, variables};

/// Ranges that may be called beside the public internet.
pub(crate) fn allowances(path: &Path, env: Env<'_>) -> Result<Vec<IpNet>, Faults> {
    let found = match std::fs::read(path) {
        Ok(bytes) => text(&bytes).and_then(|text| parse(text, env)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => {
            let message = format!("cannot be read ({error}); name another with --config");
            Err(vec![Fault { line: None, message }])
        }
    };
    found.map_err(|faults| Faults { path: path.to_owned(), faults })
}

fn parse(text: &str, env: Env<'_>) -> Result<Vec<IpNet>, Vec<Fault>> {
    let mut faults = Vec::new();
    let resolved = variables::resolve(text, env, &mut faults);
    let Some(mut document) = Document::parse(&resolved) else { return Err(sorted(faults)) };
    // What else is wrong, a variable of a source that is not set here, does not matter.
    let mut faults = Vec::new();
    let allow = settings::allow(&mut document, &mut faults);
    if faults.is_empty() { Ok(allow) } else { Err(sorted(faults)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_else_is_wrong_does_not_matter() {
        let source = "[[source]]\nprovider = \"casso\"\nsecrets = [{ env = \"NOWHERE\" }]\n";
        let range = "127.0.0.1/32".parse::<IpNet>().unwrap();
        for (egress, expected) in
            [("", vec![]), ("[egress]\nallow = [\"127.0.0.1/32\"]\n", vec![range])]
        {
            assert_eq!(parse(&format!("{egress}{source}"), &|_| None), Ok(expected), "{egress}");
        }
        let faults = parse("[egress]\nallow = [\"here\"]\n", &|_| None).unwrap_err();
        assert!(faults[0].message.starts_with("egress.allow: \"here\" is no range"), "{faults:?}");
        assert_eq!(allowances(Path::new("/nowhere/tingting.toml"), &|_| None), Ok(Vec::new()));
    }
}
