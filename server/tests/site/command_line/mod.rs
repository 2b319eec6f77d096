//! Tests the command line.

mod accounts;
mod api_tokens;
mod audit;
mod config;
mod data_directory;
mod integration;
mod mail;
mod oauth_apps;
mod signing_keys;

use crate::test_program::TestProgram;
use crate::test_site::{EMAIL, PASSWORD};
use serde_json::{Value, json};

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member]
        .as_str()
        .unwrap_or_else(|| panic!("no {member} in {value}"))
}

#[test]
fn command_with_several_accounts_requires_the_account_option() {
    let program = TestProgram::new();
    program.create_account();
    let arguments = [
        "account",
        "create",
        "--name",
        "Southwind",
        "--admin-name",
        "Eve",
        "--admin-email",
        "eve@example.com",
    ];
    let south = program.json(&arguments, PASSWORD);
    let ambiguous = program.run(&["user", "list"], "");
    assert_eq!((ambiguous.status, ambiguous.stdout.as_str()), (1, ""));
    assert_eq!(
        ambiguous.stderr,
        "error: there are several accounts; choose one with --account\n"
    );
    for name in ["Southwind", text(&south, "account_id")] {
        assert_eq!(program.json(&["user", "list", "--account", name], "")[0]["name"], "Eve");
    }
    assert_eq!(
        program.run(&["user", "list", "--account", "Westwind"], "").stderr,
        "error: account not found\n"
    );
}

#[test]
fn account_feature_off_rejects_its_commands() {
    let program = TestProgram::new();
    program.create_account();
    program.json(&["account", "feature", "api-tokens", "off"], "");
    let rejected = program.run(&["consumer", "create", "--name", "Web shop"], "");
    assert_eq!(rejected.stderr, "error: API tokens is not enabled for this account\n");
    program.json(&["account", "feature", "api-tokens", "on"], "");
    program.json(&["consumer", "create", "--name", "Web shop"], "");
}

#[test]
fn command_error_is_one_line_or_one_json_object() {
    let program = TestProgram::new();
    program.create_account();
    let arguments = [
        "user",
        "create",
        "--name",
        " ",
        "--email",
        EMAIL,
        "--profile",
        "Administrator",
    ];
    let plain = program.run(&arguments, "short");
    assert_eq!(
        (plain.status, plain.stdout.as_str(), plain.stderr.lines().count()),
        (1, "", 1)
    );
    let arguments: Vec<&str> = arguments.into_iter().chain(["--json"]).collect();
    let scripted = program.run(&arguments, "short");
    assert_eq!((scripted.status, scripted.stdout.as_str()), (1, ""));
    let error: Value = serde_json::from_str(&scripted.stderr).unwrap();
    assert_eq!(error["error"], "invalid");
    let fields: Vec<&str> = error["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| text(error, "field"))
        .collect();
    assert_eq!(fields, ["name", "password"]);

    let unknown: Value = serde_json::from_str(&program.run(&["token", "revoke", "x", "--json"], "").stderr).unwrap();
    assert_eq!(unknown, json!({ "error": "not-found", "detail": "token not found" }));
}

#[test]
fn command_with_usage_error_exits_with_status_2() {
    let program = TestProgram::new();
    for arguments in [
        &["token"][..],
        &["consume"],
        &["consumer", "create"],
        &["account", "feature", "api-tokens", "maybe"],
        &[],
    ] {
        let outcome = program.run(arguments, "");
        assert_eq!((outcome.status, outcome.stdout.as_str()), (2, ""), "{arguments:?}");
    }
}

#[test]
fn help_is_available_for_every_command() {
    let program = TestProgram::new();
    let help = program.run(&["--help"], "");
    for word in [
        "serve",
        "migrate",
        "config",
        "demo",
        "account",
        "consumer",
        "token",
        "oauth-app",
        "keys",
        "master-key",
        "Examples:",
    ] {
        assert!(help.stdout.contains(word), "{word}");
    }
    for arguments in [
        &["serve", "--help"][..],
        &["token", "create", "--help"],
        &["oauth-app", "create", "--help"],
        &["keys", "rotate", "--help"],
        &["account", "create", "-h"],
    ] {
        let help = program.run(arguments, "");
        assert_eq!((help.status, help.stderr.as_str()), (0, ""));
        assert!(help.stdout.contains("Usage: gatehouse"), "{}", help.stdout);
    }
}
