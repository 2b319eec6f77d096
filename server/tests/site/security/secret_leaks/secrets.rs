//! Uses the secrets of OAuth 2.0 apps, of the Integration settings and of passwords, and returns them.

use super::{Browser, form_value};
use crate::mailed_links::{newest_token, run_jobs};
use crate::test_program::TestProgram;
use crate::test_site::{EMAIL, PASSWORD, form, session_cookie};
use domain::oauth2::Parameters;
use portal::auth::sessions;
use portal::oauth2::consents;
use portal::{Clock, Keyring, Location, Options, Portal, oauth2};
use serde_json::Value;

/// Shows and uses the API key, saves and tests the DAM's client secret, and returns these secrets.
pub(super) async fn connector_secrets(browser: &Browser<'_>, cookie: &str) -> Vec<(&'static str, String)> {
    let show = async || -> String {
        let response = browser.post("/fn/integration/show-api-key", cookie, &[]).await;
        response.json().await.unwrap()
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

/// Registers an app with two secrets, runs the authorization code grant, refreshes, and returns all secrets involved.
pub(super) async fn oauth2_secrets(
    program: &TestProgram,
    browser: &Browser<'_>,
    cookie: &str,
) -> Vec<(&'static str, String)> {
    let redirect_uri = "https://app.example/back";
    let arguments = [
        "oauth-app",
        "create",
        "--name",
        "Gallery",
        "--grant",
        "authorization_code",
    ];
    let more = [
        "--redirect-uri",
        redirect_uri,
        "--scope",
        "offline",
        "--scope",
        "current.user:read",
        "--rotate-refresh-tokens",
        "--signing-algorithm",
        "RS256",
    ];
    let app = program.json(&[&arguments[..], &more].concat(), "");
    let added = program.json(&["oauth-app", "add-secret", "Gallery"], "");
    let member = |value: &Value, name: &str| {
        let text = value[name].as_str();
        text.unwrap_or_else(|| panic!("no {name} in {value}")).to_owned()
    };
    let (id, secret) = (member(&app, "client_id"), member(&app, "client_secret"));
    let code = authorization_code(program, browser.origin, cookie, &id).await;
    let request_tokens = async |fields: &[(&str, &str)], secret: &str| -> Value {
        let request = browser
            .client
            .post(format!("{}/v6/authentication/oauth2/token", browser.origin));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let response = request
            .basic_auth(&id, Some(secret))
            .body(form(fields))
            .send()
            .await
            .unwrap();
        response.json().await.unwrap()
    };
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", redirect_uri),
    ];
    let first = request_tokens(&fields, &secret).await;
    let refresh = member(&first, "refresh_token");
    let added = member(&added, "client_secret");
    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
    let second = request_tokens(&fields, &added).await;
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

/// Changes the password and resets it with a mailed link, and returns the passwords and the link's token.
pub(super) async fn password_secrets(
    program: &TestProgram,
    browser: &Browser<'_>,
    cookie: &str,
) -> Vec<(&'static str, String)> {
    let [wrong, changed, weak, reset] = [
        "not the current one",
        "ladder of nine walnuts",
        "Qwertyuiop-12345",
        "tunnel of seven lanterns",
    ];
    for (current, status) in [(wrong, 400_u16), (PASSWORD, 200)] {
        let fields = [("current_password", current), ("password", changed)];
        let response = browser.post("/fn/password/change", cookie, &fields).await;
        assert_eq!(response.status(), status);
    }
    let asked = browser
        .post("/fn/password-resets/request", "", &[("email", EMAIL)])
        .await;
    assert_eq!(asked.status(), 200);
    let portal = open_portal(program).await;
    run_jobs(&portal).await;
    let token = newest_token(&portal).await;
    portal.close().await;
    let page = format!("/reset-password?token={token}");
    let data = format!("/fn/password-resets/link?token={token}");
    let open_page = async || {
        for (url, accept) in [(&page, "text/html"), (&data, "application/json")] {
            let request = browser.client.get(format!("{}{url}", browser.origin));
            let response = request.header("accept", accept).send().await.unwrap();
            assert_eq!(response.status(), 200, "{url}");
        }
    };
    open_page().await;
    // Without script, the browser sends the URL of the page as the referrer, and is redirected to it.
    let fields = [("token", token.as_str()), ("password", weak)];
    let request = browser
        .client
        .post(format!("{}/fn/password-resets/complete", browser.origin));
    let request = request
        .header("origin", browser.origin)
        .header("accept", "text/html")
        .header("content-type", "application/x-www-form-urlencoded");
    let request = request.header("referer", format!("{}{}", browser.origin, page));
    let rejected = request.body(form(&fields)).send().await.unwrap();
    assert_eq!(rejected.status(), 302);
    let location = rejected.headers()["location"].to_str().unwrap();
    assert!(location.starts_with(&page), "{location}");
    let fields = [("token", token.as_str()), ("password", reset)];
    let signed_in = browser.post("/fn/password-resets/complete", "", &fields).await;
    let session = session_cookie(&signed_in).unwrap();
    open_page().await;
    vec![
        ("wrong current password", wrong.to_owned()),
        ("changed password", changed.to_owned()),
        ("weak new password", weak.to_owned()),
        ("reset password", reset.to_owned()),
        ("session after the reset", session.split_once('=').unwrap().1.to_owned()),
        ("token of the link", token),
    ]
}

/// Opens the portal beside the server.
async fn open_portal(program: &TestProgram) -> Portal {
    let data = program.folder().join("data");
    Portal::open(Options {
        database: Location::File(data.join("gatehouse.db")),
        keyring: Keyring::parse(&std::fs::read_to_string(data.join("master.key")).unwrap()).unwrap(),
        clock: Clock::System,
        http_client: portal::http_client::HttpClientConfig::default(),
        mail: testing::mail_config(),
    })
    .await
    .unwrap()
}

/// Grants access to the app as the consent page does, and returns the authorization code.
async fn authorization_code(program: &TestProgram, origin: &str, cookie: &str, client_id: &str) -> String {
    let portal = open_portal(program).await;
    let cookie = cookie.split_once('=').unwrap().1;
    let user = sessions::find(&portal, cookie).await.unwrap().expect("signed in");
    let policy = oauth2::Policy {
        issuer: origin.to_owned(),
    };
    let request = form(&[("response_type", "code"), ("client_id", client_id)]);
    let parameters = Parameters::parse(request.as_bytes()).unwrap();
    let address = consents::allow(&portal, &policy, &user, &parameters).await.unwrap();
    portal.close().await;
    form_value(address.split_once('?').unwrap().1, "code")
}
