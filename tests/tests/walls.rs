//! The walls of the house: who may depend on whom, and what every file owes its reader. Folders
//! alone do not hold; manifests do, and this reads them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::{DependencyKind, MetadataCommand};

/// The rooms, and the rooms each may know. `testkit` may see everything.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("abaha", &["aws", "domain", "lambda", "providers"]),
    ("appotapay", &["aws", "domain", "lambda", "providers"]),
    ("aws", &["domain"]),
    ("bare", &[]),
    ("casso", &["aws", "domain", "lambda", "providers"]),
    ("channels", &["domain"]),
    ("console", &["domain"]),
    ("dispatch", &["aws", "channels", "domain", "egress", "lambda"]),
    ("domain", &[]),
    ("egress", &["domain"]),
    ("embedded", &["domain"]),
    ("lambda", &["domain"]),
    ("manage", &["aws", "channels", "console", "domain", "egress", "lambda", "providers"]),
    ("model", &["domain"]),
    ("providers", &["domain"]),
    ("reconcile", &["aws", "domain", "egress", "lambda", "providers"]),
    ("sepay", &["aws", "domain", "lambda", "providers"]),
    ("sweep", &["aws", "channels", "domain", "lambda"]),
    ("thueapi", &["aws", "domain", "lambda", "providers"]),
    ("tingting", &["aws", "channels", "console", "domain", "egress", "embedded", "providers"]),
];

/// What acknowledges on AWS must not have: no way to notify anybody, no second database.
const NOT_IN_INGEST: &[&str] = &["axum", "channels", "egress", "embedded", "reqwest", "rusqlite"];

/// What the core must not have, so that what it is linked into cannot have it either.
const ABSENT: &[(&str, &[&str])] = &[
    ("domain", &["tokio", "reqwest", "hyper", "rusqlite", "rand", "tracing", "rustls"]),
    ("providers", &["tokio", "reqwest", "hyper", "rusqlite", "rand", "tracing", "rustls"]),
    ("channels", &["tokio", "reqwest", "hyper", "rusqlite", "rand", "tracing", "rustls"]),
    ("abaha", NOT_IN_INGEST),
    ("appotapay", NOT_IN_INGEST),
    ("casso", NOT_IN_INGEST),
    ("sepay", NOT_IN_INGEST),
    ("thueapi", NOT_IN_INGEST),
    ("dispatch", &["axum", "embedded", "providers", "rusqlite"]),
    ("manage", &["embedded", "rusqlite"]),
    ("reconcile", &["axum", "channels", "embedded", "rusqlite"]),
    ("sweep", &["axum", "egress", "embedded", "providers", "reqwest", "rusqlite"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// Each workspace member with the packages it names under `[dependencies]`.
fn manifests() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .expect("cargo metadata runs");
    let named = |package: &cargo_metadata::Package| {
        let normal = package.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal);
        normal.map(|d| d.name.clone()).collect()
    };
    metadata.packages.iter().map(|p| (p.name.to_string(), named(p))).collect()
}

#[test]
fn a_room_knows_only_the_rooms_it_may() {
    let manifests = manifests();
    let rooms: BTreeSet<&str> = manifests.keys().map(String::as_str).collect();
    let drawn: BTreeSet<&str> = MAY_KNOW.iter().map(|(room, _)| *room).collect();
    let undrawn: Vec<_> = rooms.difference(&drawn).filter(|room| **room != "testkit").collect();
    assert!(undrawn.is_empty(), "rooms without a wall in this file: {undrawn:?}");
    for (room, may) in MAY_KNOW {
        for other in &manifests[*room] {
            let allowed = !rooms.contains(other.as_str()) || may.contains(&other.as_str());
            assert!(allowed, "{room} must not know {other}");
        }
    }
}

#[test]
fn the_protocols_cannot_reach_io_a_clock_or_a_runtime() {
    for (room, absent) in ABSENT {
        // Not `cargo metadata`, which draws edges to optional packages that no feature asks for.
        let tree = Command::new(env!("CARGO"))
            .current_dir(root())
            .args(["tree", "--offline", "-p", *room, "-e", "normal", "--prefix", "none"])
            .args(["--format", "{lib}"])
            .output()
            .unwrap();
        assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
        let linked = String::from_utf8(tree.stdout).unwrap();
        let linked: BTreeSet<&str> = linked.lines().map(str::trim).collect();
        assert!(linked.contains("serde_json"), "{room}: {linked:?}");
        for package in *absent {
            assert!(!linked.contains(package), "{room} links {package}");
        }
    }
}

#[test]
fn every_file_opens_by_saying_what_it_is() {
    for file in rust_files(&root()) {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("//! "), "{} has no header", file.display());
    }
}

#[test]
fn every_provider_has_vectors_that_are_accepted_and_refused() {
    for provider in providers::ALL {
        let folder = root().join("tests/vectors").join(provider.name());
        let texts: Vec<String> = fs::read_dir(&folder)
            .unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
            .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
            .collect();
        let having = |key: &str| texts.iter().any(|text| text.contains(key));
        assert!(having("\"events\""), "{}: nothing accepted", provider.name());
        assert!(having("\"reject\""), "{}: nothing refused", provider.name());
    }
}

#[test]
fn the_tables_are_in_order_and_name_nobody_twice() {
    let providers: Vec<_> = providers::ALL.iter().map(|p| p.name()).collect();
    let channels: Vec<_> = channels::ALL.iter().map(|c| c.name()).collect();
    for names in [providers, channels] {
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
    }
}

#[test]
fn the_sweep_looks_after_every_provider() {
    let main = fs::read_to_string(root().join("functions/sweep/src/main.rs")).unwrap();
    let names: Vec<_> = providers::ALL.iter().map(|p| p.name()).collect();
    assert!(main.contains(&format!("PROVIDERS: &[&str] = &{names:?};")), "{names:?}");
}

/// Every Rust file of the repository, build folders aside.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !["target", "node_modules"].contains(&name.as_str()) {
            if !name.starts_with('.') {
                files.extend(rust_files(&path));
            }
        } else if name.ends_with(".rs") {
            files.push(path);
        }
    }
    files
}
