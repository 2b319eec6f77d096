//! OAuth 2 apps and signing keys, as an operator sees to them without a browser.

use crate::program::{Program, Server};
use crate::support::{EMAIL, PASSWORD, form};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member]
        .as_str()
        .unwrap_or_else(|| panic!("no {member} in {value}"))
}

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

/// What the token endpoint answers to client credentials.
async fn ask(server: &Server, id: &str, secret: &str) -> (StatusCode, Value) {
    let body = form(&[
        ("grant_type", "client_credentials"),
        ("client_id", id),
        ("client_secret", secret),
    ]);
    let request = Client::new().post(format!("{}/v6/authentication/oauth2/token", server.origin));
    let request = request
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    let answer = request.send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

#[test]
fn apps_come_and_go() {
    let program = Program::new();
    let account = program.account();
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
    let plain = program.run(&["oauth-app", "list"], "").out;
    assert!(plain.contains("never") && plain.contains(EMAIL), "{plain}");

    let deleted = program.json(&["oauth-app", "delete", "connector"], "");
    assert_eq!(deleted["deleted"], connector["client_id"]);
    program.json(&["oauth-app", "delete", text(&native, "client_id")], "");
    assert_eq!(program.json(&["oauth-app", "list"], ""), json!([]));
}

#[test]
fn what_does_not_go_together_is_said() {
    let program = Program::new();
    program.account();
    let with = |base: &[&'static str], more: &[&'static str]| -> Vec<&'static str> {
        base.iter().chain(more).chain(&["--json"]).copied().collect()
    };
    for (words, field) in [
        (with(NATIVE, &["--user", EMAIL]), "user"),
        (
            with(CONNECTOR, &["--redirect-uri", "https://app.example/back"]),
            "redirect_uris",
        ),
        (with(CONNECTOR, &["--scope", "offline"]), "scopes"),
        (
            with(NATIVE, &["--redirect-uri", "http://app.example/back"]),
            "redirect_uris",
        ),
    ] {
        let outcome = program.run(&words, "");
        assert_eq!((outcome.status, outcome.out.as_str()), (1, ""), "{words:?}");
        let error: Value = serde_json::from_str(&outcome.err).unwrap();
        assert_eq!(error["errors"][0]["field"], field, "{error}");
    }
    for more in [&["--scope", "asset:write"][..], &["--grant", "password"]] {
        assert_eq!(program.run(&with(CONNECTOR, more), "").status, 2, "{more:?}");
    }
    assert_eq!(program.run(&CONNECTOR[..8], "").status, 2, "without a scope");
    program.json(NATIVE, "");
    let refused = program.run(&["oauth-app", "add-secret", "Desktop"], "");
    assert_eq!(refused.err, "error: A public client has no secret.\n");
    let unknown = program.run(&["oauth-app", "delete", "Phone"], "");
    assert_eq!(unknown.err, "error: there is no such app\n");
    assert_eq!(
        program.json(&["oauth-app", "list"], "").as_array().unwrap().len(),
        1,
        "nothing else was made"
    );
}

