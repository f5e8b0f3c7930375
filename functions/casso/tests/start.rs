//! A function that is not set up says which variable is at fault, in one line, and ends. What holds
//! for this one holds for all: they start by the same code.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::process::{Command, Output};

/// Everything a function needs. Nothing listens at the runtime's address.
const GOOD: &[(&str, &str)] = &[
    ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1"),
    ("AWS_LAMBDA_FUNCTION_NAME", "casso"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
    ("AWS_REGION", "ap-southeast-1"),
    ("AWS_ACCESS_KEY_ID", "key"),
    ("AWS_SECRET_ACCESS_KEY", "a-secret-that-nobody-may-see"),
    ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
    ("TINGTING_DIRECTORY_TABLE", "directory"),
    ("TINGTING_LEDGER_TABLE", "ledger"),
    ("TINGTING_QUEUE_URL", "http://127.0.0.1:1/1/queue"),
];

/// Which of them have no default.
const NEEDED: &[&str] = &[
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_REGION",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "TINGTING_DIRECTORY_TABLE",
    "TINGTING_LEDGER_TABLE",
    "TINGTING_QUEUE_URL",
];

/// Runs the function with the good settings, and these changed: to another value, or away.
fn run(changed: &[(&str, Option<&str>)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_casso"));
    command.env_clear().envs(GOOD.iter().copied());
    for (name, value) in changed {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.output().unwrap()
}

/// The one line that a function which ended has said.
fn said(output: &Output) -> String {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.starts_with('{') && text.contains(r#""level":"ERROR""#), "{text}");
    assert!(!text.contains("nobody-may-see"), "{text}");
    text
}

#[test]
fn a_variable_that_is_missing_is_named() {
    for name in NEEDED {
        for value in [None, Some("")] {
            let text = said(&run(&[(name, value)]));
            assert!(
                text.contains(&format!("the environment variable {name} is not set")),
                "{text}"
            );
        }
    }
}

#[test]
fn a_variable_that_makes_no_sense_is_named() {
    for (name, value) in [
        ("TINGTING_KEYS_DAYS", "a year"),
        ("TINGTING_KEYS_DAYS", "30"),
        ("AWS_CA_BUNDLE", "/there/is/no/such/file"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "much"),
    ] {
        let text = said(&run(&[(name, Some(value))]));
        assert!(text.contains(name), "{text}");
    }
}

#[test]
fn with_all_variables_it_gets_as_far_as_lambdas_runtime_api() {
    let text = said(&run(&[]));
    assert!(text.contains("Lambda's runtime API"), "{text}");
}
