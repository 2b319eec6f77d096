//! Tests that going back to a dialog that was submitted without script leads to its result.

use crate::test_site::{TestSite, header};
use reqwest::{RequestBuilder, Response, StatusCode};
use rstest::rstest;
use server::config::Overrides;
use testing::Engine;

const LIST: &str = "/settings/portal/api-tokens?show=consumers";
const DIALOG: &str = "/settings/portal/api-tokens?show=consumers&dialog=new-consumer";

/// The header that a navigation has in addition to those of every navigation.
type ExtraHeader = Option<(&'static str, &'static str)>;
const BACK: ExtraHeader = None;
const LINK: ExtraHeader = Some(("sec-fetch-user", "?1"));
const PREFETCH: ExtraHeader = Some(("sec-purpose", "prefetch"));

/// Returns the `Set-Cookie` line of the named cookie.
fn set_cookie<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    let lines = response.headers().get_all("set-cookie").iter();
    let mut lines = lines.map(|line| line.to_str().unwrap());
    lines.find(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with('=')))
}

/// Returns the cookie of the submitted dialog, as the browser sends it back.
fn dialog_cookie(response: &Response) -> Option<String> {
    let line = set_cookie(response, "gatehouse-dialog")?;
    line.split(';').next().map(str::to_owned)
}

/// Returns the request that submits the form of the dialog.
fn submission(site: &TestSite, name: &str, cookie: &str) -> RequestBuilder {
    let fields = [("name", name), ("back", LIST)];
    let request = site.post("/fn/consumers/create", &fields).header("cookie", cookie);
    request.header("referer", format!("{}{DIALOG}", site.origin()))
}

async fn create(site: &TestSite, name: &str, cookie: &str) -> Response {
    let request = submission(site, name, cookie).header("sec-fetch-user", "?1");
    request.send().await.unwrap()
}

/// Opens a page from another page of the portal.
async fn open(site: &TestSite, url: &str, cookie: &str, extra: ExtraHeader) -> Response {
    let mut request = site
        .request(reqwest::Method::GET, url)
        .header("accept", "text/html")
        .header("cookie", cookie);
    let headers = [
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
    ];
    for (name, value) in headers.into_iter().chain(extra) {
        request = request.header(name, value);
    }
    request.send().await.unwrap()
}

#[rstest]
#[tokio::test]
async fn going_back_to_a_submitted_dialog_leads_to_its_result(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let session = site.sign_in().await;
    assert_eq!(open(&site, DIALOG, &session, BACK).await.status(), StatusCode::OK);

    let rejected = create(&site, "", &session).await;
    assert!(header(&rejected, "location").contains("__err="), "{rejected:?}");
    assert_eq!(dialog_cookie(&rejected), None);

    let created = create(&site, "Web shop", &session).await;
    let result = header(&created, "location");
    let cookie = format!("{session}; {}", dialog_cookie(&created).unwrap());
    for url in [DIALOG.to_owned(), format!("{DIALOG}&name=Draft")] {
        let back = open(&site, &url, &cookie, BACK).await;
        assert_eq!(
            (back.status(), header(&back, "location")),
            (StatusCode::SEE_OTHER, result),
            "{url}"
        );
        assert_eq!(header(&back, "cache-control"), "no-store", "{url}");
    }
    for url in [
        LIST,
        "/settings/portal/api-tokens?dialog=new-token",
        "/sessions?dialog=new-consumer",
    ] {
        assert_eq!(open(&site, url, &cookie, BACK).await.status(), StatusCode::OK, "{url}");
    }
    assert_eq!(open(&site, DIALOG, &session, BACK).await.status(), StatusCode::OK);
    assert_eq!(open(&site, DIALOG, "", BACK).await.status(), StatusCode::SEE_OTHER);

    for extra in [LINK, PREFETCH] {
        let opened = open(&site, DIALOG, &cookie, extra).await;
        assert_eq!(opened.status(), StatusCode::OK, "{extra:?}");
        assert_eq!(
            dialog_cookie(&opened).as_deref(),
            Some("gatehouse-dialog="),
            "{extra:?}"
        );
    }
}

#[rstest]
#[tokio::test]
async fn browser_that_does_not_mark_links_opens_the_dialog_again(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let session = site.sign_in().await;
    let request = submission(&site, "Web shop", &session);
    let request = request
        .header("sec-fetch-site", "same-origin")
        .header("sec-fetch-mode", "navigate")
        .header("sec-fetch-dest", "document");
    let created = request.send().await.unwrap();
    assert_eq!(created.status(), StatusCode::FOUND);
    assert_eq!(dialog_cookie(&created), None, "{created:?}");
}

#[rstest]
#[tokio::test]
async fn planted_cookie_does_not_redirect_to_another_site_or_in_a_loop(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let session = site.sign_in().await;
    for led_to in [
        "https%3A%2F%2Fevil.example",
        "%2F%2Fevil.example",
        "%2F%5Cevil.example",
        "%2Fx%0D%0ASet-Cookie%3A%20a%3Db",
        "%2Fsettings%2Fportal%2Fapi-tokens%3Fdialog%3Dnew-consumer",
        "%2Fsettings%2Fportal%2Fapi-tokens%2F%3F%2564ialog%3Dnew-consumer",
        "%2Fsign-in%3Fnext%3D%252Fsettings%252Fportal%252Fapi-tokens%253Fdialog%253Dnew-consumer",
        "%2Fsettings&x",
        "",
        "x",
    ] {
        let cookie = format!("{session}; gatehouse-dialog=%2Fsettings%2Fportal%2Fapi-tokens&new-consumer&{led_to}");
        assert_eq!(
            open(&site, DIALOG, &cookie, BACK).await.status(),
            StatusCode::OK,
            "{led_to}"
        );
    }
}

#[rstest]
#[tokio::test]
async fn cookie_that_another_domain_can_plant_is_ignored_with_tls(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let overrides = Overrides {
        public_url: Some("https://portal.example.com".to_owned()),
        ..Overrides::default()
    };
    let site = TestSite::start_with(engine, overrides).await;
    let session = site.sign_in().await;
    let created = create(&site, "Web shop", &session).await;
    let line = set_cookie(&created, "__Host-gatehouse-dialog").unwrap();
    let (cookie, attributes) = line.split_once("; ").unwrap();
    for attribute in ["Path=/", "HttpOnly", "Secure", "SameSite=Lax"] {
        assert!(attributes.split("; ").any(|part| part == attribute), "{line}");
    }
    assert!(!attributes.contains("Domain"), "{line}");

    // Browsers let no other domain and no page without TLS set a cookie with the prefix.
    let planted = cookie.trim_start_matches("__Host-");
    for (cookie, expected) in [(planted, StatusCode::OK), (cookie, StatusCode::SEE_OTHER)] {
        let back = open(&site, DIALOG, &format!("{session}; {cookie}"), BACK).await;
        assert_eq!(back.status(), expected, "{cookie}");
    }
}
