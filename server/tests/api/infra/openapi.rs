//! Tests the OpenAPI description and the documentation page.

use crate::connector::client as connector;
use crate::http::Request;
use crate::test_server::{TestConfig, TestServer};
use domain::integration::settings::{ConnectionForm, Edit};
use serde_json::Value;
use testing::Engine;

/// The names of the schemas, after which generated clients name their classes.
const SCHEMAS: [&str; 31] = [
    "Account",
    "ActiveToken",
    "ConnectorField",
    "ConnectorFieldPortal",
    "ConnectorFieldSettings",
    "ConnectorPortal",
    "ConnectorSettings",
    "FieldError",
    "Group",
    "InactiveToken",
    "IntrospectionRequest",
    "IntrospectionResponse",
    "Jwk",
    "Jwks",
    "ListedUser",
    "LogRecord",
    "LogsAccepted",
    "Metadata",
    "OAuthMembers",
    "Problem",
    "Profile",
    "RejectedRecord",
    "Scope",
    "ScopeGroup",
    "Scopes",
    "SelectorOptions",
    "SelectorSources",
    "TokenRequest",
    "TokenResponse",
    "UnsupportedFields",
    "User",
];

#[tokio::test]
async fn openapi_operations_respond_with_described_statuses() {
    let server = TestServer::new(Engine::Sqlite, TestConfig::default()).await;
    let response = server.send(&Request::new("GET", "/api/openapi.json")).await;
    assert_eq!(response.header("content-type"), Some("application/json"));
    let document = response.json();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["servers"][0]["url"], server.credentials.origin);
    let mut seen = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            for slash in ["", "/"] {
                let target = format!(
                    "{}{slash}",
                    path.replace("{id}", &server.ada.to_string()).replace("{field}", "Hero")
                );
                let response = server.send(&Request::new(&method.to_uppercase(), &target)).await;
                let status = response.status.to_string();
                let described = &operation["responses"][&status];
                assert!(
                    described.is_object(),
                    "{method} {target} answers {status}: {response:?}"
                );
                if let Some(contents) = described["content"].as_object() {
                    let kind = response.header("content-type").unwrap();
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
async fn openapi_describes_every_member_of_api_responses() {
    let server = TestServer::new(Engine::Sqlite, TestConfig::default()).await;
    let document = server.send(&Request::new("GET", "/api/openapi.json")).await.json();
    for path in [
        "/api/v4/account",
        "/api/v4/currentUser",
        "/api/v4/users",
        "/api/v4/profiles",
    ] {
        let response = server.send(&server.signed_get(path)).await.json();
        let schema = &document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        let (schema, value) = match response.as_array() {
            Some(list) => (&schema["items"], &list[0]),
            None => (schema, &response),
        };
        let members = members(schema, &document);
        for name in value.as_object().unwrap().keys() {
            assert!(members.contains(name), "{path}: {name} is not described");
        }
    }
}

#[tokio::test]
async fn openapi_describes_every_member_of_connector_responses() {
    let server = TestServer::new(Engine::Sqlite, TestConfig::default()).await;
    let document = server.send(&Request::new("GET", "/api/openapi.json")).await.json();
    let key = connector::api_key(&server).await;
    let connection = Edit::Connection(ConnectionForm {
        url: "acme.bynder.com".to_owned(),
        dam: "bynder".to_owned(),
        client_id: "abc".to_owned(),
    });
    for edit in [connection, connector::field("Hero", "cat")] {
        connector::save(server.portal(), &server.operator, &edit).await;
    }
    for path in [connector::SETTINGS, "/api/connector/v1/settings/fields/{field}"] {
        let request = connector::get(&key, &path.replace("{field}", "Hero"));
        let response = server.send(&request).await.json();
        let schema = &document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        assert_described(&response, schema, &document, path);
    }
}

#[tokio::test]
async fn openapi_schemas_keep_their_names_and_allow_new_members() {
    let server = TestServer::new(Engine::Sqlite, TestConfig::default()).await;
    let document = server.send(&Request::new("GET", "/api/openapi.json")).await.json();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    assert_eq!(schemas.keys().collect::<Vec<_>>(), SCHEMAS);
    for (name, schema) in schemas {
        assert!(schema["additionalProperties"].is_null(), "{name}");
    }
}

/// Asserts that the schema describes every member of the value, at any depth.
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

/// Returns the schema of an object's member.
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

/// Returns the names of an object's members, including those of its `allOf` parts.
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
async fn api_docs_page_works_without_javascript() {
    let server = TestServer::new(Engine::Sqlite, TestConfig::default()).await;
    let page = server.send(&Request::new("GET", "/api/docs")).await;
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
    let style = server.send(&Request::new("GET", "/api/docs.css")).await;
    assert_eq!(style.header("content-type"), Some("text/css; charset=utf-8"));
}
