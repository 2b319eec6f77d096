//! The API's description, and its page for people.

use crate::connector::client as connector;
use crate::database::Engine;
use crate::http::Call;
use crate::world::{Settings, World};
use domain::integration::settings::{ConnectionForm, Edit};
use serde_json::Value;

#[tokio::test]
async fn every_described_operation_answers_as_described() {
    let world = World::new(Engine::Sqlite, Settings::default()).await;
    let answer = world.send(&Call::new("GET", "/api/openapi.json")).await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let document = answer.json();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["servers"][0]["url"], world.credentials.origin);
    let mut seen = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            for slash in ["", "/"] {
                let target = format!(
                    "{}{slash}",
                    path.replace("{id}", &world.ada.to_string()).replace("{field}", "Hero")
                );
                let answer = world.send(&Call::new(&method.to_uppercase(), &target)).await;
                let status = answer.status.to_string();
                let described = &operation["responses"][&status];
                assert!(described.is_object(), "{method} {target} answers {status}: {answer:?}");
                if let Some(contents) = described["content"].as_object() {
                    let kind = answer.header("content-type").unwrap();
                    assert!(contents.contains_key(kind), "{method} {target} answers {kind}");
                }
            }
            assert!(!operation["summary"].as_str().unwrap().is_empty(), "{method} {path}");
            seen += 1;
        }
    }
    assert!(seen >= 21, "{seen}");
}

#[tokio::test]
async fn what_is_open_to_signatures_answers_with_the_described_members() {
    let world = World::new(Engine::Sqlite, Settings::default()).await;
    let document = world.send(&Call::new("GET", "/api/openapi.json")).await.json();
    for path in [
        "/api/v4/account",
        "/api/v4/currentUser",
        "/api/v4/users",
        "/api/v4/profiles",
    ] {
        let answer = world.send(&world.get(path)).await.json();
        let schema = &document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        let (schema, value) = match answer.as_array() {
            Some(list) => (&schema["items"], &list[0]),
            None => (schema, &answer),
        };
        let members = members(schema, &document);
        for name in value.as_object().unwrap().keys() {
            assert!(members.contains(name), "{path}: {name} is not described");
        }
    }
}

#[tokio::test]
async fn connectors_are_answered_with_the_described_members() {
    let world = World::new(Engine::Sqlite, Settings::default()).await;
    let document = world.send(&Call::new("GET", "/api/openapi.json")).await.json();
    let key = connector::key(&world).await;
    let connection = Edit::Connection(ConnectionForm {
        url: "acme.bynder.com".to_owned(),
        dam: "bynder".to_owned(),
        client_id: "abc".to_owned(),
    });
    for edit in [connection, connector::field("Hero", "cat")] {
        connector::save(world.portal(), &world.operator, &edit).await;
    }
    for path in [connector::SETTINGS, "/api/connector/v1/settings/fields/{field}"] {
        let answer = connector::get(&key, &path.replace("{field}", "Hero"));
        let answer = world.send(&answer).await.json();
        let schema = &document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        assert_described(&answer, schema, &document, path);
    }
}

/// Fails where an answer has a member that the schema lacks, at any depth.
fn assert_described(value: &Value, schema: &Value, document: &Value, at: &str) {
    if let Some(list) = value.as_array() {
        for item in list {
            assert_described(item, &schema["items"], document, at);
        }
    }
    for (name, inner) in value.as_object().into_iter().flatten() {
        let at = format!("{at} {name}");
        let schema = property(schema, name, document).unwrap_or_else(|| panic!("{at} is not described"));
        assert_described(inner, schema, document, &at);
    }
}

/// The schema of an object's member.
fn property<'a>(schema: &'a Value, name: &str, document: &'a Value) -> Option<&'a Value> {
    if let Some(reference) = schema["$ref"].as_str() {
        return property(
            document.pointer(reference.trim_start_matches('#')).unwrap(),
            name,
            document,
        );
    }
    let parts = schema["allOf"].as_array().into_iter().flatten();
    let mut of_parts = parts.filter_map(|part| property(part, name, document));
    schema["properties"].get(name).or_else(|| of_parts.next())
}

/// The names of an object's members, those of what it includes among them.
fn members(schema: &Value, document: &Value) -> Vec<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        return members(document.pointer(reference.trim_start_matches('#')).unwrap(), document);
    }
    let own = schema["properties"]
        .as_object()
        .into_iter()
        .flat_map(|all| all.keys().cloned());
    let parts = schema["allOf"].as_array().into_iter().flatten();
    own.chain(parts.flat_map(|part| members(part, document))).collect()
}

#[tokio::test]
async fn people_read_it_without_script() {
    let world = World::new(Engine::Sqlite, Settings::default()).await;
    let page = world.send(&Call::new("GET", "/api/docs")).await;
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.contains("style-src 'self'") && !policy.contains("unsafe") && !policy.contains("script-src"),
        "{policy}"
    );
    assert!(!page.body.contains("<script") && !page.body.contains("style=\""));
    for word in [
        "/api/v4/currentUser",
        "/v6/authentication/oauth2/token",
        "client_credentials",
        "admin.user:read",
    ] {
        assert!(page.body.contains(word), "{word}");
    }
    let style = world.send(&Call::new("GET", "/api/docs.css")).await;
    assert_eq!(style.header("content-type"), Some("text/css; charset=utf-8"));
}
