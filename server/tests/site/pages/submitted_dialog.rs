//! Tests that going back to a dialog that was submitted without script leads to its result.

use crate::test_site::{TestSite, header};
use reqwest::{Response, StatusCode};
use rstest::rstest;
use server::config::Overrides;
use testing::Engine;

const LIST: &str = "/settings/portal/api-tokens?show=consumers";
const DIALOG: &str = "/settings/portal/api-tokens?show=consumers&dialog=new-consumer";

/// Returns the cookie of the submitted dialog, as the browser sends it back.
fn dialog_cookie(response: &Response) -> Option<String> {
    let mut lines = response
        .headers()
        .get_all("set-cookie")
        .iter()
        .map(|line| line.to_str().unwrap());
    let line = lines.find(|line| line.starts_with("gatehouse-dialog="))?;
    Some(line.split(';').next().unwrap().to_owned())
}

/// Submits the form of the dialog.
async fn create(site: &TestSite, name: &str, cookie: &str) -> Response {
    let fields = [("name", name), ("back", LIST)];
    let request = site.post("/fn/consumers/create", &fields).header("cookie", cookie);
    let referer = format!("{}{DIALOG}", site.origin());
    request.header("referer", referer).send().await.unwrap()
}

/// Opens a page, with `Sec-Fetch-User` if the user follows a link.
async fn open(site: &TestSite, url: &str, cookie: &str, by_link: bool) -> Response {
    let mut request = site
        .request(reqwest::Method::GET, url)
        .header("accept", "text/html")
        .header("cookie", cookie);
    for (name, value) in [
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
    ] {
        request = request.header(name, value);
    }
    if by_link {
        request = request.header("sec-fetch-user", "?1");
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
    assert_eq!(open(&site, DIALOG, &session, false).await.status(), StatusCode::OK);

    let rejected = create(&site, "", &session).await;
    assert!(header(&rejected, "location").contains("__err="), "{rejected:?}");
    assert_eq!(dialog_cookie(&rejected), None);

    let created = create(&site, "Web shop", &session).await;
    let result = header(&created, "location");
    let cookie = format!("{session}; {}", dialog_cookie(&created).unwrap());
    for url in [DIALOG.to_owned(), format!("{DIALOG}&name=Draft")] {
        let back = open(&site, &url, &cookie, false).await;
        assert_eq!(
            (back.status(), header(&back, "location")),
            (StatusCode::SEE_OTHER, result),
            "{url}"
        );
    }
    for url in [
        LIST,
        "/settings/portal/api-tokens?dialog=new-token",
        "/sessions?dialog=new-consumer",
    ] {
        assert_eq!(open(&site, url, &cookie, false).await.status(), StatusCode::OK, "{url}");
    }
    assert_eq!(open(&site, DIALOG, &session, false).await.status(), StatusCode::OK);
    assert_eq!(open(&site, DIALOG, "", false).await.status(), StatusCode::SEE_OTHER);

    let opened = open(&site, DIALOG, &cookie, true).await;
    assert_eq!(opened.status(), StatusCode::OK);
    assert_eq!(dialog_cookie(&opened).as_deref(), Some("gatehouse-dialog="));
}

#[rstest]
#[tokio::test]
async fn planted_cookie_does_not_redirect_to_another_site(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let session = site.sign_in().await;
    for led_to in [
        "https%3A%2F%2Fevil.example",
        "%2F%2Fevil.example",
        "%2F%5Cevil.example",
        "",
        "x",
    ] {
        let cookie = format!("{session}; gatehouse-dialog=%2Fsettings%2Fportal%2Fapi-tokens&new-consumer&{led_to}");
        assert_eq!(
            open(&site, DIALOG, &cookie, false).await.status(),
            StatusCode::OK,
            "{led_to}"
        );
    }
}
