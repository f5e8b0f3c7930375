//! An export as it is read: line by line, the first and the last checked, every fault with its line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Lines, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use domain::{Kept, Line};

/// An export that can be read more than once.
pub(super) enum Sheet {
    File(PathBuf),
    /// What came on standard input.
    Bytes(Vec<u8>),
}

impl Sheet {
    /// An export in a file.
    pub(super) fn file(path: &Path) -> Self {
        Self::File(path.to_owned())
    }

    /// An export on standard input, all of it.
    pub(super) fn standard_input() -> anyhow::Result<Self> {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).context("standard input cannot be read")?;
        Ok(Self::Bytes(bytes))
    }

    /// Begins to read.
    pub(super) fn open(&self) -> anyhow::Result<Reading> {
        match self {
            Self::File(path) => {
                let name = path.display().to_string();
                let file = File::open(path).with_context(|| format!("{name} cannot be read"))?;
                Ok(Reading::new(name, BufReader::new(file)))
            }
            Self::Bytes(bytes) => {
                Ok(Reading::new("standard input".to_owned(), Cursor::new(bytes.clone())))
            }
        }
    }
}

/// An export that is being read.
pub(super) struct Reading {
    name: String,
    lines: Lines<Box<dyn BufRead + Send>>,
    line: u64,
    count: u64,
    ended: bool,
}

impl Reading {
    fn new(name: String, from: impl BufRead + Send + 'static) -> Self {
        let lines = (Box::new(from) as Box<dyn BufRead + Send>).lines();
        Self { name, lines, line: 0, count: 0, ended: false }
    }

    /// The next thing; nothing after the last line.
    pub(super) fn next(&mut self) -> anyhow::Result<Option<Kept>> {
        for line in self.lines.by_ref() {
            self.line += 1;
            let at = format!("{}, line {}", self.name, self.line);
            let line = Line::parse(&line.context(at.clone())?).context(at.clone())?;
            if self.ended {
                bail!("{at}: something follows the last line");
            }
            match (self.line, line) {
                (1, Line::Head) => {}
                (1, Line::Kept(_) | Line::End(_)) => {
                    bail!("{at}: not the first line of an export of tingting")
                }
                (_, Line::Kept(kept)) => {
                    self.count += 1;
                    return Ok(Some(*kept));
                }
                (_, Line::End(said)) if said == self.count => self.ended = true,
                (_, Line::End(said)) => {
                    let count = self.count;
                    bail!("{at}: {said} things were exported and {count} are here; export again")
                }
                (_, Line::Head) => bail!("{at}: a second beginning; import one export at a time"),
            }
        }
        if self.ended {
            return Ok(None);
        }
        let Self { name, line, .. } = self;
        bail!("{name} ends after line {line}, before its last line: it was cut off; export again")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTE: &str = "{\"note\":{\"name\":\"a\",\"text\":\"b\"}}\n";

    fn fault(text: &str) -> String {
        let mut reading = Reading::new("x".to_owned(), Cursor::new(text.to_owned()));
        loop {
            match reading.next() {
                Ok(Some(_)) => {}
                Ok(None) => return String::new(),
                Err(fault) => return format!("{fault:#}"),
            }
        }
    }

    #[test]
    fn a_damaged_export_is_named_with_its_line() {
        let whole = format!("{{\"tingting\":1}}\n{NOTE}{{\"end\":1}}\n");
        assert_eq!(fault(&whole), "");
        for (text, said) in [
            (String::new(), "x ends after line 0, before its last line: it was cut off"),
            (format!("{{\"tingting\":1}}\n{NOTE}"), "x ends after line 2, before its last line"),
            (NOTE.to_owned(), "x, line 1: not the first line of an export"),
            ("{\"tingting\":9}\n".to_owned(), "x, line 1: written by another tingting (version 9,"),
            (whole.replace("\"end\":1", "\"end\":2"), "x, line 3: 2 things were exported and 1"),
            (whole.replace("\"b\"}}", "\"b"), "x, line 2: not a line of an export of tingting"),
            (format!("{whole}{NOTE}"), "x, line 4: something follows the last line"),
        ] {
            assert!(fault(&text).starts_with(said), "{text:?}: {}", fault(&text));
        }
    }
}
