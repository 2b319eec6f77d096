//! Nothing secret is in the database file, in the logs, or in what a panic says.

use crate::process::Credential;
use crate::program::Program;
use crate::support::{EMAIL, PASSWORD, cookie, form, known_browser_line};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::oauth2::Parameters;
use portal::auth::sessions;
use portal::oauth2::consents;
use portal::{Clock, Keyring, Location, Options, Portal, oauth2};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use serde_json::Value;
use std::path::Path;

/// The `name=value` of a form body.
fn part(body: &str, name: &str) -> String {
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
        let answer = request
            .header("authorization", credential.header(more))
            .send()
            .await
            .unwrap();
        let (status, body) = (answer.status(), answer.text().await.unwrap());
        assert_eq!(status, 200, "{body}");
        body
    }
}

/// The API key, shown and used; the DAM's client secret, saved and tried.
async fn connector_secrets(browser: &Browser<'_>, cookie: &str) -> Vec<(&'static str, String)> {
    let show = async || -> String {
        let answer = browser.post("/fn/integration/show-api-key", cookie, &[]).await;
        answer.json().await.unwrap()
    };
    let before = show().await;
    let settings = format!("{}/api/connector/v1/settings", browser.origin);
    for key in [before.as_str(), "no-such-key-at-all"] {
        let request = browser.client.get(&settings).header("x-api-key", key);
        request.send().await.unwrap();
    }
    let client_secret = "client-secret-of-the-dam".to_owned();
    let fields = [
        ("base", "0"),
        ("url", "127.0.0.1"),
        ("dam", "bynder"),
        ("client_id", "client"),
        ("client_secret", client_secret.as_str()),
    ];
    let saved = browser.post("/fn/integration/save-connection", cookie, &fields).await;
    assert_eq!(saved.status(), 200, "{saved:?}");
    let tested = browser.post("/fn/integration/test-connection", cookie, &[]).await;
    assert_eq!(tested.status(), 200, "{tested:?}");
    vec![
        ("API key", before),
        ("wrong API key", "no-such-key-at-all".to_owned()),
        ("client secret of the DAM", client_secret),
    ]
}

/// The one secret that the page shows: 256 bits in Base64.
fn shown_secret(page: &str) -> String {
    let mut words = page.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-' && letter != '_');
    words
        .find(|word| word.len() == 43)
        .unwrap_or_else(|| panic!("no secret in {page}"))
        .to_owned()
}

/// Files of the folder whose bytes hold `secret`.
fn places(folder: &Path, secret: impl AsRef<[u8]>) -> Vec<String> {
    let secret = secret.as_ref();
    let holds = |path: &Path| {
        let bytes = std::fs::read(path).unwrap();
        bytes.windows(secret.len()).any(|window| window == secret)
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(places(&path, secret));
        } else if holds(&path) {
            found.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    found
}

/// An app with two secrets gets a code, tokens for it, and newer ones for the refresh token: everything secret in that.
async fn oauth2_secrets(program: &Program, browser: &Browser<'_>, cookie: &str) -> Vec<(&'static str, String)> {
    let back = "https://app.example/back";
    let words = [
        "oauth-app",
        "create",
        "--name",
        "Gallery",
        "--grant",
        "authorization_code",
    ];
    let more = [
        "--redirect-uri",
        back,
        "--scope",
        "offline",
        "--scope",
        "current.user:read",
        "--rotate-refresh-tokens",
        "--signing-algorithm",
        "RS256",
    ];
    let app = program.json(&[&words[..], &more].concat(), "");
    let added = program.json(&["oauth-app", "add-secret", "Gallery"], "");
    let member = |value: &Value, name: &str| {
        let text = value[name].as_str();
        text.unwrap_or_else(|| panic!("no {name} in {value}")).to_owned()
    };
    let (id, secret) = (member(&app, "client_id"), member(&app, "client_secret"));
    let code = allowed_code(program, browser.origin, cookie, &id).await;
    let ask = async |fields: &[(&str, &str)], secret: &str| -> Value {
        let request = browser
            .client
            .post(format!("{}/v6/authentication/oauth2/token", browser.origin));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request
            .basic_auth(&id, Some(secret))
            .body(form(fields))
            .send()
            .await
            .unwrap();
        answer.json().await.unwrap()
    };
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", back),
    ];
    let first = ask(&fields, &secret).await;
    let refresh = member(&first, "refresh_token");
    let added = member(&added, "client_secret");
    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
    let second = ask(&fields, &added).await;
    let access = member(&second, "access_token");
    let request = browser.client.get(format!("{}/api/v4/currentUser", browser.origin));
    assert_eq!(request.bearer_auth(&access).send().await.unwrap().status(), 200);
    vec![
        ("client secret", secret),
        ("added client secret", added),
        ("authorization code", code),
        ("access token", member(&first, "access_token")),
        ("refresh token", refresh),
        ("second access token", access),
        ("second refresh token", member(&second, "refresh_token")),
    ]
}

