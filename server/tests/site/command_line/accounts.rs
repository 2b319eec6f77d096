//! Tests the commands for accounts, users and profiles.

use super::text;
use crate::test_program::TestProgram;
use crate::test_site::{EMAIL, PASSWORD};
use serde_json::json;

#[test]
fn account_create_is_listed_with_its_administrator() {
    let program = TestProgram::new();
    let created = program.create_account();
    let accounts = program.json(&["account", "list"], "");
    assert_eq!(
        accounts,
        json!([{
            "id": created["account_id"],
            "name": "Northwind",
            "users": 1,
            "features": ["api-tokens"],
            "created_at": accounts[0]["created_at"],
        }])
    );
    let users = program.json(&["user", "list"], "");
    assert_eq!(
        users,
        json!([{
            "id": created["user_id"],
            "name": "Ada Lovelace",
            "email": EMAIL,
            "profile": "Administrator",
            "active": true,
            "last_sign_in_at": null,
            "created_at": users[0]["created_at"],
        }])
    );
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
fn user_set_password_rejects_short_and_weak_passwords() {
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
        let rejected = program.run(&set, &format!("{weak}\n"));
        assert_eq!(rejected.status, 1, "{weak}");
        assert!(
            rejected
                .stderr
                .starts_with("error: password: This password is too easy to guess. "),
            "{}",
            rejected.stderr
        );
        assert!(
            !rejected.stderr.contains(weak) && !rejected.stdout.contains(weak),
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
