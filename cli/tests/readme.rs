//! The two READMEs say the same, and what they say to type is understood.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::sync::Arc;

use domain::Clock;
use embedded::Database;
use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};
use tingting::config::{Config, Surroundings};

const READMES: [&str; 2] = ["README.md", "README.vi.md"];

fn read(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)).unwrap()
}

/// The fenced blocks of a text: language and content.
fn blocks(text: &str) -> Vec<(String, String)> {
    text.split("```")
        .skip(1)
        .step_by(2)
        .map(|block| {
            let (language, content) = block.split_once('\n').unwrap();
            (language.to_owned(), content.to_owned())
        })
        .collect()
}

#[test]
fn the_configuration_in_the_readmes_is_accepted() {
    for name in READMES {
        let text = read(name);
        let (_, toml) = blocks(&text).into_iter().find(|(lang, _)| lang == "toml").unwrap();
        let surroundings = Surroundings {
            env: &|name| (name == "CASSO_KEY").then(|| "key".to_owned()),
            resolve: &|_| Ok(Vec::new()),
            providers: providers::ALL,
            channels: channels::ALL,
        };
        let config = Config::parse(&toml, surroundings).unwrap_or_else(|e| panic!("{name}: {e:?}"));
        assert_eq!((config.sources.len(), config.destinations.len()), (1, 1), "{name}");
    }
}

struct Epoch;

impl Clock for Epoch {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

#[test]
fn the_queries_in_the_readmes_read_the_running_programs_database() {
    let folder = tempfile::tempdir().unwrap();
    let _running = Database::open(folder.path(), Arc::new(Epoch)).unwrap();
    for name in READMES {
        let text = read(name);
        let queries: Vec<_> = text.lines().filter(|line| line.starts_with("sqlite3 ")).collect();
        assert_eq!(queries.len(), 5, "{name}");
        for query in queries {
            let file = query.split('\'').nth(1).unwrap();
            let file = file.replace("file:", &format!("file:{}/", folder.path().display()));
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_URI;
            let db = Connection::open_with_flags(file, flags).unwrap();
            assert!(db.is_readonly("main").unwrap(), "{query}");
            let sql = query.split('"').nth(1).unwrap();
            let mut statement = db.prepare(sql).unwrap_or_else(|e| panic!("{query}: {e}"));
            assert!(!statement.exists([]).unwrap(), "nothing is there yet");
        }
    }
}

#[test]
fn the_readmes_have_the_same_parts() {
    let [english, vietnamese] = READMES.map(|name| {
        let text = read(name);
        let lines = |start: &str| text.lines().filter(|line| line.starts_with(start)).count();
        (lines("## "), lines("### "), lines("|"), lines("- "), blocks(&text).len())
    });
    assert_eq!(english, vietnamese, "(headings, sections, table rows, items, blocks)");
}