/// What the consent page does once the person has allowed the app.
async fn allowed_code(program: &Program, origin: &str, cookie: &str, client_id: &str) -> String {
    let data = program.folder().join("data");
    let portal = Portal::open(Options {
        database: Location::File(data.join("gatehouse.db")),
        keyring: Keyring::parse(&std::fs::read_to_string(data.join("master.key")).unwrap()).unwrap(),
        clock: Clock::System,
        outgoing: portal::http_client::Policy::default(),
    })
    .await
    .unwrap();
    let cookie = cookie.split_once('=').unwrap().1;
    let person = sessions::find(&portal, cookie).await.unwrap().expect("signed in");
    let policy = oauth2::Policy {
        issuer: origin.to_owned(),
    };
    let request = form(&[("response_type", "code"), ("client_id", client_id)]);
    let parameters = Parameters::parse(request.as_bytes()).unwrap();
    let address = consents::allow(&portal, &policy, &person, &parameters).await.unwrap();
    portal.close().await;
    part(address.split_once('?').unwrap().1, "code")
}

/// What every private key of this kind begins with: that it is one, and of which curve.
fn beginning_of_private_keys() -> Vec<u8> {
    let key = || {
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        made.as_ref()[..27].to_vec()
    };
    let beginning = key();
    assert_eq!(beginning, key());
    beginning
}

#[tokio::test]
async fn no_secret_is_written_anywhere() {
    let filter = "info,server=trace,portal=trace,app=trace,domain=trace,leptos=trace,leptos_axum=trace,sqlx=trace,tower_http=trace";
    let program = Program::new()
        .with("GATEHOUSE_OAUTH1_PLAINTEXT_WITHOUT_TLS", "true")
        .with("GATEHOUSE_LOG", filter);
    let mut server = program.serve(&[]);
    let code = server.setup_code();
    let origin = server.origin.clone();
    let browser = Browser {
        client: Client::builder().redirect(Policy::none()).build().unwrap(),
        origin: &origin,
    };

    // The first account, by the setup page, and signing in once more.
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
    let known_browser = known_browser_line(&set_up).unwrap();
    let known_browser = known_browser.split(['=', ';']).nth(1).unwrap().to_owned();
    let first = cookie(&set_up).unwrap();
    let wrong_password = "a password that is not Ada's";
    let fields = |password| [("email", EMAIL), ("password", password), ("next", "")];
    browser.post("/fn/session/sign-in", "", &fields(wrong_password)).await;
    let second = cookie(&browser.post("/fn/session/sign-in", "", &fields(PASSWORD)).await).unwrap();

    // A credential from the command line, and one by the three-legged flow.
    let issued = Credential::issue(&program);
    assert_eq!(issued.me(&server).await, 200);
    let token_secret = issued.token_secret.clone();
    let consumer = Credential {
        token: String::new(),
        token_secret: String::new(),
        ..issued
    };
    let body = browser
        .signed("/api/v4/oauth/request_token/", &consumer, &[("oauth_callback", "oob")])
        .await;
    let asked = Credential {
        token: part(&body, "oauth_token"),
        token_secret: part(&body, "oauth_token_secret"),
        consumer_key: consumer.consumer_key.clone(),
        consumer_secret: consumer.consumer_secret.clone(),
    };
    let fields = [("oauth_token", asked.token.as_str()), ("answer", "allow")];
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
        .signed("/api/v4/oauth/access_token/", &asked, &[("oauth_verifier", &verifier)])
        .await;
    let exchanged_secret = part(&body, "oauth_token_secret");

    // A consumer from the page, with its secret shown there once.
    let made = browser
        .post(
            "/fn/consumers/create",
            &first,
            &[("name", "From the page"), ("back", "/settings/portal/api-tokens")],
        )
        .await;
    assert_eq!(made.status(), 200, "{made:?}");
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
    let shown = shown_secret(&page);

    let mut granted = oauth2_secrets(&program, &browser, &second).await;
    granted.extend(connector_secrets(&browser, &second).await);
    let private_key = beginning_of_private_keys();

    // As it is while the server runs, and as it is left.
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
        ("request token's secret", asked.token_secret.clone()),
        ("verifier", verifier),
        ("exchanged token's secret", exchanged_secret),
        ("secret on the page", shown),
    ];
    let check = |moment: &str| {
        for (name, secret) in secrets.iter().chain(&granted) {
            assert!(secret.len() >= 8, "{name}: {secret}");
            assert_eq!(
                places(program.folder(), secret),
                Vec::<String>::new(),
                "{name}, {moment}"
            );
        }
        assert_eq!(places(program.folder(), &key), ["master.key"], "{moment}");
        for form in [private_key.clone(), STANDARD.encode(&private_key).into_bytes()] {
            assert_eq!(
                places(program.folder(), form),
                Vec::<String>::new(),
                "private key, {moment}"
            );
        }
    };
    check("while it runs");
    server.signal("TERM");
    assert_eq!(server.ended(), Some(0));
    check("afterwards");
    // The search finds what is there.
    assert!(
        places(program.folder(), EMAIL)
            .iter()
            .any(|file| file.starts_with("gatehouse.db"))
    );
    assert!(places(program.folder(), "/fn/session/sign-in").contains(&"log".to_owned()));
}
