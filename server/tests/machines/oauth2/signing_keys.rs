//! A resource server that asks nobody: it checks access tokens by the published keys, before, during and after a
//! rotation.

use super::client::{Client, get, get_at, keeping, rs256, service};
use crate::http::Call;
use crate::world::{Settings, World, on_each_engine};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use portal::maintenance;
use portal::oauth2::signing_keys;
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
    assert_eq!((&key["alg"], &key["use"]), (&header["alg"], &"sig".into()));
    for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
        assert_eq!(key.get(private), None, "the private half");
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

        let all = signing_keys::rotate(world.portal()).await.unwrap();
        assert_eq!(
            signing_keys::rotate(world.portal()).await.unwrap(),
            all,
            "one that waits is enough"
        );
        let [rotated] = all.try_into().unwrap();
        assert!(!rotated.signs);
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

#[tokio::test]
async fn app_that_asks_for_rs256_gets_tokens_that_verify_by_the_published_rsa_key() {
    on_each_engine(Settings::default(), async |mut world: World| {
        world.add_node().await;
        let client = Client::register_with(&world, service(), rs256()).await;
        let other = domain::oauth2::oauth_apps::AppForm {
            name: "Another".to_owned(),
            ..service()
        };
        let other = Client::register(&world, other).await;
        let keys = published(&world).await;
        let algorithms: Vec<&str> = keys.iter().map(|key| key["alg"].as_str().unwrap()).collect();
        assert_eq!(algorithms, ["ES256", "RS256"]);
        let token = client.access_token(&world).await;
        let (header, claims) = check(&keys, &token).unwrap();
        assert_eq!((&header["typ"], &header["alg"]), (&"at+jwt".into(), &"RS256".into()));
        assert_eq!(claims["client_id"], client.id.to_string());
        let of_other = other.access_token(&world).await;
        assert_eq!(check(&keys, &of_other).unwrap().0["alg"], "ES256");
        for node in [0, 1] {
            for token in [&token, &of_other] {
                assert_eq!(get_at(&world, node, "/api/v4/currentUser", token).await.status, 200);
            }
        }

        // The next token follows a changed setting, and the tokens from before go on.
        client.set_token_settings(&world, keeping()).await;
        let changed = client.access_token(&world).await;
        assert_eq!(check(&keys, &changed).unwrap().0["alg"], "ES256");
        for token in [&token, &changed] {
            assert_eq!(get(&world, "/api/v4/currentUser", token).await.status, 200);
        }
    })
    .await;
}

#[tokio::test]
async fn keys_of_both_algorithms_are_rotated_with_overlap() {
    on_each_engine(Settings::default(), async |world: World| {
        signing_keys::ensure_all(world.portal()).await.unwrap();
        let client = Client::register_with(&world, service(), rs256()).await;
        let before = published(&world).await;
        assert_eq!(before.len(), 2);
        world.advance(signing_keys::PERIOD.as_secs());
        for _ in 0..2 {
            maintenance::run(world.portal()).await.unwrap();
        }
        let during = published(&world).await;
        assert_eq!(during.len(), 4);
        let old = client.access_token(&world).await;
        assert!(
            check(&before, &old).is_some(),
            "the new key is published and does not sign yet"
        );

        world.advance(signing_keys::LEAD.as_secs());
        let new = client.access_token(&world).await;
        assert!(check(&before, &new).is_none());
        assert_eq!(check(&during, &new).unwrap().0["alg"], "RS256");
        for token in [&old, &new] {
            assert_eq!(get(&world, "/api/v4/currentUser", token).await.status, 200);
        }
        world.advance(signing_keys::KEPT.as_secs());
        maintenance::run(world.portal()).await.unwrap();
        let after = published(&world).await;
        let algorithms: Vec<&str> = after.iter().map(|key| key["alg"].as_str().unwrap()).collect();
        assert_eq!(algorithms, ["ES256", "RS256"]);
        assert!(check(&after, &new).is_some() && check(&after, &old).is_none());
    })
    .await;
}

#[tokio::test]
async fn nodes_that_need_the_first_rsa_key_at_once_make_one() {
    on_each_engine(Settings::default(), async |mut world: World| {
        world.add_node().await;
        let client = Client::register(&world, service()).await;
        let (first, second) = (world.portal_of(0).clone(), world.portal_of(1).clone());
        let making = [first.clone(), second, first]
            .map(|portal| tokio::spawn(async move { signing_keys::ensure_all(&portal).await.unwrap() }));
        for one in making {
            one.await.unwrap();
        }
        let listed = signing_keys::list(world.portal()).await.unwrap();
        assert_eq!(listed.len(), 2);
        assert!(listed.iter().all(|key| key.signs));
        client.set_token_settings(&world, rs256()).await;
        let token = client.access_token(&world).await;
        assert!(check(&published(&world).await, &token).is_some());
    })
    .await;
}
