//! What this function needs beyond the others is named, too, when it makes no sense; and it does not
//! start where it cannot tell whether there is a client.

use std::process::Command;

const GOOD: &[(&str, &str)] = &[
    ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1"),
    ("AWS_LAMBDA_FUNCTION_NAME", "manage"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
    ("AWS_REGION", "ap-southeast-1"),
    ("AWS_ACCESS_KEY_ID", "key"),
    ("AWS_SECRET_ACCESS_KEY", "secret"),
    ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
    ("TINGTING_DIRECTORY_TABLE", "directory"),
    ("TINGTING_LEDGER_TABLE", "ledger"),
    ("TINGTING_QUEUE_URL", "http://127.0.0.1:1/1/queue"),
    ("TINGTING_FIRST_CLIENT", "arn:aws:secretsmanager:ap-southeast-1:1:secret:first-a1b2c3"),
];

#[test]
fn each_variable_is_named_and_with_all_it_gets_as_far_as_the_ledger() {
    for (name, value, told) in [
        ("TINGTING_EGRESS_ALLOW", "intranet", "TINGTING_EGRESS_ALLOW"),
        ("TINGTING_QUEUE_URL", "", "TINGTING_QUEUE_URL is not set"),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", "here", "AWS_ENDPOINT_URL_SECRETS_MANAGER"),
        ("TINGTING_EGRESS_ALLOW", "127.0.0.1/32", "the ledger could not be reached"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_manage"));
        let output = command.env_clear().envs(GOOD.iter().copied()).env(name, value).output();
        let output = output.unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), text.lines().count()), (Some(1), 1), "{text}");
        assert!(text.contains(told), "{told}: {text}");
    }
}
