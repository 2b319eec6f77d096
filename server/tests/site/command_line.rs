//! Tests the command line.

use crate::test_program::TestProgram;
use crate::test_site::{EMAIL, PASSWORD};
use serde_json::{Value, json};

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member]
        .as_str()
        .unwrap_or_else(|| panic!("no {member} in {value}"))
}

#[test]
fn account_create_is_listed_with_its_administrator() {
    let program = TestProgram::new();
    let created = program.create_account();
    let accounts = program.json(&["account", "list"], "");
    assert_eq!(accounts[0]["id"], created["account_id"]);
    assert_eq!(accounts[0]["name"], "Northwind");
    assert_eq!(
        (accounts[0]["users"].as_i64(), &accounts[0]["features"]),
        (Some(1), &json!(["api-tokens"]))
    );
    let users = program.json(&["user", "list"], "");
    assert_eq!(users[0]["id"], created["user_id"]);
    assert_eq!(
        (text(&users[0], "email"), text(&users[0], "profile")),
        (EMAIL, "Administrator")
    );
    assert_eq!(users[0]["last_sign_in_at"], Value::Null);
    let created = text(&users[0], "created_at");
    assert!(created.ends_with('Z') && created.contains('T'), "{created}");
}

#[test]
fn user_create_with_profile_can_be_deactivated_and_activated() {
    let program = TestProgram::new();
    program.create_account();
    let arguments = [
        "profile",
        "create",
        "--name",
        "Viewers",
        "--right",
        "admin-settings",
        "--right",
        "view-api-tokens",
    ];
    assert_eq!(
        program.json(&arguments, "")["rights"],
        json!(["admin-settings", "view-api-tokens"])
    );
    let arguments = [
        "user",
        "create",
        "--name",
        "Grace",
        "--email",
        "grace@example.com",
        "--profile",
        "viewers",
    ];
    assert_eq!(program.json(&arguments, &format!("{PASSWORD}\n"))["profile"], "Viewers");
    assert_eq!(
        program.json(&["user", "deactivate", "grace@example.com"], "")["active"],
        false
    );
    assert_eq!(program.json(&["user", "list"], "")[1]["active"], false);
    assert_eq!(
        program.json(&["user", "activate", "Grace@Example.com"], "")["active"],
        true
    );
    assert_eq!(program.json(&["profile", "list"], "").as_array().unwrap().len(), 2);
}

#[test]
fn user_set_password_refuses_short_and_weak_passwords() {
    let program = TestProgram::new();
    program.create_account();
    let set = ["user", "set-password", EMAIL];
    assert_eq!(program.json(&set, "another horse, another battery\n")["email"], EMAIL);
    let short = program.run(&set, "short\n");
    assert!(
        short.stderr.contains("password: Use at least 12 characters."),
        "{}",
        short.stderr
    );
    for weak in ["passwordpassword", "ada.lovelace", EMAIL] {
        let refused = program.run(&set, &format!("{weak}\n"));
        assert_eq!(refused.status, 1, "{weak}");
        assert!(
            refused
                .stderr
                .starts_with("error: password: This password is too easy to guess. "),
            "{}",
            refused.stderr
        );
        assert!(
            !refused.stderr.contains(weak) && !refused.stdout.contains(weak),
            "{weak}"
        );
    }
    let unknown_user = program.run(
        &["user", "set-password", "nobody@example.com"],
        &format!("{PASSWORD}\n"),
    );
    assert!(
        unknown_user.stderr.contains("user not found"),
        "{}",
        unknown_user.stderr
    );
}

