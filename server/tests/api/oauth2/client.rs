//! Helpers that act as an OAuth 2.0 client.

use crate::http::{Request, Response};
use crate::test_server::TestServer;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::ids::OauthAppId;
use domain::oauth2::Parameters;
use domain::oauth2::oauth_apps::{AppForm, SigningAlgorithm, TokenSettingsForm};
use portal::oauth2::Policy;
use portal::oauth2::consents::{self, Outcome};
use portal::oauth2::oauth_apps;

pub const TOKEN: &str = "/v6/authentication/oauth2/token";
pub const REVOKE: &str = "/v6/authentication/oauth2/revoke";
pub const INTROSPECT: &str = "/v6/authentication/oauth2/introspect";
pub const CALLBACK: &str = "https://app.example.com/callback";

/// The code verifier of RFC 7636, appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

pub const ALL_SCOPES: &str = "offline current.user:read current.profile:read admin.user:read admin.profile:read asset:read \
                              asset.usage:read asset.usage:write";

/// Holds a registered app's id and its first secret.
#[derive(Debug, Clone)]
pub struct Client {
    pub id: OauthAppId,
    pub secret: Option<String>,
}

/// Returns the form of a client credentials app that acts as Ada.
pub fn service_app() -> AppForm {
    AppForm {
        name: "Connector".to_owned(),
        grant: "client_credentials".to_owned(),
        user: "ada@example.com".to_owned(),
        redirect_uris: String::new(),
        scopes: split_scopes("current.user:read admin.user:read asset:read"),
    }
}

/// Returns the form of a confidential authorization code app.
pub fn web_app() -> AppForm {
    AppForm {
        name: "Web app".to_owned(),
        grant: "authorization_code".to_owned(),
        user: String::new(),
        redirect_uris: CALLBACK.to_owned(),
        scopes: split_scopes(ALL_SCOPES),
    }
}

/// Returns token settings with refresh token rotation.
pub fn rotation_settings() -> TokenSettingsForm {
    TokenSettingsForm {
        rotate_refresh_tokens: true,
        ..default_token_settings()
    }
}

/// Returns the default token settings of a new app.
pub fn default_token_settings() -> TokenSettingsForm {
    SigningAlgorithm::Es256.into()
}

/// Returns token settings with RS256 signatures.
pub fn rs256_settings() -> TokenSettingsForm {
    SigningAlgorithm::Rs256.into()
}

/// Returns token settings that allow introspection, as for a resource server.
pub fn introspection_settings() -> TokenSettingsForm {
    TokenSettingsForm {
        allow_introspection: true,
        ..default_token_settings()
    }
}

/// Returns the form of a public client.
pub fn native_app() -> AppForm {
    AppForm {
        name: "Native app".to_owned(),
        grant: "public".to_owned(),
        redirect_uris: "http://127.0.0.1/callback\ncom.example.app:/callback".to_owned(),
        ..web_app()
    }
}

pub fn split_scopes(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

pub fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}

pub fn policy(server: &TestServer) -> Policy {
    Policy {
        issuer: server.credentials.origin.clone(),
    }
}

