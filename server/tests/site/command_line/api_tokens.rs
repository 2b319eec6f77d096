//! Tests the commands for consumers and tokens.

use super::text;
use crate::test_program::TestProgram;
use crate::test_site::EMAIL;
use serde_json::{Value, json};

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