#[test]
fn consumers_and_tokens_are_created_listed_revoked_and_deleted() {
    let program = TestProgram::new();
    program.create_account();
    let consumer = program.json(&["consumer", "create", "--name", "Web shop"], "");
    assert_eq!(
        (
            text(&consumer, "consumer_key").len(),
            text(&consumer, "consumer_secret").len()
        ),
        (32, 43)
    );
    let create = |consumer: &str, integration: &str| {
        let arguments = [
            "token",
            "create",
            "--user",
            EMAIL,
            "--consumer",
            consumer,
            "--integration",
            integration,
        ];
        program.json(&arguments, "")
    };
    let first = create("web shop", "Contentful");
    let second = create(text(&consumer, "id"), "House CMS");
    let third = create(text(&consumer, "consumer_key"), "Other things");
    assert_eq!(
        (text(&first, "token").len(), text(&first, "token_secret").len()),
        (32, 43)
    );
    assert_eq!(text(&second, "integration"), "House CMS");

    let list = program.json(&["token", "list"], "");
    assert_eq!(list.as_array().unwrap().len(), 3);
    assert!(!list.to_string().contains("secret"), "{list}");
    assert_eq!(
        program.json(&["token", "list", "--search", "house"], "")[0]["id"],
        second["id"]
    );

    assert_eq!(
        program.json(&["token", "revoke", text(&first, "id")], "")["revoked"],
        first["id"]
    );
    assert_eq!(
        program.json(&["token", "revoke", text(&second, "token")], "")["revoked"],
        second["id"]
    );
    assert_eq!(program.json(&["token", "list"], "")[0]["id"], third["id"]);
    let ended = program.json(&["token", "list", "--state", "ended", "--consumer", "Web shop"], "");
    assert_eq!(
        (ended.as_array().unwrap().len(), text(&ended[0], "state")),
        (2, "revoked")
    );

    assert_eq!(program.json(&["consumer", "list"], "")[0]["tokens"], 1);
    assert_eq!(
        program.json(&["consumer", "delete", "Web shop"], "")["deleted"],
        consumer["id"]
    );
    assert_eq!(program.json(&["token", "list", "--state", "all"], ""), json!([]));
}

#[test]
fn token_list_returns_every_page() {
    let program = TestProgram::new();
    program.create_account();
    program.json(&["consumer", "create", "--name", "Web shop"], "");
    let arguments = [
        "token",
        "create",
        "--user",
        EMAIL,
        "--consumer",
        "Web shop",
        "--integration",
        "Contentful",
    ];
    let mut created: Vec<Value> = (0..27).map(|_| program.json(&arguments, "")["id"].clone()).collect();
    created.reverse();
    let listed: Vec<Value> = program
        .json(&["token", "list"], "")
        .as_array()
        .unwrap()
        .iter()
        .map(|token| token["id"].clone())
        .collect();
    assert_eq!(listed, created);
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
fn account_feature_off_refuses_its_commands() {
    let program = TestProgram::new();
    program.create_account();
    program.json(&["account", "feature", "api-tokens", "off"], "");
    let refused = program.run(&["consumer", "create", "--name", "Web shop"], "");
    assert_eq!(refused.stderr, "error: API tokens is not enabled for this account\n");
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

#[test]
fn data_directory_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let program = TestProgram::new();
    assert_eq!(program.json(&["migrate"], ""), json!({ "migrated": true }));
    let mode = |path: &str| {
        std::fs::metadata(program.folder().join(path))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!((mode("data"), mode("data/master.key")), (0o700, 0o600));
}

#[test]
fn master_key_rotation_keeps_secrets_readable() {
    let program = TestProgram::new();
    program.create_account();
    program.json(&["consumer", "create", "--name", "Web shop"], "");
    let file = program.folder().join("data/master.key");
    let before = std::fs::read_to_string(&file).unwrap();
    assert_eq!(program.json(&["master-key", "rotate"], "")["keys"], 2);
    assert_eq!(program.json(&["master-key", "drop-old"], "")["dropped"], 1);
    let after = std::fs::read_to_string(&file).unwrap();
    assert!(!after.contains(before.trim()) && after.trim().len() == before.trim().len());
    program.json(&["consumer", "list"], "");
}
