use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::oauth1::OauthProblem;
use domain::oauth1::consumers::ConsumerSigning;
use portal::oauth1::consumers;
use rstest::rstest;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use testing::oauth1_client::{ApiRequest, problem, send};
use testing::{ADA, Engine, TestPortal};

#[rstest]
#[tokio::test]
async fn rsa_signature_requires_registered_key(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (app, consumer, _) = test.create_client(&ada.actor, "Web shop").await;
    let (key, other) = (test.folder.join("key.pem"), test.folder.join("other.pem"));
    for path in [&key, &other] {
        openssl(&["genrsa", "-out", path.to_str().unwrap(), "2048"], b"");
    }
    let call = || ApiRequest {
        signature_method: "RSA-SHA1",
        ..ApiRequest::now(&test.portal)
    };
    // The crypto library verifies such signatures but does not create them, so openssl does.
    let header = |key: &Path, call: &ApiRequest<'_>| {
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
        problem(send(&test.portal, &first, &header(&key, &first)).await),
        OauthProblem::SignatureMethodRejected
    );
    // Both PEM forms are accepted.
    for form in ["-pubout", "-RSAPublicKey_out"] {
        let pem = String::from_utf8(openssl(&["rsa", "-in", key.to_str().unwrap(), form], b"")).unwrap();
        let signing = ConsumerSigning {
            rsa_public_key: pem.replace('\n', "\r\n"),
            legacy_flow: false,
        };
        consumers::set_signing(&test.portal, &ada.actor, consumer.id, signing)
            .await
            .unwrap();
        let call = call();
        let actor = send(&test.portal, &call, &header(&key, &call)).await.unwrap();
        assert_eq!(actor.user().unwrap().email, ADA);
    }
    let forged = call();
    assert_eq!(
        problem(send(&test.portal, &forged, &header(&other, &forged)).await),
        OauthProblem::SignatureInvalid
    );
    // The other signature methods still work.
    app.call(&test.portal).await.unwrap();
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
