//! Tests access tokens at the API (RFC 6750).

use super::client::{ALL_SCOPES, Client, get, rs256_settings, service_app, split_scopes};
use crate::http::{Request, Response};
use crate::test_server::{TestConfig, TestServer};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::accounts::rights::{Right, Rights};
use domain::oauth2::oauth_apps::AppForm;
use hmac::{Hmac, KeyInit, Mac};
use portal::accounts::profiles;
use rstest::rstest;
use sha2::Sha256;
use testing::Engine;

/// Returns the error code of a rejected token, and asserts what every such response must contain.
#[track_caller]
fn bearer_error(response: &Response) -> String {
    let challenge = response.header("www-authenticate").unwrap();
    assert!(
        challenge.starts_with("Bearer realm=\"Gatehouse\", error=\""),
        "{challenge}"
    );
    let error = challenge
        .split("error=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let problem = response.problem();
    match error.as_str() {
        "invalid_token" => assert_eq!((response.status, problem.as_str()), (401, "invalid-token")),
        "insufficient_scope" => assert_eq!((response.status, problem.as_str()), (403, "insufficient-scope")),
        other => panic!("{other}"),
    }
    error
}

#[rstest]
#[tokio::test]
async fn access_token_opens_only_the_paths_of_its_scope(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let profile = profiles::list(server.portal(), &server.operator).await.unwrap()[0].id;
    let (_, other) = server.create_user("Grace Hopper", Rights::default()).await;
    let client = Client::register(
        &server,
        AppForm {
            scopes: split_scopes(ALL_SCOPES),
            ..service_app()
        },
    )
    .await;
    let own_profile = format!("/api/v4/profiles/{profile}");
    let other_profile = format!("/api/v4/profiles/{other}");
    let user = format!("/api/v4/users/{}", server.ada);
    for (path, allowed_scopes) in [
        ("/api/v4/account", vec!["current.user:read"]),
        ("/api/v4/currentUser", vec!["current.user:read"]),
        ("/api/v4/users", vec!["admin.user:read"]),
        (user.as_str(), vec!["admin.user:read"]),
        ("/api/v4/profiles", vec!["admin.profile:read"]),
        (own_profile.as_str(), vec!["current.profile:read", "admin.profile:read"]),
        (other_profile.as_str(), vec!["admin.profile:read"]),
    ] {
        for scope in split_scopes(ALL_SCOPES).iter().filter(|scope| *scope != "offline") {
            let pairs = [("grant_type", "client_credentials"), ("scope", scope.as_str())];
            let token = super::client::access_token(&client.token(&server, &pairs).await);
            let response = get(&server, path, &token).await;
            if allowed_scopes.contains(&scope.as_str()) {
                assert_eq!(response.status, 200, "{path} with {scope}: {response:?}");
            } else {
                assert_eq!(bearer_error(&response), "insufficient_scope", "{path} with {scope}");
            }
        }
    }
}

#[rstest]
#[tokio::test]
async fn access_token_loses_scopes_of_a_removed_right(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let (_, profile) = server
        .create_user("Grace Hopper", Rights::default().with(Right::ManageUsers))
        .await;
    let input = AppForm {
        user: "grace@example.com".to_owned(),
        ..service_app()
    };
    let client = Client::register(&server, input).await;
    let token = client.access_token(&server).await;
    assert_eq!(get(&server, "/api/v4/users", &token).await.status, 200);
    profiles::set_rights(server.portal(), &server.operator, profile, Rights::default())
        .await
        .unwrap();
    assert_eq!(
        bearer_error(&get(&server, "/api/v4/users", &token).await),
        "insufficient_scope"
    );
    assert_eq!(get(&server, "/api/v4/currentUser", &token).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn access_token_expires_after_an_hour(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, service_app()).await;
    let token = client.access_token(&server).await;
    server.advance(3599);
    assert_eq!(get(&server, "/api/v4/currentUser", &token).await.status, 200);
    server.advance(1);
    assert_eq!(
        bearer_error(&get(&server, "/api/v4/currentUser", &token).await),
        "invalid_token"
    );
}

#[rstest]
#[tokio::test]
async fn access_token_is_accepted_only_in_the_authorization_header(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, service_app()).await;
    let token = client.access_token(&server).await;
    let query = Request::new("GET", &format!("/api/v4/currentUser?access_token={token}"));
    let body = Request::new("GET", "/api/v4/currentUser")
        .body("application/x-www-form-urlencoded", format!("access_token={token}"));
    let twice = Request::new("GET", "/api/v4/currentUser")
        .header("Authorization", format!("Bearer {token}"))
        .header("Authorization", format!("Bearer {token}"));
    for request in [query, body, twice] {
        let response = server.send(&request).await;
        assert!([400, 401].contains(&response.status), "{response:?}");
        assert!(!response.body.contains(&token));
    }
    let lower = Request::new("GET", "/api/v4/currentUser").header("Authorization", format!("bearer {token}"));
    assert_eq!(server.send(&lower).await.status, 200);
}

#[rstest]
#[tokio::test]
async fn forged_access_token_is_rejected(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let client = Client::register(&server, service_app()).await;
    let token = client.access_token(&server).await;
    let parts: Vec<&str> = token.split('.').collect();
    let header = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let decoded = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[0]).unwrap()).unwrap();
    let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    let wider_claims = header(&claims.replace("asset:read", "asset:read admin.profile:read"));
    let own_key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let own = |signed: &str| {
        let signature = own_key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    };
    let none = header(&decoded.replace("ES256", "none"));
    let hmac = header(&decoded.replace("ES256", "HS256"));
    let jwt = header(&decoded.replace("at+jwt", "JWT"));
    let traversal = header(r#"{"typ":"at+jwt","alg":"ES256","kid":"../../etc/passwd"}"#);
    for forged in [
        format!("{}.{wider_claims}.{}", parts[0], parts[2]),
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.{}", parts[1], parts[2]),
        format!("{hmac}.{}.{}", parts[1], parts[2]),
        format!("{jwt}.{}.{}", parts[1], parts[2]),
        own(&format!("{}.{}", parts[0], parts[1])),
        own(&format!("{}.{wider_claims}", parts[0])),
        own(&format!("{traversal}.{}", parts[1])),
        format!("{}.{}", parts[0], parts[1]),
        format!("{token}."),
        format!("{token}A"),
        token.to_uppercase(),
        "x".repeat(100_000),
        "..".to_owned(),
        "é".to_owned(),
        String::new(),
    ] {
        let response = get(&server, "/api/v4/currentUser", &forged).await;
        assert!([400, 401, 431].contains(&response.status), "{forged:.80}: {response:?}");
    }
    assert_eq!(get(&server, "/api/v4/currentUser", &token).await.status, 200);
}

