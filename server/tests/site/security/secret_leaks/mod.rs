//! Tests that no secret appears in the database file, the logs or panic messages.

mod secrets;

use crate::credential::Credential;
use crate::test_program::TestProgram;
use crate::test_site::{EMAIL, PASSWORD, form, known_browser_set_cookie, session_cookie};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use secrets::{connector_secrets, oauth2_secrets, password_secrets};
use std::path::Path;

/// Returns a value of a form body.
fn form_value(body: &str, name: &str) -> String {
    let found = url::form_urlencoded::parse(body.as_bytes()).find(|(key, _)| key == name);
    found.unwrap_or_else(|| panic!("no {name} in {body}")).1.into_owned()
}

struct Browser<'a> {
    client: Client,
    origin: &'a str,
}

impl Browser<'_> {
    async fn post(&self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Response {
        let request = self.client.post(format!("{}{path}", self.origin));
        let request = request
            .header("origin", self.origin)
            .header("accept", "application/json")
            .header("cookie", cookie);
        request
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form(fields))
            .send()
            .await
            .unwrap()
    }

    async fn signed(&self, path: &str, credential: &Credential, more: &[(&str, &str)]) -> String {
        let request = self.client.post(format!("{}{path}", self.origin));
        let response = request
            .header("authorization", credential.header(more))
            .send()
            .await
            .unwrap();
        let (status, body) = (response.status(), response.text().await.unwrap());
        assert_eq!(status, 200, "{body}");
        body
    }
}

/// Returns the secret that the page shows: 256 bits in Base64.
fn find_secret(page: &str) -> String {
    let mut words = page.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-' && letter != '_');
    words
        .find(|word| word.len() == 43)
        .unwrap_or_else(|| panic!("no secret in {page}"))
        .to_owned()
}

/// Returns the names of the files in the folder that contain `secret`.
fn files_containing(folder: &Path, secret: impl AsRef<[u8]>) -> Vec<String> {
    let secret = secret.as_ref();
    let contains_secret = |path: &Path| {
        let bytes = std::fs::read(path).unwrap();
        bytes.windows(secret.len()).any(|window| window == secret)
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_containing(&path, secret));
        } else if contains_secret(&path) {
            found.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    found
}

/// Returns the constant prefix of P-256 private keys in PKCS #8.
fn private_key_prefix() -> Vec<u8> {
    let key = || {
        let created = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        created.as_ref()[..27].to_vec()
    };
    let prefix = key();
    assert_eq!(prefix, key());
    prefix
}

