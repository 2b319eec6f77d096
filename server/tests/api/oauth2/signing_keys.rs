//! Tests offline verification of access tokens with the published keys before, during and after a key rotation.

use super::client::{Client, default_token_settings, get, get_at, rs256_settings, service_app};
use crate::http::Request;
use crate::test_server::{TestConfig, TestServer};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portal::maintenance;
use portal::oauth2::signing_keys;
use rstest::rstest;
use serde_json::{Value, json};
use testing::Engine;

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

async fn published_keys(server: &TestServer) -> Vec<Value> {
    let response = server.send(&Request::new("GET", "/.well-known/jwks.json")).await;
    assert_eq!(response.status, 200);
    response.json()["keys"].as_array().unwrap().clone()
}

/// Returns the header and claims of a token if one of the keys verifies its signature.
fn verify(keys: &[Value], token: &str) -> Option<(Value, Value)> {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts[..] else {
        return None;
    };
    let signed = format!("{header}.{claims}");
    let header: Value = serde_json::from_slice(&decode(header)).unwrap();
    let key = keys.iter().find(|key| key["kid"] == header["kid"])?;
    assert_eq!((&key["alg"], &key["use"]), (&header["alg"], &"sig".into()));
    for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
        assert_eq!(key.get(private), None, "a private key member is published");
    }
    let member = |name: &str| decode(key[name].as_str().unwrap());
    let (message, signature) = (signed.as_bytes(), decode(signature));
    match (key["alg"].as_str()?, key["kty"].as_str()?) {
        ("ES256", "EC") => {
            assert_eq!(key["crv"], "P-256");
            let point = [vec![4], member("x"), member("y")].concat();
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
                .verify(message, &signature)
                .ok()?;
        }
        ("RS256", "RSA") => {
            let (n, e) = (member("n"), member("e"));
            // RFC 7518 §3.3 and §2: at least 2048 bits, without a leading zero.
            assert!(n.len() >= 256 && n[0] >= 128, "{}", n.len());
            RsaPublicKeyComponents { n, e }
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, &signature)
                .ok()?;
        }
        other => panic!("{other:?}"),
    }
    Some((header, serde_json::from_slice(&decode(claims)).unwrap()))
}

#[rstest]
#[tokio::test]
async fn access_token_has_the_claims_of_rfc_9068(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, service_app()).await;
    let token = client.access_token(&server).await;
    let (header, claims) = verify(&published_keys(&server).await, &token).unwrap();
    assert_eq!(header, json!({ "typ": "at+jwt", "alg": "ES256", "kid": header["kid"] }));
    assert_eq!(
        claims,
        json!({
            "iss": server.credentials.origin,
            "sub": client.id.to_string(),
            "aud": server.credentials.origin,
            "client_id": client.id.to_string(),
            "iat": server.now(),
            "exp": server.now() + 3600,
            "jti": claims["jti"],
            "scope": "current.user:read admin.user:read asset:read",
        })
    );
    assert!(uuid::Uuid::try_parse(claims["jti"].as_str().unwrap()).is_ok());
}

#[rstest]
#[tokio::test]
async fn signing_key_rotation_does_not_break_verification(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    server.add_node().await;
    let client = Client::register(&server, service_app()).await;
    let before = published_keys(&server).await;
    let old = client.access_token(&server).await;

    let all = signing_keys::rotate(server.portal()).await.unwrap();
    assert_eq!(
        signing_keys::rotate(server.portal()).await.unwrap(),
        all,
        "no second waiting key is created"
    );
    let [rotated] = all.try_into().unwrap();
    assert!(!rotated.is_active);
    let during = published_keys(&server).await;
    assert_eq!(during.len(), 2);
    // A resource server with the previous keys can verify every token during the publish lead time.
    server.advance(signing_keys::PUBLISH_LEAD_TIME.as_secs() - 1);
    let lead_time_token = client.access_token(&server).await;
    assert!(verify(&before, &lead_time_token).is_some());
    assert!(verify(&during, &lead_time_token).is_some());

    server.advance(1);
    let new = client.access_token(&server).await;
    assert!(verify(&before, &new).is_none());
    assert_eq!(verify(&during, &new).unwrap().0["kid"], rotated.kid);
    for token in [&lead_time_token, &new] {
        assert_eq!(get(&server, "/api/v4/currentUser", token).await.status, 200);
    }
    // The old key is published until every token that it signed has expired.
    server.advance(3600 - 1);
    maintenance::run(server.portal()).await.unwrap();
    assert!(verify(&published_keys(&server).await, &lead_time_token).is_some());
    server.advance(signing_keys::RETIRED_KEY_RETENTION.as_secs());
    maintenance::run(server.portal()).await.unwrap();
    let after = published_keys(&server).await;
    assert_eq!(after.len(), 1);
    assert!(verify(&after, &old).is_none());
    assert!(verify(&after, &client.access_token(&server).await).is_some());
}

