//! Where a form leads, with `form-action 'self'` on every page.

use crate::support::{EMAIL, PASSWORD, Site, header, refresh_target, session_line};
use reqwest::{Response, StatusCode};

async fn sign_in(site: &Site, next: &str) -> Response {
    let fields = [("email", EMAIL), ("password", PASSWORD), ("next", next)];
    site.post("/fn/session/sign-in", &fields).send().await.unwrap()
}

#[tokio::test]
async fn signing_in_on_the_way_to_an_application_leads_on_by_a_page() {
    let site = Site::start().await;
    for next in [
        "/oauth2/authorise?client_id=1&state=a%20b",
        "/oauth1/authorise?oauth_token=1",
        "/v6/authentication/oauth2/auth?client_id=1",
    ] {
        let answer = sign_in(&site, next).await;
        assert_eq!(answer.status(), StatusCode::OK, "{next}");
        assert!(session_line(&answer).is_some());
        assert!(answer.headers().get("location").is_none());
        assert_eq!(header(&answer, "cache-control"), "no-store");
        assert!(header(&answer, "content-security-policy").contains("default-src 'none'"));
        assert_eq!(refresh_target(answer).await, next);
    }
}

#[tokio::test]
async fn signing_in_to_a_page_of_the_portal_redirects() {
    let site = Site::start().await;
    for next in ["", "/settings?x=/oauth2/authorise"] {
        let answer = sign_in(&site, next).await;
        assert_eq!(answer.status(), StatusCode::FOUND, "{next}");
        assert!(header(&answer, "location").starts_with('/'));
    }
}

#[tokio::test]
async fn a_consent_form_leads_to_the_application_by_a_page() {
    let site = Site::start().await;
    let cookie = site.sign_in().await;
    for redirect_uri in ["https://app.example.com/back?kept=yes", "com.example.app:/back"] {
        let fields = [
            ("name", redirect_uri),
            ("grant", "public"),
            ("user", ""),
            ("redirect_uris", redirect_uri),
            ("scopes[]", "current.user:read"),
        ];
        let made = site
            .post("/fn/oauth-apps/create", &fields)
            .header("cookie", &cookie)
            .send()
            .await
            .unwrap();
        let client_id = header(&made, "location").rsplit('/').next().unwrap().to_owned();
        // By S256 of a verifier that nobody needs here.
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        let request = crate::support::form(&[
            ("response_type", "code"),
            ("client_id", &client_id),
            ("redirect_uri", redirect_uri),
            ("state", "\"><b id=stored>"),
            ("code_challenge", challenge),
            ("code_challenge_method", "S256"),
        ]);
        for (choice, member) in [("allow", "code="), ("refuse", "error=access_denied")] {
            let fields = [("request", request.as_str()), ("answer", choice)];
            let answer = site
                .post("/fn/oauth2/decide", &fields)
                .header("cookie", &cookie)
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status(), StatusCode::OK);
            let target = refresh_target(answer).await;
            assert!(target.starts_with(redirect_uri), "{target}");
            assert!(
                target.contains(member) && target.contains("state=%22%3E%3Cb%20id%3Dstored%3E"),
                "{target}"
            );
        }
    }
}
