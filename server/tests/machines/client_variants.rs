//! OAuth 1 as clients in the wild write it: line breaks in signatures, empty parameters, another origin of the portal.

use crate::flow::REQUEST;
use crate::refusals::refused;
use crate::signer::{Credentials, Method, Place, Unsigned};
use crate::world::{Settings, World, on_each_engine};

const PLACES: [Place; 3] = [Place::Header, Place::Body, Place::Query];

fn wrap(signature: &str, width: usize, line_break: &str) -> String {
    let lines: Vec<&str> = signature
        .as_bytes()
        .chunks(width)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    lines.join(line_break)
}

#[tokio::test]
async fn line_breaks_in_a_signature_are_ignored() {
    let edits: [fn(String) -> String; 8] = [
        |signature| signature + "\n",
        |signature| signature + "\r\n",
        |signature| format!("\n{signature}"),
        |signature| format!(" {signature}\t"),
        |signature| wrap(&signature, 8, "\n"),
        |signature| wrap(&signature, 1, "\r\n"),
        |signature| wrap(&signature, 5, " "),
        |signature| signature.replace('=', "\n=\n"),
    ];
    on_each_engine(Settings::default(), async |world| {
        for method in [Method::HmacSha1, Method::HmacSha256] {
            for (place, edit) in PLACES.into_iter().flat_map(|place| edits.map(|edit| (place, edit))) {
                let request = Unsigned::get("/api/v4/currentUser", world.now())
                    .with(method.clone(), place)
                    .edit_signature(edit);
                let call = world.credentials.sign(&request);
                assert_eq!(world.send(&call).await.status, 200, "{call:?}");
                // Another spelling of the same signature is the same request.
                let again = Unsigned {
                    edit_signature: |signature| signature,
                    ..request
                };
                let answer = world.send(&world.credentials.sign(&again)).await;
                assert_eq!(answer.oauth_problem(), "nonce_used");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn any_other_change_of_a_signature_makes_it_wrong() {
    let edits: [fn(String) -> String; 10] = [
        |signature| signature.trim_end_matches('=').to_owned(),
        |signature| signature + "=",
        |signature| signature + "!",
        |signature| signature + "\u{b}",
        |signature| signature + "\u{a0}",
        |signature| signature + "\u{2028}",
        |signature| signature + "\0",
        |signature| format!("-{signature}"),
        |signature| signature[1..].to_owned(),
        |signature| "\n".repeat(signature.len()),
    ];
    on_each_engine(Settings::default(), async |world| {
        for (place, edit) in PLACES.into_iter().flat_map(|place| edits.map(|edit| (place, edit))) {
            let request = Unsigned::get("/api/v4/currentUser", world.now())
                .with(Method::HmacSha256, place)
                .edit_signature(edit);
            let call = world.credentials.sign(&request);
            refused(&world, &world.credentials, &call, (401, "signature_invalid")).await;
        }
        // PLAINTEXT is no Base64: each of its characters counts.
        for edit in [|signature| signature + "\n", |signature| format!(" {signature}")] as [fn(String) -> String; 2] {
            let request = Unsigned::get("/api/v4/currentUser", world.now())
                .with(Method::Plaintext, Place::Header)
                .edit_signature(edit);
            let call = world.credentials.sign(&request);
            refused(&world, &world.credentials, &call, (401, "signature_invalid")).await;
        }
    })
    .await;
}

fn request_token(world: &World, place: Place) -> Unsigned {
    Unsigned::post(REQUEST, world.now())
        .with(Method::HmacSha1, place)
        .protocol("oauth_callback", "oob")
}

#[tokio::test]
async fn an_empty_token_may_be_signed_or_not() {
    on_each_engine(Settings::default(), async |world| {
        let consumer = world.consumer_alone();
        for place in PLACES {
            for request in [
                request_token(&world, place),
                request_token(&world, place).protocol("oauth_token", ""),
                request_token(&world, place).uncovered("oauth_token", ""),
                request_token(&world, place)
                    .uncovered("oauth_token", "")
                    .uncovered("oauth_verifier", ""),
                request_token(&world, place)
                    .protocol("oauth_token", "")
                    .protocol("oauth_verifier", ""),
            ] {
                let call = consumer.sign(&request);
                assert_eq!(world.send(&call).await.status, 200, "{call:?}");
                assert_eq!(world.send(&call).await.oauth_problem(), "nonce_used", "{call:?}");
            }
            // With a token, what is empty are the parameters of other steps.
            let request = Unsigned::get("/api/v4/currentUser", world.now())
                .with(Method::HmacSha256, place)
                .uncovered("oauth_callback", "")
                .uncovered("oauth_verifier", "");
            assert_eq!(world.send(&world.credentials.sign(&request)).await.status, 200);
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_not_empty_must_be_signed() {
    on_each_engine(Settings::default(), async |world| {
        let consumer = world.consumer_alone();
        for place in PLACES {
            for (name, value) in [
                ("oauth_token", "x"),
                ("oauth_token", " "),
                ("oauth_verifier", "x"),
                ("oauth_unheard", ""),
            ] {
                let call = consumer.sign(&request_token(&world, place).uncovered(name, value));
                refused(&world, &consumer, &call, (401, "signature_invalid")).await;
            }
            let signed = Unsigned::post(REQUEST, world.now()).with(Method::HmacSha1, place);
            let call = consumer.sign(&signed.uncovered("oauth_callback", "https://evil.example/"));
            refused(&world, &consumer, &call, (401, "signature_invalid")).await;
            // A parameter of the request itself is signed, empty or not.
            let mut call = consumer.sign(&request_token(&world, place));
            call.target
                .push_str(if call.target.contains('?') { "&page=" } else { "?page=" });
            refused(&world, &consumer, &call, (401, "signature_invalid")).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_request_may_be_signed_for_the_own_origin_that_it_was_sent_to() {
    let public = "https://portal.example.com";
    on_each_engine(Settings::default(), async |world| {
        let here = |origin: &str| Credentials {
            origin: origin.to_owned(),
            ..world.credentials.clone()
        };
        for (origin, host) in [
            (public, "portal.example.com"),
            (public, "portal.example.com:443"),
            // A proxy may put its own name there.
            (public, "127.0.0.1:3000"),
            (public, "backend.internal"),
            (public, "evil.example"),
            ("http://localhost:3000", "localhost:3000"),
            ("http://localhost:3000", "LocalHost:3000"),
            ("http://127.0.0.1:3000", "127.0.0.1:3000"),
            ("http://[::1]:3000", "[::1]:3000"),
        ] {
            for method in [Method::HmacSha1, Method::HmacSha256] {
                let request = Unsigned::get("/api/v4/currentUser", world.now()).with(method, Place::Header);
                let call = here(origin).sign(&request).header("Host", host);
                assert_eq!(world.send(&call).await.status, 200, "{origin} {host}");
                assert_eq!(world.send(&call).await.oauth_problem(), "nonce_used");
            }
            let request = request_token(&world, Place::Header).uncovered("oauth_token", "");
            let consumer = Credentials {
                origin: origin.to_owned(),
                ..world.consumer_alone()
            };
            let call = consumer.sign(&request).header("Host", host);
            assert_eq!(world.send(&call).await.status, 200, "{origin} {host}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_host_that_is_not_the_portals_own_opens_nothing_and_is_told_the_public_url() {
    on_each_engine(Settings::default(), async |world| {
        for (origin, host) in [
            ("http://localhost:3000", "loopback"),
            ("http://localhost:3000", "127.0.0.1:3000"),
            ("http://localhost:3000", "localhost"),
            ("http://localhost:3001", "localhost:3001"),
            ("https://localhost:3000", "localhost:3000"),
            ("http://evil.example", "evil.example"),
            ("https://evil.example", "evil.example"),
            ("http://localhost.evil.example:3000", "localhost.evil.example:3000"),
            ("http://portal.example.com", "evil.example"),
        ] {
            let credentials = Credentials {
                origin: origin.to_owned(),
                ..world.credentials.clone()
            };
            let call = credentials.sign(&Unsigned::get("/api/v4/currentUser", world.now()));
            let call = call.header("Host", host).header("X-Forwarded-Host", "localhost:3000");
            let answer = world.send(&call).await;
            assert_eq!(answer.oauth_problem(), "signature_invalid", "{origin} {host}");
            let advice = answer.json()["detail"].as_str().unwrap().to_owned();
            assert!(advice.contains("https://portal.example.com"), "{advice}");
            let challenge = answer.header("www-authenticate").unwrap();
            assert!(challenge.contains("https%3A%2F%2Fportal.example.com"), "{challenge}");
            assert!(!format!("{answer:?}").contains("evil.example"), "{answer:?}");
        }
        // At the public host the origin is no part of what is wrong.
        let wrong = Credentials {
            token_secret: "guess".to_owned(),
            ..world.credentials.clone()
        };
        let call = wrong.sign(&Unsigned::get("/api/v4/currentUser", world.now()));
        let answer = world.send(&call.header("Host", "portal.example.com")).await;
        assert!(
            !answer.json()["detail"].as_str().unwrap().contains("https://"),
            "{answer:?}"
        );
    })
    .await;
}
