//! `tingting openapi`, `completion` and `man`: what the program says of itself.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::process::Command;

fn tingting(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_tingting")).args(arguments).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_document_is_printed_without_a_deployment() {
    let document: serde_json::Value = serde_json::from_str(&tingting(&["openapi"])).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let resend = "/api/v1/events/{id}/deliveries/{webhook_id}/resend";
    for path in ["/oauth2/token", "/api/v1/events", "/api/v1/webhooks/{id}", resend] {
        assert!(document["paths"][path].is_object(), "{path}");
    }
}

#[test]
fn every_shell_is_told_our_commands() {
    for (shell, file) in [
        ("bash", "tingting.bash"),
        ("zsh", "_tingting"),
        ("fish", "tingting.fish"),
        ("powershell", "_tingting.ps1"),
    ] {
        let script = tingting(&["completion", shell]);
        assert!(script.contains("simulate") && script.contains("dry-run"), "{shell}");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new");
        let said = tingting(&["completion", shell, "--folder", path.to_str().unwrap()]);
        assert_eq!(said, format!("{} was written\n", path.join(file).display()));
        assert_eq!(std::fs::read_to_string(path.join(file)).unwrap(), script);
    }
}

#[test]
fn every_command_has_a_page_in_the_manual() {
    let page = tingting(&["man"]);
    assert!(page.contains(".TH tingting 1") && page.contains("tingting\\-simulate(1)"), "{page}");
    let folder = tempfile::tempdir().unwrap();
    tingting(&["man", "--folder", folder.path().to_str().unwrap()]);
    for name in ["tingting.1", "tingting-serve.1", "tingting-sepay-webhooks-create.1"] {
        assert!(folder.path().join(name).exists(), "{name}");
    }
}