#[tokio::test]
async fn secrets_are_not_written_to_database_logs_or_files() {
    let filter = "info,server=trace,portal=trace,app=trace,domain=trace,leptos=trace,leptos_axum=trace,sqlx=trace,tower_http=trace";
    let program = TestProgram::new()
        .with_env("GATEHOUSE_OAUTH1_PLAINTEXT_WITHOUT_TLS", "true")
        .with_env("GATEHOUSE_LOG", filter);
    let mut server = program.serve(&[]);
    let code = server.setup_code();
    let origin = server.origin.clone();
    let browser = Browser {
        client: Client::builder().redirect(Policy::none()).build().unwrap(),
        origin: &origin,
    };

    // Creates the first account with the setup page and signs in again.
    let fields = [
        ("code", code.as_str()),
        ("account_name", "Northwind"),
        ("name", "Ada"),
        ("email", EMAIL),
        ("password", PASSWORD),
    ];
    let weak_password = "Qwertyuiop-12345";
    let weak_fields = fields.map(|(name, value)| (name, if name == "password" { weak_password } else { value }));
    let weak = browser.post("/fn/setup/complete", "", &weak_fields).await;
    assert_eq!(weak.status(), 400);
    assert!(weak.text().await.unwrap().contains("too easy to guess"));
    let set_up = browser.post("/fn/setup/complete", "", &fields).await;
    let known_browser = known_browser_set_cookie(&set_up).unwrap();
    let known_browser = known_browser.split(['=', ';']).nth(1).unwrap().to_owned();
    let first = session_cookie(&set_up).unwrap();
    let wrong_password = "a password that is not Ada's";
    let fields = |password| [("email", EMAIL), ("password", password), ("next", "")];
    browser.post("/fn/session/sign-in", "", &fields(wrong_password)).await;
    let second = session_cookie(&browser.post("/fn/session/sign-in", "", &fields(PASSWORD)).await).unwrap();

    // Creates a credential with the command line and one with the three-legged flow.
    let issued = Credential::create(&program);
    assert_eq!(issued.current_user_status(&server).await, 200);
    let token_secret = issued.token_secret.clone();
    let consumer = Credential {
        token: String::new(),
        token_secret: String::new(),
        ..issued
    };
    let body = browser
        .signed("/api/v4/oauth/request_token/", &consumer, &[("oauth_callback", "oob")])
        .await;
    let request_token = Credential {
        token: form_value(&body, "oauth_token"),
        token_secret: form_value(&body, "oauth_token_secret"),
        consumer_key: consumer.consumer_key.clone(),
        consumer_secret: consumer.consumer_secret.clone(),
    };
    let fields = [("oauth_token", request_token.token.as_str()), ("answer", "allow")];
    let outcome: serde_json::Value = browser
        .post("/fn/authorise/decide", &second, &fields)
        .await
        .json()
        .await
        .unwrap();
    let verifier = outcome["Code"]
        .as_str()
        .unwrap_or_else(|| panic!("{outcome}"))
        .to_owned();
    let body = browser
        .signed(
            "/api/v4/oauth/access_token/",
            &request_token,
            &[("oauth_verifier", &verifier)],
        )
        .await;
    let exchanged_secret = form_value(&body, "oauth_token_secret");

    // Creates a consumer on the page, which shows its secret once.
    let created = browser
        .post(
            "/fn/consumers/create",
            &first,
            &[("name", "From the page"), ("back", "/settings/portal/api-tokens")],
        )
        .await;
    assert_eq!(created.status(), 200, "{created:?}");
    let request = browser
        .client
        .get(format!("{origin}/settings/portal/api-tokens"))
        .header("cookie", &first);
    let page = request
        .header("accept", "text/html")
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let page_secret = find_secret(&page);

    let mut granted = oauth2_secrets(&program, &browser, &second).await;
    granted.extend(connector_secrets(&browser, &second).await);
    // Ends all other sessions.
    granted.extend(password_secrets(&program, &browser, &second).await);
    let private_key = private_key_prefix();

    // Checks the files while the server runs and after it has stopped.
    let value = |cookie: &str| cookie.split_once('=').unwrap().1.to_owned();
    let key = std::fs::read_to_string(program.folder().join("data/master.key"))
        .unwrap()
        .trim()
        .to_owned();
    let secrets = [
        ("setup code", code.clone()),
        ("setup code without hyphens", code.replace('-', "")),
        ("password", PASSWORD.to_owned()),
        ("wrong password", wrong_password.to_owned()),
        ("weak password", weak_password.to_owned()),
        ("known browser", known_browser),
        ("first session", value(&first)),
        ("second session", value(&second)),
        ("consumer secret", consumer.consumer_secret.clone()),
        ("token secret", token_secret),
        ("request token's secret", request_token.token_secret.clone()),
        ("verifier", verifier),
        ("exchanged token's secret", exchanged_secret),
        ("secret on the page", page_secret),
    ];
    let check = |moment: &str| {
        for (name, secret) in secrets.iter().chain(&granted) {
            assert!(secret.len() >= 8, "{name}: {secret}");
            assert_eq!(
                files_containing(program.folder(), secret),
                Vec::<String>::new(),
                "{name}, {moment}"
            );
        }
        assert_eq!(files_containing(program.folder(), &key), ["master.key"], "{moment}");
        for form in [private_key.clone(), STANDARD.encode(&private_key).into_bytes()] {
            assert_eq!(
                files_containing(program.folder(), form),
                Vec::<String>::new(),
                "private key, {moment}"
            );
        }
    };
    check("while it runs");
    server.signal("TERM");
    assert_eq!(server.wait_for_exit(), Some(0));
    check("afterward");
    // Confirms that the search finds values that are present.
    assert!(
        files_containing(program.folder(), EMAIL)
            .iter()
            .any(|file| file.starts_with("gatehouse.db"))
    );
    assert!(files_containing(program.folder(), "/fn/session/sign-in").contains(&"log".to_owned()));
}
