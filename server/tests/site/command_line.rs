//! What an operator does without a browser.

use crate::program::Program;
use crate::support::{EMAIL, PASSWORD};
use serde_json::{Value, json};

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member]
        .as_str()
        .unwrap_or_else(|| panic!("no {member} in {value}"))
}

#[test]
fn an_account_is_made_and_listed() {
    let program = Program::new();
    let made = program.account();
    let accounts = program.json(&["account", "list"], "");
    assert_eq!(accounts[0]["id"], made["account_id"]);
    assert_eq!(accounts[0]["name"], "Northwind");
    assert_eq!(
        (accounts[0]["users"].as_i64(), &accounts[0]["features"]),
        (Some(1), &json!(["api-tokens"]))
    );
    let users = program.json(&["user", "list"], "");
    assert_eq!(users[0]["id"], made["user_id"]);
    assert_eq!(
        (text(&users[0], "email"), text(&users[0], "profile")),
        (EMAIL, "Administrator")
    );
    assert_eq!(users[0]["last_sign_in_at"], Value::Null);
    let created = text(&users[0], "created_at");
    assert!(created.ends_with('Z') && created.contains('T'), "{created}");
}

#[test]
fn users_get_the_rights_of_their_profile_and_can_be_kept_out() {
    let program = Program::new();
    program.account();
    let words = [
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
        program.json(&words, "")["rights"],
        json!(["admin-settings", "view-api-tokens"])
    );
    let words = [
        "user",
        "create",
        "--name",
        "Grace",
        "--email",
        "grace@example.com",
        "--profile",
        "viewers",
    ];
    assert_eq!(program.json(&words, &format!("{PASSWORD}\n"))["profile"], "Viewers");
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
fn who_has_lost_a_password_is_given_another() {
    let program = Program::new();
    program.account();
    let set = ["user", "set-password", EMAIL];
    assert_eq!(program.json(&set, "another horse, another battery\n")["email"], EMAIL);
    let short = program.run(&set, "short\n");
    assert!(
        short.err.contains("password: Use at least 12 characters."),
        "{}",
        short.err
    );
    for weak in ["passwordpassword", "ada.lovelace", EMAIL] {
        let refused = program.run(&set, &format!("{weak}\n"));
        assert_eq!(refused.status, 1, "{weak}");
        assert!(
            refused
                .err
                .starts_with("error: password: This password is too easy to guess. "),
            "{}",
            refused.err
        );
        assert!(!refused.err.contains(weak) && !refused.out.contains(weak), "{weak}");
    }
    let nobody = program.run(
        &["user", "set-password", "nobody@example.com"],
        &format!("{PASSWORD}\n"),
    );
    assert!(nobody.err.contains("no such user"), "{}", nobody.err);
}

#[test]
fn consumers_and_tokens_come_and_go() {
    let program = Program::new();
    program.account();
    let consumer = program.json(&["consumer", "create", "--name", "Web shop"], "");
    assert_eq!(
        (
            text(&consumer, "consumer_key").len(),
            text(&consumer, "consumer_secret").len()
        ),
        (32, 43)
    );
    let create = |consumer: &str, integration: &str| {
        let words = [
            "token",
            "create",
            "--user",
            EMAIL,
            "--consumer",
            consumer,
            "--integration",
            integration,
        ];
        program.json(&words, "")
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
fn a_list_of_many_tokens_is_whole() {
    let program = Program::new();
    program.account();
    program.json(&["consumer", "create", "--name", "Web shop"], "");
    let words = [
        "token",
        "create",
        "--user",
        EMAIL,
        "--consumer",
        "Web shop",
        "--integration",
        "Contentful",
    ];
    let mut made: Vec<Value> = (0..27).map(|_| program.json(&words, "")["id"].clone()).collect();
    made.reverse();
    let listed: Vec<Value> = program
        .json(&["token", "list"], "")
        .as_array()
        .unwrap()
        .iter()
        .map(|token| token["id"].clone())
        .collect();
    assert_eq!(listed, made);
}

#[test]
fn where_there_are_several_accounts_one_is_named() {
    let program = Program::new();
    program.account();
    let words = [
        "account",
        "create",
        "--name",
        "Southwind",
        "--admin-name",
        "Eve",
        "--admin-email",
        "eve@example.com",
    ];
    let south = program.json(&words, PASSWORD);
    let unclear = program.run(&["user", "list"], "");
    assert_eq!((unclear.status, unclear.out.as_str()), (1, ""));
    assert_eq!(
        unclear.err,
        "error: there are several accounts; name one with --account\n"
    );
    for name in ["Southwind", text(&south, "account_id")] {
        assert_eq!(program.json(&["user", "list", "--account", name], "")[0]["name"], "Eve");
    }
    assert_eq!(
        program.run(&["user", "list", "--account", "Westwind"], "").err,
        "error: there is no such account\n"
    );
}

#[test]
fn a_feature_is_switched_off_and_on() {
    let program = Program::new();
    program.account();
    program.json(&["account", "feature", "api-tokens", "off"], "");
    let refused = program.run(&["consumer", "create", "--name", "Web shop"], "");
    assert_eq!(refused.err, "error: API tokens is not enabled for this account\n");
    program.json(&["account", "feature", "api-tokens", "on"], "");
    program.json(&["consumer", "create", "--name", "Web shop"], "");
}

#[test]
fn an_error_is_one_sentence_or_one_object() {
    let program = Program::new();
    program.account();
    let words = [
        "user",
        "create",
        "--name",
        " ",
        "--email",
        EMAIL,
        "--profile",
        "Administrator",
    ];
    let plain = program.run(&words, "short");
    assert_eq!(
        (plain.status, plain.out.as_str(), plain.err.lines().count()),
        (1, "", 1)
    );
    let words: Vec<&str> = words.into_iter().chain(["--json"]).collect();
    let scripted = program.run(&words, "short");
    assert_eq!((scripted.status, scripted.out.as_str()), (1, ""));
    let error: Value = serde_json::from_str(&scripted.err).unwrap();
    assert_eq!(error["error"], "invalid");
    let fields: Vec<&str> = error["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| text(error, "field"))
        .collect();
    assert_eq!(fields, ["name", "password"]);

    let unknown: Value = serde_json::from_str(&program.run(&["token", "revoke", "x", "--json"], "").err).unwrap();
    assert_eq!(
        unknown,
        json!({ "error": "not-found", "detail": "there is no such token" })
    );
}

#[test]
fn usage_errors_are_told_apart() {
    let program = Program::new();
    for words in [
        &["token"][..],
        &["consume"],
        &["consumer", "create"],
        &["account", "feature", "api-tokens", "maybe"],
        &[],
    ] {
        let outcome = program.run(words, "");
        assert_eq!((outcome.status, outcome.out.as_str()), (2, ""), "{words:?}");
    }
}

#[test]
fn help_is_there_for_everything() {
    let program = Program::new();
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
        assert!(help.out.contains(word), "{word}");
    }
    for words in [
        &["serve", "--help"][..],
        &["token", "create", "--help"],
        &["oauth-app", "create", "--help"],
        &["keys", "rotate", "--help"],
        &["account", "create", "-h"],
    ] {
        let help = program.run(words, "");
        assert_eq!((help.status, help.err.as_str()), (0, ""));
        assert!(help.out.contains("Usage: gatehouse"), "{}", help.out);
    }
}

#[test]
fn what_the_portal_keeps_is_its_owner_s_alone() {
    use std::os::unix::fs::PermissionsExt;
    let program = Program::new();
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
fn the_master_key_is_changed_and_what_it_sealed_still_opens() {
    let program = Program::new();
    program.account();
    program.json(&["consumer", "create", "--name", "Web shop"], "");
    let file = program.folder().join("data/master.key");
    let before = std::fs::read_to_string(&file).unwrap();
    assert_eq!(program.json(&["master-key", "rotate"], "")["keys"], 2);
    assert_eq!(program.json(&["master-key", "drop-old"], "")["dropped"], 1);
    let after = std::fs::read_to_string(&file).unwrap();
    assert!(!after.contains(before.trim()) && after.trim().len() == before.trim().len());
    program.json(&["consumer", "list"], "");
}
