//! Tests the commands for OAuth 2.0 apps.

use super::text;
use crate::test_program::{ServerProcess, TestProgram};
use crate::test_site::{EMAIL, PASSWORD, form};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const CONNECTOR: &[&str] = &[
    "oauth-app",
    "create",
    "--name",
    "Connector",
    "--grant",
    "client_credentials",
    "--user",
    EMAIL,
    "--scope",
    "asset:read",
    "current.user:read",
];

const NATIVE: &[&str] = &[
    "oauth-app",
    "create",
    "--name",
    "Desktop",
    "--grant",
    "public",
    "--redirect-uri",
    "http://127.0.0.1/back",
    "--redirect-uri",
    "com.example.desktop:/back",
    "--scope",
    "offline",
    "--scope",
    "asset:read",
];

/// Requests a token with client credentials.
async fn request_token(server: &ServerProcess, id: &str, secret: &str) -> (StatusCode, Value) {
    let body = form(&[
        ("grant_type", "client_credentials"),
        ("client_id", id),
        ("client_secret", secret),
    ]);
    let request = Client::new().post(format!("{}/v6/authentication/oauth2/token", server.origin));
    let request = request
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    let response = request.send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

#[test]
fn oauth_apps_are_created_listed_and_deleted() {
    let program = TestProgram::new();
    let account = program.create_account();
    let connector = program.json(CONNECTOR, "");
    assert_eq!(
        (
            text(&connector, "client_id").len(),
            text(&connector, "client_secret").len()
        ),
        (36, 43)
    );
    assert_eq!(
        connector["user"],
        json!({ "id": account["user_id"], "email": EMAIL, "active": true })
    );
    let native = program.json(NATIVE, "");
    assert_eq!(
        (&native["client_secret"], &native["user"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(
        native["redirect_uris"],
        json!(["http://127.0.0.1/back", "com.example.desktop:/back"])
    );

    let list = program.json(&["oauth-app", "list"], "");
    assert_eq!(list.as_array().unwrap().len(), 2);
    assert!(!list.to_string().contains("secret"), "{list}");
    assert_eq!(
        (text(&list[0], "grant"), text(&list[0], "scope")),
        ("client_credentials", "current.user:read asset:read")
    );
    let plain = program.run(&["oauth-app", "list"], "").stdout;
    assert!(plain.contains("never") && plain.contains(EMAIL), "{plain}");

    let deleted = program.json(&["oauth-app", "delete", "connector"], "");
    assert_eq!(deleted["deleted"], connector["client_id"]);
    program.json(&["oauth-app", "delete", text(&native, "client_id")], "");
    assert_eq!(program.json(&["oauth-app", "list"], ""), json!([]));
}

#[test]
fn oauth_app_create_with_conflicting_options_is_rejected() {
    let program = TestProgram::new();
    program.create_account();
    let with_options = |base: &[&'static str], more: &[&'static str]| -> Vec<&'static str> {
        base.iter().chain(more).chain(&["--json"]).copied().collect()
    };
    for (arguments, field) in [
        (with_options(NATIVE, &["--user", EMAIL]), "user"),
        (
            with_options(CONNECTOR, &["--redirect-uri", "https://app.example/back"]),
            "redirect_uris",
        ),
        (with_options(CONNECTOR, &["--scope", "offline"]), "scopes"),
        (
            with_options(NATIVE, &["--redirect-uri", "http://app.example/back"]),
            "redirect_uris",
        ),
    ] {
        let outcome = program.run(&arguments, "");
        assert_eq!((outcome.status, outcome.stdout.as_str()), (1, ""), "{arguments:?}");
        let error: Value = serde_json::from_str(&outcome.stderr).unwrap();
        assert_eq!(error["errors"][0]["field"], field, "{error}");
    }
    for more in [&["--scope", "asset:write"][..], &["--grant", "password"]] {
        assert_eq!(program.run(&with_options(CONNECTOR, more), "").status, 2, "{more:?}");
    }
    assert_eq!(program.run(&CONNECTOR[..8], "").status, 2, "without a scope");
    program.json(NATIVE, "");
    let rejected = program.run(&["oauth-app", "add-secret", "Desktop"], "");
    assert_eq!(rejected.stderr, "error: A public client can't have a secret.\n");
    let unknown = program.run(&["oauth-app", "delete", "Phone"], "");
    assert_eq!(unknown.stderr, "error: app not found\n");
    assert_eq!(
        program.json(&["oauth-app", "list"], "").as_array().unwrap().len(),
        1,
        "another app was created"
    );
}

#[tokio::test]
async fn oauth_app_changes_reach_a_running_server_within_a_second() {
    let program = TestProgram::new();
    program.create_account();
    let server = program.serve(&[]);
    let app = program.json(CONNECTOR, "");
    let (id, first) = (text(&app, "client_id"), text(&app, "client_secret"));
    let (status, token) = request_token(&server, id, first).await;
    assert_eq!(status, 200, "{token}");
    let listed = program.json(&["oauth-app", "list"], "");
    assert_eq!(listed[0]["tokens"], 1);
    assert!(listed[0]["last_used_at"].is_string());

    let arguments = [
        "oauth-app",
        "add-secret",
        "Connector",
        "--note",
        "from June",
        "--days",
        "30",
    ];
    let second = program.json(&arguments, "");
    assert_eq!((text(&second, "client_id"), text(&second, "name")), (id, "Connector"));
    let wait_for_status = async |secret: &str, expected_status: u16| {
        let started = Instant::now();
        loop {
            let (status, response) = request_token(&server, id, secret).await;
            if status == expected_status {
                break;
            }
            // A deletion during a request must not cause a server error.
            assert!([200, 401].contains(&status.as_u16()), "{response}");
            assert!(
                started.elapsed() < Duration::from_secs(1),
                "not {expected_status} after a second"
            );
        }
    };
    wait_for_status(text(&second, "client_secret"), 200).await;
    wait_for_status(first, 200).await;

    let other = program.run(&["oauth-app", "add-secret", "Connector", "--days", "0"], "");
    assert_eq!(other.status, 1, "{}", other.stdout);

    program.json(&["oauth-app", "delete", "Connector"], "");
    wait_for_status(first, 401).await;
    let current_user = Client::new()
        .get(format!("{}/api/v4/currentUser", server.origin))
        .bearer_auth(text(&token, "access_token"));
    assert_eq!(current_user.send().await.unwrap().status(), 401);
}

#[test]
fn oauth_app_list_shows_an_inactive_user() {
    let program = TestProgram::new();
    program.create_account();
    let grace = "grace@example.com";
    let arguments = [
        "user",
        "create",
        "--name",
        "Grace",
        "--email",
        grace,
        "--profile",
        "Administrator",
    ];
    program.json(&arguments, PASSWORD);
    let arguments: Vec<&str> = CONNECTOR
        .iter()
        .map(|word| if *word == EMAIL { grace } else { word })
        .collect();
    program.json(&arguments, "");
    program.json(&["user", "deactivate", grace], "");
    let list = program.run(&["oauth-app", "list"], "").stdout;
    assert!(list.contains("grace@example.com (inactive)"), "{list}");
}

#[test]
fn oauth_app_token_settings_are_set_at_creation_and_changed_later() {
    let program = TestProgram::new().with_env("GATEHOUSE_OAUTH2_SIGNING_ALGORITHM", "RS256");
    program.create_account();
    let settings = |app: &Value| {
        (
            app["rotate_refresh_tokens"].as_bool().unwrap(),
            text(app, "signing_algorithm").to_owned(),
            app["allow_introspection"].as_bool().unwrap(),
        )
    };
    let expected = |rotates: bool, algorithm: &str, introspects: bool| (rotates, algorithm.to_owned(), introspects);
    // The portal's default algorithm applies, and a public client always rotates.
    assert_eq!(settings(&program.json(CONNECTOR, "")), expected(false, "RS256", false));
    assert_eq!(settings(&program.json(NATIVE, "")), expected(true, "RS256", false));
    let arguments = [
        "oauth-app",
        "create",
        "--name",
        "Wiki",
        "--grant",
        "authorization_code",
        "--redirect-uri",
        "https://wiki.example/cb",
        "--scope",
        "offline",
        "--signing-algorithm",
        "ES256",
        "--rotate-refresh-tokens",
        "--allow-introspection=true",
    ];
    assert_eq!(settings(&program.json(&arguments, "")), expected(true, "ES256", true));

    let set = |app: &str, more: &[&str]| program.json(&[&["oauth-app", "set-token-settings", app], more].concat(), "");
    let changed = set("wiki", &["--rotate-refresh-tokens=false"]);
    assert_eq!(
        settings(&changed),
        expected(false, "ES256", true),
        "omitted settings changed"
    );
    let changed = set("Wiki", &["--allow-introspection=false", "--signing-algorithm", "RS256"]);
    assert_eq!(settings(&changed), expected(false, "RS256", false));
    let listed = program.json(&["oauth-app", "list"], "");
    assert_eq!(settings(&listed[2]), expected(false, "RS256", false));
    let arguments = [
        "oauth-app",
        "set-token-settings",
        "Wiki",
        "--signing-algorithm",
        "ES256",
    ];
    let output = program.run(&arguments, "").stdout;
    assert!(
        output.contains("Signing algorithm") && output.contains("ES256"),
        "{output}"
    );

    for (app, more, field) in [
        ("Desktop", "--rotate-refresh-tokens=false", "rotate_refresh_tokens"),
        ("Desktop", "--allow-introspection", "allow_introspection"),
        ("Connector", "--rotate-refresh-tokens", "rotate_refresh_tokens"),
    ] {
        let outcome = program.run(&["oauth-app", "set-token-settings", app, more, "--json"], "");
        assert_eq!((outcome.status, outcome.stdout.as_str()), (1, ""), "{app} {more}");
        let error: Value = serde_json::from_str(&outcome.stderr).unwrap();
        assert_eq!(error["errors"][0]["field"], field, "{error}");
    }
    for arguments in [
        &["oauth-app", "set-token-settings", "Wiki"][..],
        &["oauth-app", "set-token-settings", "Wiki", "--signing-algorithm", "none"],
        &["oauth-app", "set-token-settings", "Wiki", "--allow-introspection=maybe"],
    ] {
        assert_eq!(program.run(arguments, "").status, 2, "{arguments:?}");
    }
}
