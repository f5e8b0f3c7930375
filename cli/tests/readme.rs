//! The two READMEs say the same, and what they say to type is understood.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

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

#[test]
fn the_readmes_have_the_same_parts() {
    let [english, vietnamese] = READMES.map(|name| {
        let text = read(name);
        let lines = |start: &str| text.lines().filter(|line| line.starts_with(start)).count();
        (lines("## "), lines("### "), lines("|"), lines("- "), blocks(&text).len())
    });
    assert_eq!(english, vietnamese, "(headings, sections, table rows, items, blocks)");
}