#[tokio::test]
async fn a_running_server_knows_apps_secrets_and_deletion_within_a_second() {
    let program = Program::new();
    program.account();
    let server = program.serve(&[]);
    let app = program.json(CONNECTOR, "");
    let (id, first) = (text(&app, "client_id"), text(&app, "client_secret"));
    let (status, token) = ask(&server, id, first).await;
    assert_eq!(status, 200, "{token}");
    let listed = program.json(&["oauth-app", "list"], "");
    assert_eq!(listed[0]["tokens"], 1);
    assert!(listed[0]["last_used_at"].is_string());

    let words = [
        "oauth-app",
        "add-secret",
        "Connector",
        "--note",
        "from June",
        "--days",
        "30",
    ];
    let second = program.json(&words, "");
    assert_eq!((text(&second, "client_id"), text(&second, "name")), (id, "Connector"));
    let wait_for = async |secret: &str, wanted: u16| {
        let begun = Instant::now();
        loop {
            let (status, answer) = ask(&server, id, secret).await;
            if status == wanted {
                break;
            }
            // One or the other; what is deleted under a request that is under way is no fault of the server.
            assert!([200, 401].contains(&status.as_u16()), "{answer}");
            assert!(begun.elapsed() < Duration::from_secs(1), "not {wanted} after a second");
        }
    };
    wait_for(text(&second, "client_secret"), 200).await;
    wait_for(first, 200).await;

    let other = program.run(&["oauth-app", "add-secret", "Connector", "--days", "0"], "");
    assert_eq!(other.status, 1, "{}", other.out);

    program.json(&["oauth-app", "delete", "Connector"], "");
    wait_for(first, 401).await;
    let me = Client::new()
        .get(format!("{}/api/v4/currentUser", server.origin))
        .bearer_auth(text(&token, "access_token"));
    assert_eq!(me.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn a_new_key_is_published_before_it_signs() {
    let program = Program::new();
    program.account();
    let server = program.serve(&[]);
    // The server makes the RSA key by itself, in the background.
    let begun = Instant::now();
    let before = loop {
        let list = program.json(&["keys", "list"], "");
        if list.as_array().unwrap().len() == 2 {
            break list;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "still {list}");
    };
    for (key, algorithm) in before.as_array().unwrap().iter().zip(["ES256", "RS256"]) {
        assert_eq!((text(key, "algorithm"), text(key, "state")), (algorithm, "signing"));
    }

    let made = program.json(&["keys", "rotate"], "");
    assert_eq!(program.json(&["keys", "rotate"], ""), made, "one waits already");
    let after = program.json(&["keys", "list"], "");
    let said = program.run(&["keys", "rotate"], "").out;
    let mut expected = Vec::new();
    for (index, algorithm) in ["ES256", "RS256"].into_iter().enumerate() {
        let (made, after) = (&made[index], &after.as_array().unwrap()[2 * index..2 * index + 2]);
        assert_eq!((text(made, "algorithm"), text(made, "state")), (algorithm, "waiting"));
        assert_eq!((&after[0], &after[1]), (&before[index], made));
        let (kid, time) = (text(made, "kid"), text(made, "signs_from"));
        assert!(
            said.contains(kid) && said.contains(time) && said.contains(algorithm),
            "{said}"
        );
        expected.extend([text(&before[index], "kid").to_owned(), kid.to_owned()]);
    }

    let begun = Instant::now();
    loop {
        let url = format!("{}/.well-known/jwks.json", server.origin);
        let keys: Value = Client::new().get(url).send().await.unwrap().json().await.unwrap();
        let kids: Vec<&str> = keys["keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| text(key, "kid"))
            .collect();
        if kids == expected {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(1), "only {kids:?} after a second");
    }
}

#[test]
fn the_user_of_an_app_who_is_kept_out_is_shown_as_such() {
    let program = Program::new();
    program.account();
    let grace = "grace@example.com";
    let words = [
        "user",
        "create",
        "--name",
        "Grace",
        "--email",
        grace,
        "--profile",
        "Administrator",
    ];
    program.json(&words, PASSWORD);
    let words: Vec<&str> = CONNECTOR
        .iter()
        .map(|word| if *word == EMAIL { grace } else { word })
        .collect();
    program.json(&words, "");
    program.json(&["user", "deactivate", grace], "");
    let list = program.run(&["oauth-app", "list"], "").out;
    assert!(list.contains("grace@example.com (inactive)"), "{list}");
}

#[test]
fn token_settings_are_given_at_creation_and_changed_later() {
    let program = Program::new().with("GATEHOUSE_OAUTH2_SIGNING_ALGORITHM", "RS256");
    program.account();
    let settings = |app: &Value| {
        (
            app["rotate_refresh_tokens"].as_bool().unwrap(),
            text(app, "signing_algorithm").to_owned(),
            app["allow_introspection"].as_bool().unwrap(),
        )
    };
    let of = |rotates: bool, algorithm: &str, introspects: bool| (rotates, algorithm.to_owned(), introspects);
    // The default of the portal, and what a public client cannot do without.
    assert_eq!(settings(&program.json(CONNECTOR, "")), of(false, "RS256", false));
    assert_eq!(settings(&program.json(NATIVE, "")), of(true, "RS256", false));
    let words = [
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
    assert_eq!(settings(&program.json(&words, "")), of(true, "ES256", true));

    let set = |app: &str, more: &[&str]| program.json(&[&["oauth-app", "set-token-settings", app], more].concat(), "");
    let changed = set("wiki", &["--rotate-refresh-tokens=false"]);
    assert_eq!(settings(&changed), of(false, "ES256", true), "the others stay");
    let changed = set("Wiki", &["--allow-introspection=false", "--signing-algorithm", "RS256"]);
    assert_eq!(settings(&changed), of(false, "RS256", false));
    let listed = program.json(&["oauth-app", "list"], "");
    assert_eq!(settings(&listed[2]), of(false, "RS256", false));
    let words = [
        "oauth-app",
        "set-token-settings",
        "Wiki",
        "--signing-algorithm",
        "ES256",
    ];
    let said = program.run(&words, "").out;
    assert!(said.contains("Signing algorithm") && said.contains("ES256"), "{said}");

    for (app, more, field) in [
        ("Desktop", "--rotate-refresh-tokens=false", "rotate_refresh_tokens"),
        ("Desktop", "--allow-introspection", "allow_introspection"),
        ("Connector", "--rotate-refresh-tokens", "rotate_refresh_tokens"),
    ] {
        let outcome = program.run(&["oauth-app", "set-token-settings", app, more, "--json"], "");
        assert_eq!((outcome.status, outcome.out.as_str()), (1, ""), "{app} {more}");
        let error: Value = serde_json::from_str(&outcome.err).unwrap();
        assert_eq!(error["errors"][0]["field"], field, "{error}");
    }
    for words in [
        &["oauth-app", "set-token-settings", "Wiki"][..],
        &["oauth-app", "set-token-settings", "Wiki", "--signing-algorithm", "none"],
        &["oauth-app", "set-token-settings", "Wiki", "--allow-introspection=maybe"],
    ] {
        assert_eq!(program.run(words, "").status, 2, "{words:?}");
    }
}
