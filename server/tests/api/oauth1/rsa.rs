//! Tests RSA-SHA1 with keys and signatures made by OpenSSL.

use crate::signer::{Method, ParameterLocation, UnsignedRequest};
use crate::test_server::{TestConfig, TestServer};
use rstest::rstest;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;
use testing::Engine;

/// Signs a message with the private key in the file.
pub fn sign(private_key: &Path, message: &[u8]) -> Vec<u8> {
    let mut signing = Command::new("openssl")
        .args(["dgst", "-sha1", "-sign"])
        .arg(private_key)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("openssl is installed (Debian package openssl)");
    signing.stdin.take().unwrap().write_all(message).unwrap();
    let output = signing.wait_with_output().unwrap();
    assert!(output.status.success());
    output.stdout
}

fn openssl(arguments: &[&str]) -> String {
    let output = Command::new("openssl")
        .args(arguments)
        .output()
        .expect("openssl is installed (Debian package openssl)");
    assert!(
        output.status.success(),
        "openssl {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Generates a key pair and returns the private key's file and the public key in PEM.
fn generate_key_pair(folder: &TempDir, bits: &str) -> (PathBuf, String) {
    let file = folder.path().join(format!("{bits}-{}.pem", crate::signer::nonce()));
    let path = file.to_str().unwrap();
    openssl(&["genrsa", "-out", path, bits]);
    let public = openssl(&["rsa", "-in", path, "-pubout"]);
    (file, public)
}

fn signed_by(file: &Path, now: i64) -> UnsignedRequest {
    UnsignedRequest::get("/api/v4/currentUser", now).with(Method::RsaSha1(file.to_owned()), ParameterLocation::Header)
}

#[rstest]
#[tokio::test]
async fn rsa_sha1_signature_is_verified_with_the_registered_key(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let folder = tempfile::tempdir().unwrap();
    let (first, first_public) = generate_key_pair(&folder, "2048");
    let (second, second_public) = generate_key_pair(&folder, "2048");
    let send_signed_by = async |file: &Path| {
        server
            .send(&server.credentials.sign(&signed_by(file, server.now())))
            .await
    };

    assert_eq!(
        send_signed_by(&first).await.oauth_problem(),
        "signature_method_rejected",
        "no key yet"
    );
    server.set_signing(&first_public, false).await.unwrap();
    assert_eq!(send_signed_by(&first).await.status, 200);
    let response = send_signed_by(&second).await;
    assert_eq!(
        (response.status, response.oauth_problem().as_str()),
        (401, "signature_invalid")
    );
    assert_eq!(
        server.send(&server.signed_get("/api/v4/currentUser")).await.status,
        200,
        "HMAC still works"
    );

    for location in [ParameterLocation::Body, ParameterLocation::Query] {
        let unsigned = UnsignedRequest {
            location,
            ..signed_by(&first, server.now())
        };
        assert_eq!(
            server.send(&server.credentials.sign(&unsigned)).await.status,
            200,
            "{location:?}"
        );
    }
    // `openssl base64` breaks lines after 64 characters.
    for location in [
        ParameterLocation::Header,
        ParameterLocation::Body,
        ParameterLocation::Query,
    ] {
        let unsigned = UnsignedRequest {
            location,
            ..signed_by(&first, server.now())
        };
        let lines = unsigned.edit_signature(|signature| {
            let lines = signature.as_bytes().chunks(64);
            lines
                .map(|line| format!("{}\n", std::str::from_utf8(line).unwrap()))
                .collect()
        });
        assert_eq!(
            server.send(&server.credentials.sign(&lines)).await.status,
            200,
            "{location:?}"
        );
    }
    let unsigned = signed_by(&first, server.now());
    let request = server.credentials.sign(&unsigned);
    assert_eq!(server.send(&request).await.status, 200);
    assert_eq!(server.send(&request).await.oauth_problem(), "nonce_used");

    // A replacement key is accepted in SPKI and in PKCS #1 form.
    let path = second.to_str().unwrap();
    let pkcs1 = openssl(&["rsa", "-in", path, "-RSAPublicKey_out"]);
    assert!(pkcs1.starts_with("-----BEGIN RSA PUBLIC KEY-----"));
    for public in [second_public, pkcs1] {
        server.set_signing(&public, false).await.unwrap();
        assert_eq!(send_signed_by(&second).await.status, 200);
        assert_eq!(send_signed_by(&first).await.oauth_problem(), "signature_invalid");
    }
    server.set_signing("", false).await.unwrap();
    assert_eq!(
        send_signed_by(&second).await.oauth_problem(),
        "signature_method_rejected"
    );
}

#[rstest]
#[tokio::test]
async fn rsa_public_key_under_2048_bits_is_rejected(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let folder = tempfile::tempdir().unwrap();
    let (_, short) = generate_key_pair(&folder, "1024");
    let (private, _) = generate_key_pair(&folder, "2048");
    let curve = folder.path().join("curve.pem");
    let curve = curve.to_str().unwrap();
    openssl(&["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", curve]);
    let curve = openssl(&["ec", "-in", curve, "-pubout"]);
    let private = std::fs::read_to_string(private).unwrap();
    for key in [
        short.as_str(),
        &curve,
        &private,
        "no key",
        "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----",
    ] {
        match server.set_signing(key, false).await {
            Err(portal::Error::Invalid(errors)) => assert!(errors.get("rsa_public_key").is_some(), "{errors}"),
            other => panic!("{other:?} for {key}"),
        }
    }
}
