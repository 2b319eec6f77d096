//! Tests redirects after form posts, which `form-action 'self'` restricts to the portal.

use crate::test_site::{EMAIL, PASSWORD, TestSite, header, refresh_target, session_set_cookie};
use reqwest::{Response, StatusCode};

async fn sign_in(site: &TestSite, next: &str) -> Response {
    let fields = [("email", EMAIL), ("password", PASSWORD), ("next", next)];
    site.post("/fn/session/sign-in", &fields).send().await.unwrap()
}

#[tokio::test]
async fn sign_in_to_an_authorization_request_continues_with_a_refresh_page() {
    let site = TestSite::start().await;
    for next in [
        "/oauth2/authorise?client_id=1&state=a%20b",
        "/oauth1/authorise?oauth_token=1",
        "/v6/authentication/oauth2/auth?client_id=1",
    ] {
        let response = sign_in(&site, next).await;
        assert_eq!(response.status(), StatusCode::OK, "{next}");
        assert!(session_set_cookie(&response).is_some());
        assert!(response.headers().get("location").is_none());
        assert_eq!(header(&response, "cache-control"), "no-store");
        assert!(header(&response, "content-security-policy").contains("default-src 'none'"));
        assert_eq!(refresh_target(response).await, next);
    }
}

#[tokio::test]
async fn sign_in_to_a_portal_page_redirects() {
    let site = TestSite::start().await;
    for next in ["", "/settings?x=/oauth2/authorise"] {
        let response = sign_in(&site, next).await;
        assert_eq!(response.status(), StatusCode::FOUND, "{next}");
        assert!(header(&response, "location").starts_with('/'));
    }
}

#[tokio::test]
async fn consent_form_continues_to_the_application_with_a_refresh_page() {
    let site = TestSite::start().await;
    let cookie = site.sign_in().await;
    for redirect_uri in ["https://app.example.com/back?kept=yes", "com.example.app:/back"] {
        let fields = [
            ("name", redirect_uri),
            ("grant", "public"),
            ("user", ""),
            ("redirect_uris", redirect_uri),
            ("scopes[]", "current.user:read"),
        ];
        let created = site
            .post("/fn/oauth-apps/create", &fields)
            .header("cookie", &cookie)
            .send()
            .await
            .unwrap();
        let client_id = header(&created, "location").rsplit('/').next().unwrap().to_owned();
        // An S256 challenge. The test does not need its verifier.
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        let request = crate::test_site::form(&[
            ("response_type", "code"),
            ("client_id", &client_id),
            ("redirect_uri", redirect_uri),
            ("state", "\"><b id=stored>"),
            ("code_challenge", challenge),
            ("code_challenge_method", "S256"),
        ]);
        for (choice, member) in [("allow", "code="), ("refuse", "error=access_denied")] {
            let fields = [("request", request.as_str()), ("answer", choice)];
            let response = site
                .post("/fn/oauth2/decide", &fields)
                .header("cookie", &cookie)
                .send()
                .await
                .unwrap();
            assert_eq!(response.status(), StatusCode::OK);
            let target = refresh_target(response).await;
            assert!(target.starts_with(redirect_uri), "{target}");
            assert!(
                target.contains(member) && target.contains("state=%22%3E%3Cb%20id%3Dstored%3E"),
                "{target}"
            );
        }
    }
}
