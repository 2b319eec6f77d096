//! Access tokens at the API (RFC 6750): what each scope opens, and what none does.

use super::client::{ALL_SCOPES, Client, get, rs256, service, words};
use crate::http::{Answer, Call};
use crate::world::{Settings, World, on_each_engine};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaPublicKeyComponents};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::accounts::rights::{Right, Rights};
use domain::oauth2::oauth_apps::AppForm;
use hmac::{Hmac, KeyInit, Mac};
use portal::accounts::profiles;
use sha2::Sha256;

/// The error of a refused token, with what each refusal must have.
#[track_caller]
fn refused(answer: &Answer) -> String {
    let challenge = answer.header("www-authenticate").unwrap();
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
    let problem = answer.problem();
    match error.as_str() {
        "invalid_token" => assert_eq!((answer.status, problem.as_str()), (401, "invalid-token")),
        "insufficient_scope" => assert_eq!((answer.status, problem.as_str()), (403, "insufficient-scope")),
        other => panic!("{other}"),
    }
    error
}

#[tokio::test]
async fn each_scope_opens_what_it_is_for() {
    on_each_engine(Settings::default(), async |world: World| {
        let profile = profiles::list(world.portal(), &world.operator).await.unwrap()[0].id;
        let (_, other) = world.person("Grace Hopper", Rights::default()).await;
        let client = Client::register(
            &world,
            AppForm {
                scopes: words(ALL_SCOPES),
                ..service()
            },
        )
        .await;
        let own_profile = format!("/api/v4/profiles/{profile}");
        let other_profile = format!("/api/v4/profiles/{other}");
        let user = format!("/api/v4/users/{}", world.ada);
        for (path, opening) in [
            ("/api/v4/account", vec!["current.user:read"]),
            ("/api/v4/currentUser", vec!["current.user:read"]),
            ("/api/v4/users", vec!["admin.user:read"]),
            (user.as_str(), vec!["admin.user:read"]),
            ("/api/v4/profiles", vec!["admin.profile:read"]),
            (own_profile.as_str(), vec!["current.profile:read", "admin.profile:read"]),
            (other_profile.as_str(), vec!["admin.profile:read"]),
        ] {
            for scope in words(ALL_SCOPES).iter().filter(|scope| *scope != "offline") {
                let pairs = [("grant_type", "client_credentials"), ("scope", scope.as_str())];
                let token = super::client::access_token(&client.token(&world, &pairs).await);
                let answer = get(&world, path, &token).await;
                if opening.contains(&scope.as_str()) {
                    assert_eq!(answer.status, 200, "{path} with {scope}: {answer:?}");
                } else {
                    assert_eq!(refused(&answer), "insufficient_scope", "{path} with {scope}");
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_right_that_is_lost_takes_its_scopes_along() {
    on_each_engine(Settings::default(), async |world: World| {
        let (_, profile) = world
            .person("Grace Hopper", Rights::default().with(Right::ManageUsers))
            .await;
        let input = AppForm {
            user: "grace@example.com".to_owned(),
            ..service()
        };
        let client = Client::register(&world, input).await;
        let token = client.access_token(&world).await;
        assert_eq!(get(&world, "/api/v4/users", &token).await.status, 200);
        profiles::set_rights(world.portal(), &world.operator, profile, Rights::default())
            .await
            .unwrap();
        assert_eq!(
            refused(&get(&world, "/api/v4/users", &token).await),
            "insufficient_scope"
        );
        assert_eq!(get(&world, "/api/v4/currentUser", &token).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_token_is_over_after_an_hour() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register(&world, service()).await;
        let token = client.access_token(&world).await;
        world.advance(3599);
        assert_eq!(get(&world, "/api/v4/currentUser", &token).await.status, 200);
        world.advance(1);
        assert_eq!(
            refused(&get(&world, "/api/v4/currentUser", &token).await),
            "invalid_token"
        );
    })
    .await;
}

#[tokio::test]
async fn a_token_counts_in_its_header_only() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register(&world, service()).await;
        let token = client.access_token(&world).await;
        let query = Call::new("GET", &format!("/api/v4/currentUser?access_token={token}"));
        let body = Call::new("GET", "/api/v4/currentUser")
            .body("application/x-www-form-urlencoded", format!("access_token={token}"));
        let twice = Call::new("GET", "/api/v4/currentUser")
            .header("Authorization", format!("Bearer {token}"))
            .header("Authorization", format!("Bearer {token}"));
        for call in [query, body, twice] {
            let answer = world.send(&call).await;
            assert!([400, 401].contains(&answer.status), "{answer:?}");
            assert!(!answer.body.contains(&token));
        }
        let lower = Call::new("GET", "/api/v4/currentUser").header("Authorization", format!("bearer {token}"));
        assert_eq!(world.send(&lower).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn nobody_makes_a_token_of_their_own() {
    on_each_engine(Settings::default(), async |world: World| {
        let client = Client::register(&world, service()).await;
        let token = client.access_token(&world).await;
        let parts: Vec<&str> = token.split('.').collect();
        let header = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let decoded = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[0]).unwrap()).unwrap();
        let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
        let wider = header(&claims.replace("asset:read", "asset:read admin.profile:read"));
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
            format!("{}.{wider}.{}", parts[0], parts[2]),
            format!("{none}.{}.", parts[1]),
            format!("{none}.{}.{}", parts[1], parts[2]),
            format!("{hmac}.{}.{}", parts[1], parts[2]),
            format!("{jwt}.{}.{}", parts[1], parts[2]),
            own(&format!("{}.{}", parts[0], parts[1])),
            own(&format!("{}.{wider}", parts[0])),
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
            let answer = get(&world, "/api/v4/currentUser", &forged).await;
            assert!([400, 401, 431].contains(&answer.status), "{forged:.80}: {answer:?}");
        }
        assert_eq!(get(&world, "/api/v4/currentUser", &token).await.status, 200);
    })
    .await;
}

/// RFC 8725 §2.1 and §3.1: a key verifies by its own algorithm, whatever the token's header says.
#[tokio::test]
async fn token_under_another_algorithm_than_its_key_has_is_refused() {
    on_each_engine(Settings::default(), async |world: World| {
        let form = |name: &str| AppForm {
            name: name.to_owned(),
            ..service()
        };
        let by_curve = Client::register(&world, form("ES256")).await;
        let by_rsa = Client::register_with(&world, form("RS256"), rs256()).await;
        let keys = world.send(&Call::new("GET", "/.well-known/jwks.json")).await.json();
        let own_rsa = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
        let own_curve = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        for (client, own) in [(&by_curve, "ES256"), (&by_rsa, "RS256")] {
            let token = client.access_token(&world).await;
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
                    // Every way to sign without the private key: none, the genuine signature, the published key as a
                    // secret in each form that it is published in, and keys of one's own.
                    forged.push((algorithm, name, format!("{signed}.")));
                    if !(algorithm == own && name == own) {
                        forged.push((algorithm, name, format!("{signed}.{}", parts[2])));
                    }
                    let secrets = [
                        key.to_string().into_bytes(),
                        other_key.to_string().into_bytes(),
                        keys.to_string().into_bytes(),
                        member(key),
                        member(other_key),
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
                let answer = get(&world, "/api/v4/currentUser", &forged).await;
                assert_eq!(
                    refused(&answer),
                    "invalid_token",
                    "{algorithm} with the key of {kid}: {forged:.80}"
                );
            }
            assert_eq!(get(&world, "/api/v4/currentUser", &token).await.status, 200);
        }
    })
    .await;
}

/// The published key's bytes.
fn member(key: &serde_json::Value) -> Vec<u8> {
    let name = if key["kty"] == "RSA" { "n" } else { "x" };
    URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap()
}

/// The published RSA key as the classic attack has it: in PEM, by openssl's own encoding.
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
