//! The console in a real Chromium, against a running `serve`: what a person does there, by mouse, by keyboard
//! and without a script; what axe finds on every page (nothing); and what strangers write, which stays text.
//!
//! The browser is driven from Python (`tests/strangers/browser`, of which `make venv` brings the packages).
//! Without Chromium these tests fail; `CHROMIUM` names another than Debian's.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Has one part of it done; what it measured. Whatever it finds is the failure, and nothing of it is left.
fn drive(part: &str) -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap();
    let python = root.join(".venv/bin/python");
    assert!(python.exists(), "{} is not there: run `make venv`", python.display());
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(&python)
        .arg("-B")
        .arg(root.join("tests/strangers/browser"))
        .args([part, "--program", env!("CARGO_BIN_EXE_tingting")])
        .current_dir(folder.path())
        .env("HOME", folder.path())
        .env("TMPDIR", folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{part}:\n{said}\n(`make venv` brings packages up to date)");
    let left = working_in(folder.path());
    assert!(left.is_empty(), "{part} left processes behind: {left:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The processes that were started for a folder and are still there.
fn working_in(folder: &Path) -> Vec<PathBuf> {
    let named = folder.as_os_str().as_encoded_bytes();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten().map(|entry| entry.path());
    let is_ours = |process: &PathBuf| {
        let line = fs::read(process.join("cmdline")).unwrap_or_default();
        line.windows(named.len()).any(|part| part == named)
    };
    processes.filter(is_ours).collect()
}

#[test]
fn a_shop_signs_in_connects_a_destination_sees_its_payment_resends_pauses_and_resumes() {
    let measured = drive("journey");
    let bytes = measured["first_page_bytes"].as_u64().unwrap();
    assert!((3_000..100 * 1024).contains(&bytes), "{bytes} bytes for the first page");
}

#[test]
fn the_same_without_a_script() {
    drive("without-script");
}

#[test]
fn from_signing_in_to_sending_again_by_keyboard_alone() {
    let stops = drive("keyboard")["stops"].as_u64().unwrap();
    assert!(stops > 20, "{stops} stops are hardly any");
}

#[test]
fn what_strangers_write_stays_text() {
    drive("hostile");
}

#[test]
fn axe_finds_nothing_in_vietnamese() {
    no_fault_of_axes("axe-vi");
}

#[test]
fn axe_finds_nothing_in_english() {
    no_fault_of_axes("axe-en");
}

fn no_fault_of_axes(part: &str) {
    let measured = drive(part);
    let figure = |name: &str| measured[name].as_u64().unwrap();
    assert!(figure("pages") > 50, "{measured}");
    assert!(figure("rules") > 80 && figure("rules_met") > 40, "{measured}");
}
