//! RSA-SHA1, with keys and signatures by OpenSSL.

use crate::signer::{Method, Place, Unsigned};
use crate::world::{Settings, on_each_engine};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Signs with the private key in this file.
pub fn sign(private_key: &Path, message: &[u8]) -> Vec<u8> {
    let mut signing = Command::new("openssl")
        .args(["dgst", "-sha1", "-sign"])
        .arg(private_key)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("openssl signs (on Debian the package openssl)");
    signing.stdin.take().unwrap().write_all(message).unwrap();
    let output = signing.wait_with_output().unwrap();
    assert!(output.status.success());
    output.stdout
}

fn openssl(arguments: &[&str]) -> String {
    let output = Command::new("openssl")
        .args(arguments)
        .output()
        .expect("openssl runs (on Debian the package openssl)");
    assert!(
        output.status.success(),
        "openssl {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// A new pair: the private key's file and the public key.
fn pair(folder: &TempDir, bits: &str) -> (PathBuf, String) {
    let file = folder.path().join(format!("{bits}-{}.pem", crate::signer::nonce()));
    let path = file.to_str().unwrap();
    openssl(&["genrsa", "-out", path, bits]);
    let public = openssl(&["rsa", "-in", path, "-pubout"]);
    (file, public)
}

fn signed_by(file: &Path, now: i64) -> Unsigned {
    Unsigned::get("/api/v4/currentUser", now).with(Method::RsaSha1(file.to_owned()), Place::Header)
}

#[tokio::test]
async fn a_registered_key_checks_signatures() {
    on_each_engine(Settings::default(), async |world| {
        let folder = tempfile::tempdir().unwrap();
        let (first, first_public) = pair(&folder, "2048");
        let (second, second_public) = pair(&folder, "2048");
        let ask = async |file: &Path| world.send(&world.credentials.sign(&signed_by(file, world.now()))).await;

        assert_eq!(
            ask(&first).await.oauth_problem(),
            "signature_method_rejected",
            "no key yet"
        );
        world.set_signing(&first_public, false).await.unwrap();
        assert_eq!(ask(&first).await.status, 200);
        let answer = ask(&second).await;
        assert_eq!(
            (answer.status, answer.oauth_problem().as_str()),
            (401, "signature_invalid")
        );
        assert_eq!(
            world.send(&world.get("/api/v4/currentUser")).await.status,
            200,
            "the secret still holds"
        );

        for place in [Place::Body, Place::Query] {
            let request = Unsigned {
                place,
                ..signed_by(&first, world.now())
            };
            assert_eq!(
                world.send(&world.credentials.sign(&request)).await.status,
                200,
                "{place:?}"
            );
        }
        // As `openssl base64` prints it.
        for place in [Place::Header, Place::Body, Place::Query] {
            let request = Unsigned {
                place,
                ..signed_by(&first, world.now())
            };
            let lines = request.edit_signature(|signature| {
                let lines = signature.as_bytes().chunks(64);
                lines
                    .map(|line| format!("{}\n", std::str::from_utf8(line).unwrap()))
                    .collect()
            });
            assert_eq!(
                world.send(&world.credentials.sign(&lines)).await.status,
                200,
                "{place:?}"
            );
        }
        let request = signed_by(&first, world.now());
        let call = world.credentials.sign(&request);
        assert_eq!(world.send(&call).await.status, 200);
        assert_eq!(world.send(&call).await.oauth_problem(), "nonce_used");

        // Another form of the same kind of key, in the place of the first.
        let path = second.to_str().unwrap();
        let pkcs1 = openssl(&["rsa", "-in", path, "-RSAPublicKey_out"]);
        assert!(pkcs1.starts_with("-----BEGIN RSA PUBLIC KEY-----"));
        for public in [second_public, pkcs1] {
            world.set_signing(&public, false).await.unwrap();
            assert_eq!(ask(&second).await.status, 200);
            assert_eq!(ask(&first).await.oauth_problem(), "signature_invalid");
        }
        world.set_signing("", false).await.unwrap();
        assert_eq!(ask(&second).await.oauth_problem(), "signature_method_rejected");
    })
    .await;
}

#[tokio::test]
async fn only_rsa_keys_of_2048_bits_and_more_are_registered() {
    on_each_engine(Settings::default(), async |world| {
        let folder = tempfile::tempdir().unwrap();
        let (_, short) = pair(&folder, "1024");
        let (private, _) = pair(&folder, "2048");
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
            match world.set_signing(key, false).await {
                Err(portal::Error::Invalid(errors)) => assert!(errors.of("rsa_public_key").is_some(), "{errors}"),
                other => panic!("{other:?} for {key}"),
            }
        }
    })
    .await;
}