pub fn form(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// Returns a POST request with a form body.
pub fn post(path: &str, pairs: &[(&str, &str)]) -> Request {
    Request::new("POST", path).body("application/x-www-form-urlencoded", form(pairs))
}

impl Client {
    pub async fn register(server: &TestServer, input: AppForm) -> Self {
        Self::register_with(server, input, default_token_settings()).await
    }

    pub async fn register_with(server: &TestServer, input: AppForm, settings: TokenSettingsForm) -> Self {
        let created = oauth_apps::create_with(server.portal(), &server.operator, input, settings)
            .await
            .unwrap();
        Self {
            id: created.id,
            secret: created.secret.map(|secret| secret.expose().to_owned()),
        }
    }

    pub async fn set_token_settings(&self, server: &TestServer, settings: TokenSettingsForm) {
        oauth_apps::set_token_settings(server.portal(), &server.operator, self.id, settings)
            .await
            .unwrap();
    }

    /// Adds the client's credentials to the parameters, as for the methods `client_secret_post` and `none`.
    pub fn with_credentials<'a>(&'a self, id: &'a str, pairs: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let mut all = pairs.to_vec();
        all.push(("client_id", id));
        all.extend(self.secret.as_deref().map(|secret| ("client_secret", secret)));
        all
    }

    /// Sends a form to an endpoint with the client's credentials.
    pub async fn send(&self, server: &TestServer, path: &str, pairs: &[(&str, &str)]) -> Response {
        let id = self.id.to_string();
        server.send(&post(path, &self.with_credentials(&id, pairs))).await
    }

    pub async fn token(&self, server: &TestServer, pairs: &[(&str, &str)]) -> Response {
        self.send(server, TOKEN, pairs).await
    }

    /// Requests a token with `client_secret_basic`.
    pub async fn token_with_basic_auth(&self, server: &TestServer, pairs: &[(&str, &str)]) -> Response {
        server
            .send(&post(TOKEN, pairs).header("Authorization", self.basic()))
            .await
    }

    pub fn basic(&self) -> String {
        let secret = self.secret.as_deref().unwrap_or_default();
        format!("Basic {}", STANDARD.encode(format!("{}:{secret}", self.id)))
    }

    /// Requests an access token with the client credentials grant.
    pub async fn access_token(&self, server: &TestServer) -> String {
        access_token(&self.token(server, &[("grant_type", "client_credentials")]).await)
    }

    /// Sends an authorization request as Ada, grants it and returns the redirect URL.
    pub async fn authorize(&self, server: &TestServer, pairs: &[(&str, &str)]) -> portal::Result<String> {
        let ada = server.sign_in("ada@example.com").await;
        let id = self.id.to_string();
        let mut all = vec![("client_id", id.as_str()), ("response_type", "code")];
        all.extend_from_slice(pairs);
        let query = form(&all);
        let parameters = Parameters::parse(query.as_bytes()).unwrap();
        match consents::authorize(server.portal(), &policy(server), &ada, &parameters).await? {
            Outcome::Redirect(address) => Ok(address),
            Outcome::Ask(_) => consents::allow(server.portal(), &policy(server), &ada, &parameters).await,
        }
    }

    /// Obtains an authorization code with PKCE.
    pub async fn code(&self, server: &TestServer, scope: &str) -> String {
        let challenge = challenge(VERIFIER);
        let pairs = [
            ("redirect_uri", CALLBACK),
            ("scope", scope),
            ("state", "s t&a=te"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let address = self.authorize(server, &pairs).await.unwrap();
        assert_eq!(parameter(&address, "state").as_deref(), Some("s t&a=te"));
        assert_eq!(parameter(&address, "iss"), Some(server.credentials.origin.clone()));
        parameter(&address, "code").unwrap_or_else(|| panic!("no code in {address}"))
    }

    /// Exchanges an authorization code.
    pub async fn exchange(&self, server: &TestServer, code: &str) -> Response {
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        self.token(server, &pairs).await
    }

    pub async fn refresh(&self, server: &TestServer, refresh_token: &str) -> Response {
        self.refresh_at(server, 0, refresh_token).await
    }

    pub async fn refresh_at(&self, server: &TestServer, node: usize, refresh_token: &str) -> Response {
        self.refresh_request(refresh_token)
            .send(server.node_address(node))
            .await
    }

    /// Returns a refresh request, which can be sent to any node.
    pub fn refresh_request(&self, refresh_token: &str) -> Request {
        let id = self.id.to_string();
        let pairs = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        post(TOKEN, &self.with_credentials(&id, &pairs))
    }

    /// Runs the authorization code grant and returns the access token and the refresh token.
    pub async fn obtain_tokens(&self, server: &TestServer) -> (String, String) {
        let code = self.code(server, ALL_SCOPES).await;
        let response = self.exchange(server, &code).await;
        (access_token(&response), refresh_token(&response))
    }
}

/// Returns the access token of a successful token response.
#[track_caller]
pub fn access_token(response: &Response) -> String {
    assert_eq!(response.status, 200, "{response:?}");
    assert_eq!(response.header("cache-control"), Some("no-store"));
    let body = response.json();
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 3600);
    body["access_token"].as_str().unwrap().to_owned()
}

#[track_caller]
pub fn refresh_token(response: &Response) -> String {
    response.json()["refresh_token"].as_str().unwrap().to_owned()
}

/// Returns the error code of an error response, and asserts what every such response must contain.
#[track_caller]
pub fn error(response: &Response) -> String {
    assert!((400..500).contains(&response.status), "{response:?}");
    assert_eq!(
        response.header("content-type"),
        Some("application/json"),
        "{response:?}"
    );
    assert_eq!(response.header("cache-control"), Some("no-store"));
    let body = response.json();
    assert!(
        body["error_description"].as_str().is_some_and(|text| !text.is_empty()),
        "{response:?}"
    );
    let error = body["error"].as_str().unwrap().to_owned();
    if error == "invalid_client" {
        assert_eq!(response.status, 401);
        assert!(response.header("www-authenticate").unwrap().starts_with("Basic realm="));
    }
    error
}

/// Returns a query parameter of a URL.
pub fn parameter(address: &str, name: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(other, _)| other == name)
        .map(|(_, value)| value.into_owned())
}

/// Sends a GET request with a bearer token.
pub async fn get(server: &TestServer, path: &str, token: &str) -> Response {
    get_at(server, 0, path, token).await
}

pub async fn get_at(server: &TestServer, node: usize, path: &str, token: &str) -> Response {
    let request = Request::new("GET", path).header("Authorization", format!("Bearer {token}"));
    request.send(server.node_address(node)).await
}