/// RFC 8725 §2.1 and §3.1: a key verifies only with its own algorithm, whatever the token's header says.
#[rstest]
#[tokio::test]
async fn access_token_with_another_algorithm_than_its_key_is_rejected(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let form = |name: &str| AppForm {
        name: name.to_owned(),
        ..service_app()
    };
    let es256_client = Client::register(&server, form("ES256")).await;
    let rs256_client = Client::register_with(&server, form("RS256"), rs256_settings()).await;
    let keys = server.send(&Request::new("GET", "/.well-known/jwks.json")).await.json();
    let own_rsa = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
    let own_curve = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    for (client, own) in [(&es256_client, "ES256"), (&rs256_client, "RS256")] {
        let token = client.access_token(&server).await;
        let parts: Vec<&str> = token.split('.').collect();
        let decoded = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[0]).unwrap()).unwrap();
        assert!(decoded.contains(own), "{decoded}");
        let key = keys["keys"]
            .as_array()
            .unwrap()
            .iter()
            .find(|key| key["alg"] == own)
            .unwrap();
        let other_key = keys["keys"]
            .as_array()
            .unwrap()
            .iter()
            .find(|key| key["alg"] != own)
            .unwrap();
        let kid = key["kid"].as_str().unwrap();
        let other_kid = other_key["kid"].as_str().unwrap();
        let mut forged = Vec::new();
        for algorithm in [
            "none", "None", "HS256", "ES256", "RS256", "RS512", "PS256", "ES384", "rs256", "",
        ] {
            for (name, kid) in [(own, kid), ("the other", other_kid)] {
                let header = format!(r#"{{"typ":"at+jwt","alg":"{algorithm}","kid":"{kid}"}}"#);
                let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), parts[1]);
                // Every way to sign without the private key: no signature, the genuine signature, the published key
                // as an HMAC secret in each published form, and self-made keys.
                forged.push((algorithm, name, format!("{signed}.")));
                if !(algorithm == own && name == own) {
                    forged.push((algorithm, name, format!("{signed}.{}", parts[2])));
                }
                let secrets = [
                    key.to_string().into_bytes(),
                    other_key.to_string().into_bytes(),
                    keys.to_string().into_bytes(),
                    key_bytes(key),
                    key_bytes(other_key),
                    pem(key),
                    Vec::new(),
                ];
                for secret in secrets {
                    let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
                    mac.update(signed.as_bytes());
                    let mac = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
                    forged.push((algorithm, name, format!("{signed}.{mac}")));
                }
                let mut signature = vec![0; own_rsa.public_modulus_len()];
                own_rsa
                    .sign(
                        &RSA_PKCS1_SHA256,
                        &SystemRandom::new(),
                        signed.as_bytes(),
                        &mut signature,
                    )
                    .unwrap();
                forged.push((
                    algorithm,
                    name,
                    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)),
                ));
                let signature = own_curve.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
                forged.push((
                    algorithm,
                    name,
                    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)),
                ));
            }
        }
        for (algorithm, kid, forged) in forged {
            let response = get(&server, "/api/v4/currentUser", &forged).await;
            assert_eq!(
                bearer_error(&response),
                "invalid_token",
                "{algorithm} with the kid of {kid}: {forged:.80}"
            );
        }
        assert_eq!(get(&server, "/api/v4/currentUser", &token).await.status, 200);
    }
}

/// Returns the bytes of the published key.
fn key_bytes(key: &serde_json::Value) -> Vec<u8> {
    let name = if key["kty"] == "RSA" { "n" } else { "x" };
    URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap()
}

/// Returns the published RSA key in PEM, as used as an HMAC secret in algorithm confusion attacks.
fn pem(key: &serde_json::Value) -> Vec<u8> {
    let Some(n) = key["n"].as_str() else { return Vec::new() };
    let n = URL_SAFE_NO_PAD.decode(n).unwrap();
    let e = URL_SAFE_NO_PAD.decode(key["e"].as_str().unwrap()).unwrap();
    let public = RsaPublicKeyComponents { n, e };
    let der: PublicKeyX509Der<'_> = public.as_der().unwrap();
    let body = base64::engine::general_purpose::STANDARD.encode(der.as_ref());
    let lines: Vec<&str> = body
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        lines.join("\n")
    )
    .into_bytes()
}
