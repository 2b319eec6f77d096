//! Tests that a form submitted without script keeps its input when the session has ended, for the same user only.

mod attacks;

use crate::test_site::{PASSWORD, TestSite, header, unescape, with_page_data};
use domain::accounts::rights::Rights;
use domain::accounts::users::NewUser;
use domain::auth::sessions::Session;
use portal::accounts::{self, profiles, users};
use reqwest::{Method, Response, StatusCode};
use rstest::rstest;
use serde_json::Value;
use server::config::Overrides;
use server::middleware::MAX_FORM_BYTES;
use testing::Engine;

const CREATE: &str = "/fn/consumers/create";
const LIST: &str = "/settings/portal/api-tokens?show=consumers";
const OTHER_USER: &str = "0192f0c1-2b3c-7d4e-8f90-123456789abc";

type Fields = Vec<(String, String)>;

async fn user_id(site: &TestSite, cookie: &str) -> String {
    let request = site.request(Method::GET, "/fn/session/me");
    let request = request.header("cookie", cookie).header("accept", "application/json");
    let me: Value = request.send().await.unwrap().json().await.unwrap();
    me["user_id"].as_str().unwrap().to_owned()
}

/// Submits a form from the page at `page`.
async fn submit(site: &TestSite, action: &str, fields: &[(&str, &str)], page: &str, cookie: &str) -> Response {
    let request = site.post(action, fields).header("cookie", cookie);
    let request = request.header("referer", format!("{}{page}", site.origin()));
    request.send().await.unwrap()
}

/// Sends the form of a signed-out page, as the browser does.
async fn send_again(site: &TestSite, action: &str, fields: &[(String, String)], cookie: &str) -> Response {
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    submit(site, action, &fields, action, cookie).await
}

/// Returns the names and values of the hidden fields.
fn hidden_fields(page: &str) -> Fields {
    let inputs = page.split("<input type=\"hidden\" name=\"").skip(1);
    let input = |input: &str| {
        let (name, rest) = input.split_once('"').unwrap();
        let value = rest.strip_prefix(" value=\"").and_then(|rest| rest.split_once('"'));
        (unescape(name), unescape(value.unwrap_or_default().0))
    };
    inputs.map(input).collect()
}

async fn signed_out_page(response: Response) -> String {
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(header(&response, "content-type"), "text/html; charset=utf-8");
    assert_eq!(header(&response, "cache-control"), "no-store");
    let policy = header(&response, "content-security-policy");
    assert!(
        policy.contains("default-src 'none'") && policy.contains("form-action 'self'"),
        "{policy}"
    );
    assert!(!policy.contains("script-src"), "{policy}");
    assert!(response.headers().get("location").is_none());
    let page = response.text().await.unwrap();
    assert!(page.contains("You’re signed out"), "{page}");
    assert!(!page.contains("<script"), "{page}");
    page
}

async fn sign_in_as_grace(site: &TestSite) -> String {
    let portal = &site.app.portal;
    let operator = accounts::operator(portal, None).await.unwrap();
    profiles::create(portal, &operator, "Everything", Rights::all())
        .await
        .unwrap();
    let grace = NewUser {
        name: "Grace Hopper".to_owned(),
        email: "grace@example.com".to_owned(),
        password: PASSWORD.to_owned(),
        profile: "Everything".to_owned(),
    };
    users::create(portal, &operator, grace).await.unwrap();
    site.sign_in_as("grace@example.com", PASSWORD).await
}

#[rstest]
#[tokio::test]
async fn form_of_an_ended_session_is_sent_again_after_signing_in(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let cookie = site.sign_in().await;
    let user = user_id(&site, &cookie).await;
    let page_url = format!("{LIST}&dialog=new-consumer");
    let page = site.get(&page_url, Some(&cookie)).await.text().await.unwrap();
    let page_user = ("page_user".to_owned(), user.clone());
    assert!(hidden_fields(&page).contains(&page_user), "{page}");
    submit(&site, "/fn/session/sign-out", &[], LIST, &cookie).await;

    let fields = [
        ("page_user", user.as_str()),
        ("name", "Web \"shop\" & more"),
        ("back", LIST),
    ];
    let kept = hidden_fields(&signed_out_page(submit(&site, CREATE, &fields, &page_url, &cookie).await).await);
    let expected = [
        ("name", "Web \"shop\" & more"),
        ("back", LIST),
        ("page_user", &user),
        ("return_to", &page_url),
    ];
    assert_eq!(kept, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));

    // Sent again too early, it is kept again.
    let early = signed_out_page(send_again(&site, CREATE, &kept, "").await).await;
    assert_eq!(hidden_fields(&early), kept);

    let cookie = site.sign_in().await;
    let sent = send_again(&site, CREATE, &kept, &cookie).await;
    let location = header(&sent, "location").to_owned();
    assert_eq!(sent.status(), StatusCode::FOUND);
    assert!(
        location.starts_with(LIST) && location.contains("created_consumer="),
        "{location}"
    );
    let page = site.get(&location, Some(&cookie)).await.text().await.unwrap();
    assert!(page.contains("The consumer was created"), "{page}");
}