#[rstest]
#[tokio::test]
async fn signing_keys_are_rotated_on_schedule(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let first = published_keys(&server).await;
    maintenance::run(server.portal()).await.unwrap();
    assert_eq!(published_keys(&server).await, first);
    server.advance(signing_keys::ROTATION_INTERVAL.as_secs());
    maintenance::run(server.portal()).await.unwrap();
    assert_eq!(published_keys(&server).await.len(), 2);
    maintenance::run(server.portal()).await.unwrap();
    assert_eq!(published_keys(&server).await.len(), 2);
}

#[rstest]
#[tokio::test]
async fn access_token_of_rs256_app_verifies_with_the_published_rsa_key(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    server.add_node().await;
    let client = Client::register_with(&server, service_app(), rs256_settings()).await;
    let other = domain::oauth2::oauth_apps::AppForm {
        name: "Another".to_owned(),
        ..service_app()
    };
    let other = Client::register(&server, other).await;
    let keys = published_keys(&server).await;
    let algorithms: Vec<&str> = keys.iter().map(|key| key["alg"].as_str().unwrap()).collect();
    assert_eq!(algorithms, ["ES256", "RS256"]);
    let token = client.access_token(&server).await;
    let (header, claims) = verify(&keys, &token).unwrap();
    assert_eq!((&header["typ"], &header["alg"]), (&"at+jwt".into(), &"RS256".into()));
    assert_eq!(claims["client_id"], client.id.to_string());
    let other_token = other.access_token(&server).await;
    assert_eq!(verify(&keys, &other_token).unwrap().0["alg"], "ES256");
    for node in [0, 1] {
        for token in [&token, &other_token] {
            assert_eq!(get_at(&server, node, "/api/v4/currentUser", token).await.status, 200);
        }
    }

    // A changed setting applies to the next token. Earlier tokens stay valid.
    client.set_token_settings(&server, default_token_settings()).await;
    let changed = client.access_token(&server).await;
    assert_eq!(verify(&keys, &changed).unwrap().0["alg"], "ES256");
    for token in [&token, &changed] {
        assert_eq!(get(&server, "/api/v4/currentUser", token).await.status, 200);
    }
}

#[rstest]
#[tokio::test]
async fn signing_keys_of_both_algorithms_are_rotated_with_overlap(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    signing_keys::ensure_all(server.portal()).await.unwrap();
    let client = Client::register_with(&server, service_app(), rs256_settings()).await;
    let before = published_keys(&server).await;
    assert_eq!(before.len(), 2);
    server.advance(signing_keys::ROTATION_INTERVAL.as_secs());
    for _ in 0..2 {
        maintenance::run(server.portal()).await.unwrap();
    }
    let during = published_keys(&server).await;
    assert_eq!(during.len(), 4);
    let old = client.access_token(&server).await;
    assert!(
        verify(&before, &old).is_some(),
        "the new key is published and does not sign yet"
    );

    server.advance(signing_keys::PUBLISH_LEAD_TIME.as_secs());
    let new = client.access_token(&server).await;
    assert!(verify(&before, &new).is_none());
    assert_eq!(verify(&during, &new).unwrap().0["alg"], "RS256");
    for token in [&old, &new] {
        assert_eq!(get(&server, "/api/v4/currentUser", token).await.status, 200);
    }
    server.advance(signing_keys::RETIRED_KEY_RETENTION.as_secs());
    maintenance::run(server.portal()).await.unwrap();
    let after = published_keys(&server).await;
    let algorithms: Vec<&str> = after.iter().map(|key| key["alg"].as_str().unwrap()).collect();
    assert_eq!(algorithms, ["ES256", "RS256"]);
    assert!(verify(&after, &new).is_some() && verify(&after, &old).is_none());
}

#[rstest]
#[tokio::test]
async fn concurrent_nodes_create_one_rsa_signing_key(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let mut server = TestServer::new(engine, TestConfig::default()).await;
    server.add_node().await;
    let client = Client::register(&server, service_app()).await;
    let (first, second) = (server.node_portal(0).clone(), server.node_portal(1).clone());
    let tasks = [first.clone(), second, first]
        .map(|portal| tokio::spawn(async move { signing_keys::ensure_all(&portal).await.unwrap() }));
    for task in tasks {
        task.await.unwrap();
    }
    let listed = signing_keys::list(server.portal()).await.unwrap();
    assert_eq!(listed.len(), 2);
    assert!(listed.iter().all(|key| key.is_active));
    client.set_token_settings(&server, rs256_settings()).await;
    let token = client.access_token(&server).await;
    assert!(verify(&published_keys(&server).await, &token).is_some());
}
