//! A resource server that asks nobody: it checks access tokens by the published keys, before, during and after a
//! rotation.

use super::client::{Client, get, service};
use crate::http::Call;
use crate::world::{Settings, World, on_each_engine};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portal::{maintenance, signing_keys};
use serde_json::Value;

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

async fn published(world: &World) -> Vec<Value> {
    let answer = world.send(&Call::new("GET", "/.well-known/jwks.json")).await;
    assert_eq!(answer.status, 200);
    answer.json()["keys"].as_array().unwrap().clone()
}

/// The header and claims of a token that one of the keys has signed.
fn check(keys: &[Value], token: &str) -> Option<(Value, Value)> {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts[..] else {
        return None;
    };
    let signed = format!("{header}.{claims}");
    let header: Value = serde_json::from_slice(&decode(header)).unwrap();
    let key = keys.iter().find(|key| key["kid"] == header["kid"])?;
    assert_eq!(
        (&key["kty"], &key["crv"], &key["alg"], &key["use"]),
        (&"EC".into(), &"P-256".into(), &"ES256".into(), &"sig".into())
    );
    assert_eq!(key.get("d"), None, "the private half");
    let point = [vec![4], decode(key["x"].as_str()?), decode(key["y"].as_str()?)].concat();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
        .verify(signed.as_bytes(), &decode(signature))
        .ok()?;
    Some((header, serde_json::from_slice(&decode(claims)).unwrap()))
}

#[tokio::test]
async fn a_token_is_as_rfc_9068_has_it() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register(&world, service()).await;
        let token = client.access_token(&world).await;
        let (header, claims) = check(&published(&world).await, &token).unwrap();
        assert_eq!((&header["typ"], &header["alg"]), (&"at+jwt".into(), &"ES256".into()));
        assert_eq!(claims["iss"], world.credentials.origin);
        assert_eq!(claims["aud"], world.credentials.origin);
        assert_eq!(claims["client_id"], client.id.to_string());
        assert_eq!(claims["sub"], client.id.to_string());
        assert_eq!(claims["scope"], "current.user:read admin.user:read asset:read");
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3600);
        assert!(uuid::Uuid::try_parse(claims["jti"].as_str().unwrap()).is_ok());
    })
    .await;
}

#[tokio::test]
async fn a_rotation_is_seen_by_nobody() {
    on_each_engine(Settings::default(), async |mut world: World| {
        world.add_node().await;
        let client = Client::register(&world, service()).await;
        let before = published(&world).await;
        let old = client.access_token(&world).await;

        let rotated = signing_keys::rotate(world.portal()).await.unwrap();
        assert!(!rotated.signs);
        assert_eq!(
            signing_keys::rotate(world.portal()).await.unwrap(),
            rotated,
            "one that waits is enough"
        );
        let during = published(&world).await;
        assert_eq!(during.len(), 2);
        // Whoever kept the keys from before can check everything until the new one has been out for a while.
        world.advance(signing_keys::LEAD.as_secs() - 1);
        let still = client.access_token(&world).await;
        assert!(check(&before, &still).is_some());
        assert!(check(&during, &still).is_some());

        world.advance(1);
        let new = client.access_token(&world).await;
        assert!(check(&before, &new).is_none());
        assert_eq!(check(&during, &new).unwrap().0["kid"], rotated.kid);
        for token in [&still, &new] {
            assert_eq!(get(&world, "/api/v4/currentUser", token).await.status, 200);
        }
        // The old one stays for as long as anything that it signed.
        world.advance(3600 - 1);
        maintenance::run(world.portal()).await.unwrap();
        assert!(check(&published(&world).await, &still).is_some());
        world.advance(signing_keys::KEPT.as_secs());
        maintenance::run(world.portal()).await.unwrap();
        let after = published(&world).await;
        assert_eq!(after.len(), 1);
        assert!(check(&after, &old).is_none());
        assert!(check(&after, &client.access_token(&world).await).is_some());
    })
    .await;
}

#[tokio::test]
async fn keys_are_changed_on_a_schedule() {
    on_each_engine(Settings::default(), async |world: World| {
        let first = published(&world).await;
        maintenance::run(world.portal()).await.unwrap();
        assert_eq!(published(&world).await, first);
        world.advance(signing_keys::PERIOD.as_secs());
        maintenance::run(world.portal()).await.unwrap();
        assert_eq!(published(&world).await.len(), 2);
        maintenance::run(world.portal()).await.unwrap();
        assert_eq!(published(&world).await.len(), 2);
    })
    .await;
}
