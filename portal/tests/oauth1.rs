use crate::support::app::{App, Call, problem, send};
use crate::support::{ADA, House};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::accounts::rights::Rights;
use domain::oauth1::consumers::ConsumerSigning;
use domain::oauth1::{Problem, Request};
use portal::accounts::users;
use portal::oauth1::{Denied, Policy, authenticate};
use portal::oauth1::{consumers, tokens};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

both!(
    a_well_signed_request_acts_for_the_tokens_user,
    each_wrong_credential_is_refused_with_its_problem,
    a_wrong_signature_gets_the_base_string_and_spends_nothing,
    plaintext_needs_tls_or_the_operators_leave,
    an_rsa_signature_needs_the_registered_key,
    the_clock_may_be_five_minutes_off,
    the_last_use_is_kept_to_the_second,
    an_inactive_user_is_told_only_to_who_can_sign,
    rights_are_those_of_the_user_now,
);

async fn a_well_signed_request_acts_for_the_tokens_user(house: House) {
    let ada = house.set_up().await;
    let (app, _, _) = house.app(&ada.actor, "Web shop").await;
    for method in ["HMAC-SHA1", "HMAC-SHA256", "PLAINTEXT"] {
        for _ in 0..2 {
            let call = Call {
                signature_method: method,
                ..Call::now(&house.portal)
            };
            let actor = app.send(&house.portal, &call).await.unwrap();
            assert_eq!(actor.person().unwrap().email, ADA);
            assert_eq!((actor.account(), actor.rights()), (ada.actor.account(), Rights::all()));
        }
    }
    let call = Call {
        more: vec![("q", "a b+c&d=é%"), ("empty", "")],
        ..Call::now(&house.portal)
    };
    app.send(&house.portal, &call).await.unwrap();
}

async fn each_wrong_credential_is_refused_with_its_problem(house: House) {
    let ada = house.set_up().await;
    let (app, _, _) = house.app(&ada.actor, "Web shop").await;
    let (other, _, _) = house.app(&ada.actor, "Website").await;
    let unknown = "f".repeat(32);

    let stranger = App {
        consumer_key: unknown.clone(),
        ..app.clone()
    };
    assert_eq!(problem(stranger.call(&house.portal).await), Problem::ConsumerKeyUnknown);
    let no_token = App {
        token: None,
        ..app.clone()
    };
    let Err(Denied::Refused(refusal)) = no_token.call(&house.portal).await else {
        panic!("let in")
    };
    assert_eq!(
        (refusal.problem(), refusal.parameters_absent()),
        (Problem::ParameterAbsent, &["oauth_token"][..])
    );
    let made_up = app.clone().with_token(&unknown, "secret");
    assert_eq!(problem(made_up.call(&house.portal).await), Problem::TokenRejected);
    // A token of another consumer, with both right secrets.
    let (token, secret) = other.token.clone().unwrap();
    assert_eq!(
        problem(app.clone().with_token(&token, &secret).call(&house.portal).await),
        Problem::TokenRejected
    );
    // A request token is no token.
    let asked = app.ask(&house.portal, Some("oob")).await.unwrap();
    assert_eq!(
        problem(app.clone().with(&asked).call(&house.portal).await),
        Problem::TokenRejected
    );
}

