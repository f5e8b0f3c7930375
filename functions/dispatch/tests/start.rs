//! What this function needs beyond the others is named, too, when it is missing or makes no sense.

use std::process::Command;

const GOOD: &[(&str, &str)] = &[
    ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1"),
    ("AWS_LAMBDA_FUNCTION_NAME", "dispatch"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
    ("AWS_REGION", "ap-southeast-1"),
    ("AWS_ACCESS_KEY_ID", "key"),
    ("AWS_SECRET_ACCESS_KEY", "secret"),
    ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
    ("TINGTING_DIRECTORY_TABLE", "directory"),
    ("TINGTING_LEDGER_TABLE", "ledger"),
    ("TINGTING_QUEUE_URL", "http://127.0.0.1:1/1/queue"),
    ("TINGTING_DEAD_LETTERS_URL", "http://127.0.0.1:1/1/dead-letters"),
];

#[test]
fn each_variable_is_named_and_with_all_it_gets_as_far_as_lambdas_runtime_api() {
    for (name, value, told) in [
        ("TINGTING_DEAD_LETTERS_URL", "", "TINGTING_DEAD_LETTERS_URL is not set"),
        ("TINGTING_EGRESS_ALLOW", "intranet", "TINGTING_EGRESS_ALLOW"),
        ("TINGTING_QUEUE_URL", "", "TINGTING_QUEUE_URL is not set"),
        ("TINGTING_EGRESS_ALLOW", "127.0.0.1/32", "Lambda's runtime API"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dispatch"));
        let output = command.env_clear().envs(GOOD.iter().copied()).env(name, value).output();
        let output = output.unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), text.lines().count()), (Some(1), 1), "{text}");
        assert!(text.contains(told), "{told}: {text}");
    }
}