#[rstest]
#[tokio::test]
async fn form_of_another_user_is_rejected(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let ada = site.sign_in().await;
    let user = user_id(&site, &ada).await;
    let fields = [("page_user", user.as_str()), ("name", "Typed by Ada"), ("back", LIST)];
    let kept = hidden_fields(&signed_out_page(submit(&site, CREATE, &fields, LIST, "").await).await);
    let grace = sign_in_as_grace(&site).await;
    let rejected = send_again(&site, CREATE, &kept, &grace).await;
    assert_eq!(rejected.status(), StatusCode::PRECONDITION_FAILED);
    assert!(rejected.headers().get("location").is_none());
    let page = rejected.text().await.unwrap();
    assert!(page.contains("Another user is signed in"), "{page}");
    assert!(!page.contains("Typed by Ada") && !page.contains(&user), "{page}");
    let list = with_page_data(site.get(LIST, Some(&grace)).await.text().await.unwrap());
    assert!(!list.contains("Typed by Ada"), "{list}");

    let sent = send_again(&site, CREATE, &kept, &ada).await;
    assert_eq!(sent.status(), StatusCode::FOUND);
}

#[rstest]
#[tokio::test]
async fn form_without_a_redirect_of_its_own_returns_to_its_page(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    const END: &str = "/fn/sessions/end";
    let site = TestSite::start_with(engine, Overrides::default()).await;
    site.sign_in().await;
    let cookie = site.sign_in().await;
    let user = user_id(&site, &cookie).await;
    let request = site.request(Method::GET, "/fn/sessions/list").header("cookie", &cookie);
    let sessions: Vec<Session> = request.send().await.unwrap().json().await.unwrap();
    let other = sessions.iter().find(|session| !session.current).unwrap().id.to_string();
    let fields = [("page_user", user.as_str()), ("id", &other)];
    let kept = hidden_fields(&signed_out_page(submit(&site, END, &fields, "/sessions?x=1", "").await).await);
    let sent = send_again(&site, END, &kept, &cookie).await;
    assert_eq!(header(&sent, "location"), format!("{}/sessions?x=1", site.origin()));

    for elsewhere in ["https://evil.example/", "//evil.example/", "/\\evil.example/", "evil"] {
        let fields = [("page_user", user.as_str()), ("id", &other), ("return_to", elsewhere)];
        let sent = submit(&site, END, &fields, "/sessions", &cookie).await;
        let location = header(&sent, "location");
        assert!(
            location.starts_with(&format!("{}/sessions?", site.origin())),
            "{location}"
        );
    }
}

#[rstest]
#[tokio::test]
async fn secrets_are_never_shown(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let private_key = "-----BEGIN PRIVATE KEY-----\r\nhush\r\n-----END PRIVATE KEY-----";
    for (action, fields) in [
        (
            "/fn/integration/save-connection",
            [("base", "1"), ("client_secret", "hush")],
        ),
        (
            "/fn/consumers/set-signing",
            [("consumer", OTHER_USER), ("rsa_public_key", private_key)],
        ),
        ("/fn/sessions/end", [("id", OTHER_USER), ("password", "hush")]),
        (
            "/fn/password/change",
            [("current_password", "hush"), ("password", "hush")],
        ),
    ] {
        let fields: Vec<_> = fields.into_iter().chain([("page_user", OTHER_USER)]).collect();
        let page = signed_out_page(submit(&site, action, &fields, LIST, "").await).await;
        assert!(!page.contains("hush"), "{page}");
        assert!(page.contains("Enter them again."), "{page}");
        assert!(page.contains(&format!("name=\"{}\"", fields[1].0)), "{page}");
    }
    // These forms work without a session.
    for action in [
        "/fn/session/sign-in",
        "/fn/setup/complete",
        "/fn/password-resets/request",
        "/fn/password-resets/complete",
    ] {
        let names = ["code", "account_name", "name", "email", "password", "token", "next"];
        let fields: Vec<_> = names.map(|name| (name, "hush")).into_iter().collect();
        let response = submit(&site, action, &fields, "/sign-in", "").await;
        assert_ne!(response.status(), StatusCode::UNAUTHORIZED, "{action}");
        assert!(!response.text().await.unwrap().contains("hush"), "{action}");
    }
}

#[rstest]
#[tokio::test]
async fn input_of_an_unknown_user_or_with_files_is_not_kept(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    for user in ["", "x"] {
        let fields = [("page_user", user), ("name", "typed"), ("back", LIST)];
        assert_lost(submit(&site, CREATE, &fields, LIST, "").await).await;
    }
    let names: Vec<_> = (0..200).map(|number| format!("x{number}")).collect();
    let many = names.iter().map(|name| (name.as_str(), "typed"));
    let fields: Vec<_> = [("page_user", OTHER_USER), ("id", OTHER_USER)]
        .into_iter()
        .chain(many)
        .collect();
    assert_lost(submit(&site, "/fn/sessions/end", &fields, LIST, "").await).await;

    let body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"page_user\"\r\n\r\n{OTHER_USER}\r\n--x\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"typed.txt\"\r\n\r\ntyped\r\n--x--\r\n"
    );
    let upload = site
        .request(Method::POST, "/fn/sessions/end-others")
        .header("accept", "text/html");
    let upload = upload
        .header("origin", site.origin())
        .header("content-type", "multipart/form-data; boundary=x");
    let upload = upload.header("referer", format!("{}{LIST}", site.origin())).body(body);
    assert_lost(upload.send().await.unwrap()).await;
}

async fn assert_lost(response: Response) {
    let page = signed_out_page(response).await;
    assert!(page.contains("can’t be kept"), "{page}");
    assert!(!page.contains("typed") && !page.contains("<form"), "{page}");
    assert!(page.contains("/sign-in?next=%2Fsettings"), "{page}");
}

#[rstest]
#[tokio::test]
async fn form_that_is_too_large_is_rejected_without_a_session(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let long = "x".repeat(MAX_FORM_BYTES);
    let fields = [("page_user", OTHER_USER), ("name", &long), ("back", LIST)];
    let response = submit(&site, CREATE, &fields, LIST, "").await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(!response.text().await.unwrap().contains("xxx"));
}