async fn a_wrong_signature_gets_the_base_string_and_spends_nothing(house: House) {
    let ada = house.set_up().await;
    let (app, _, token) = house.app(&ada.actor, "Web shop").await;
    let call = Call {
        nonce: "one".to_owned(),
        ..Call::now(&house.portal)
    };
    let mut signed = String::new();
    let header = app.header_signed_by(&call, |base_string| {
        signed = base_string.to_owned();
        "c2lnbmF0dXJl".to_owned()
    });
    let Err(Denied::Refused(refusal)) = send(&house.portal, &call, &header).await else {
        panic!("let in")
    };
    assert_eq!(refusal.problem(), Problem::SignatureInvalid);
    assert_eq!(refusal.base_string(), Some(signed.as_str()));
    let secret = app.consumer_secret.as_str();
    assert!(!format!("{refusal:?}").contains(secret) && !refusal.advice().contains(secret));
    for wrong in [
        App {
            consumer_secret: "wrong".to_owned(),
            ..app.clone()
        },
        app.clone().with_token(&token.token, "wrong"),
        app.clone().with_token(&token.token, ""),
    ] {
        assert_eq!(
            problem(wrong.send(&house.portal, &call).await),
            Problem::SignatureInvalid
        );
    }
    for signature in ["", "not base64!", "AAAA"] {
        let header = app.header_signed_by(&call, |_| signature.to_owned());
        let refused = problem(send(&house.portal, &call, &header).await);
        assert!(
            matches!(refused, Problem::SignatureInvalid | Problem::ParameterAbsent),
            "{signature}"
        );
    }
    // Neither the use nor the nonce was counted.
    assert_eq!(
        tokens::get(&house.portal, &ada.actor, token.id)
            .await
            .unwrap()
            .last_used_at,
        None
    );
    app.send(&house.portal, &call).await.unwrap();
}

async fn plaintext_needs_tls_or_the_operators_leave(house: House) {
    let ada = house.set_up().await;
    let (app, _, _) = house.app(&ada.actor, "Web shop").await;
    let call = Call {
        signature_method: "PLAINTEXT",
        ..Call::now(&house.portal)
    };
    let header = app.header(&call);
    let on = async |origin: &str, plaintext_without_tls| {
        let request = Request::new(call.http_method, call.path, None).authorization(header.as_bytes());
        let policy = Policy {
            origin: origin.parse().unwrap(),
            own_origins: Vec::new(),
            plaintext_without_tls,
        };
        authenticate(&house.portal, &policy, &request.parse().unwrap(), "192.0.2.7").await
    };
    assert_eq!(
        problem(on("http://127.0.0.1:3000", false).await),
        Problem::SignatureMethodRejected
    );
    on("http://127.0.0.1:3000", true).await.unwrap();
    let wrong = app.clone().with_token(&app.token.clone().unwrap().0, "wrong");
    assert_eq!(
        problem(wrong.send(&house.portal, &call).await),
        Problem::SignatureInvalid
    );
}

async fn an_rsa_signature_needs_the_registered_key(house: House) {
    let ada = house.set_up().await;
    let (app, consumer, _) = house.app(&ada.actor, "Web shop").await;
    let (key, other) = (house.folder.join("key.pem"), house.folder.join("other.pem"));
    for path in [&key, &other] {
        openssl(&["genrsa", "-out", path.to_str().unwrap(), "2048"], b"");
    }
    let call = || Call {
        signature_method: "RSA-SHA1",
        ..Call::now(&house.portal)
    };
    // The library checks such signatures but makes none.
    let header = |key: &Path, call: &Call<'_>| {
        app.header_signed_by(call, |base_string| {
            let signature = openssl(
                &["dgst", "-sha1", "-sign", key.to_str().unwrap()],
                base_string.as_bytes(),
            );
            STANDARD.encode(signature)
        })
    };
    let first = call();
    assert_eq!(
        problem(send(&house.portal, &first, &header(&key, &first)).await),
        Problem::SignatureMethodRejected
    );
    // Both forms of PEM are taken.
    for form in ["-pubout", "-RSAPublicKey_out"] {
        let pem = String::from_utf8(openssl(&["rsa", "-in", key.to_str().unwrap(), form], b"")).unwrap();
        let signing = ConsumerSigning {
            rsa_public_key: pem.replace('\n', "\r\n"),
            legacy_flow: false,
        };
        consumers::set_signing(&house.portal, &ada.actor, consumer.id, signing)
            .await
            .unwrap();
        let call = call();
        let actor = send(&house.portal, &call, &header(&key, &call)).await.unwrap();
        assert_eq!(actor.person().unwrap().email, ADA);
    }
    let forged = call();
    assert_eq!(
        problem(send(&house.portal, &forged, &header(&other, &forged)).await),
        Problem::SignatureInvalid
    );
    // The other methods go on.
    app.call(&house.portal).await.unwrap();
}

fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut command = Command::new("openssl");
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command
        .spawn()
        .expect("openssl is installed (on Debian the package openssl)");
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "openssl {arguments:?} failed");
    output.stdout
}

async fn the_clock_may_be_five_minutes_off(house: House) {
    let ada = house.set_up().await;
    let (app, _, _) = house.app(&ada.actor, "Web shop").await;
    let now = house.portal.now().seconds();
    for (off, accepted) in [
        (-301, false),
        (-300, true),
        (300, true),
        (301, false),
        (i64::MAX - now, false),
    ] {
        let answer = app
            .send(
                &house.portal,
                &Call {
                    timestamp: now + off,
                    ..Call::now(&house.portal)
                },
            )
            .await;
        match answer {
            Ok(_) => assert!(accepted, "{off}"),
            Err(Denied::Refused(refusal)) => {
                assert!(!accepted, "{off}");
                let window = Some((now as u64 - 300, now as u64 + 300));
                assert_eq!(
                    (refusal.problem(), refusal.acceptable_timestamps()),
                    (Problem::TimestampRefused, window)
                );
            }
            Err(other) => panic!("{other:?}"),
        }
    }
}

async fn the_last_use_is_kept_to_the_second(house: House) {
    let ada = house.set_up().await;
    let (app, _, token) = house.app(&ada.actor, "Web shop").await;
    let used = async || {
        tokens::get(&house.portal, &ada.actor, token.id)
            .await
            .unwrap()
            .last_used_at
            .unwrap()
    };
    let start = house.portal.now();
    app.call(&house.portal).await.unwrap();
    house.clock.advance(std::time::Duration::from_millis(999));
    app.call(&house.portal).await.unwrap();
    assert_eq!(used().await, start);
    house.clock.advance(std::time::Duration::from_millis(1));
    app.call(&house.portal).await.unwrap();
    assert_eq!(used().await, house.portal.now());
}

async fn an_inactive_user_is_told_only_to_who_can_sign(house: House) {
    let ada = house.set_up().await;
    let eve = house.person("Eve", "eve@example.com", Rights::default()).await;
    let consumer = house.consumer(&ada.actor, "Web shop").await;
    let token = house
        .token(&ada.actor, &consumer.value, "eve@example.com", "Drupal")
        .await;
    let app = App::new(&consumer).with_token(&token.value.token, token.secret.expose());
    app.call(&house.portal).await.unwrap();
    users::set_active(&house.portal, &ada.actor, eve, false).await.unwrap();
    for _ in 0..2 {
        assert_eq!(problem(app.call(&house.portal).await), Problem::UserRefused);
        let stranger = app.clone().with_token(&token.value.token, "wrong");
        assert_eq!(problem(stranger.call(&house.portal).await), Problem::SignatureInvalid);
    }
    users::set_active(&house.portal, &ada.actor, eve, true).await.unwrap();
    app.call(&house.portal).await.unwrap();
}

async fn rights_are_those_of_the_user_now(house: House) {
    let ada = house.set_up().await;
    let (app, _, _) = house.app(&ada.actor, "Web shop").await;
    assert_eq!(app.call(&house.portal).await.unwrap().rights(), Rights::all());
    let profile = ada.actor.person().unwrap().profile_id;
    portal::accounts::profiles::set_rights(&house.portal, &ada.actor, profile, Rights::default())
        .await
        .unwrap();
    assert_eq!(app.call(&house.portal).await.unwrap().rights(), Rights::default());
}
