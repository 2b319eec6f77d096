//! An app, as its developer would write it.

use crate::http::{Answer, Call};
use crate::world::World;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
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

/// RFC 7636, appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

pub const ALL_SCOPES: &str = "offline current.user:read current.profile:read admin.user:read admin.profile:read asset:read \
                              asset.usage:read asset.usage:write";

/// An app and its first secret.
#[derive(Debug, Clone)]
pub struct Client {
    pub id: OauthAppId,
    pub secret: Option<String>,
}

/// The form of an app that acts for Ada by itself.
pub fn service() -> AppForm {
    AppForm {
        name: "Connector".to_owned(),
        grant: "client_credentials".to_owned(),
        user: "ada@example.com".to_owned(),
        redirect_uris: String::new(),
        scopes: words("current.user:read admin.user:read asset:read"),
    }
}

/// The form of an app that asks people.
pub fn web_app() -> AppForm {
    AppForm {
        name: "Web app".to_owned(),
        grant: "authorization_code".to_owned(),
        user: String::new(),
        redirect_uris: CALLBACK.to_owned(),
        scopes: words(ALL_SCOPES),
    }
}

/// The token settings of an app that asks for rotation.
pub fn rotating() -> TokenSettingsForm {
    TokenSettingsForm {
        rotate_refresh_tokens: true,
        ..keeping()
    }
}

/// The token settings of a new app.
pub fn keeping() -> TokenSettingsForm {
    SigningAlgorithm::Es256.into()
}

/// The token settings of an app that asks for RS256.
pub fn rs256() -> TokenSettingsForm {
    SigningAlgorithm::Rs256.into()
}

/// The token settings of a resource server.
pub fn introspecting() -> TokenSettingsForm {
    TokenSettingsForm {
        allow_introspection: true,
        ..keeping()
    }
}

/// The form of an app that has no secret.
pub fn native_app() -> AppForm {
    AppForm {
        name: "Native app".to_owned(),
        grant: "public".to_owned(),
        redirect_uris: "http://127.0.0.1/callback\ncom.example.app:/callback".to_owned(),
        ..web_app()
    }
}

pub fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

pub fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}

pub fn policy(world: &World) -> Policy {
    Policy {
        issuer: world.credentials.origin.clone(),
    }
}

pub fn form(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// A POST of a form.
pub fn post(path: &str, pairs: &[(&str, &str)]) -> Call {
    Call::new("POST", path).body("application/x-www-form-urlencoded", form(pairs))
}

impl Client {
    pub async fn register(world: &World, input: AppForm) -> Self {
        Self::register_with(world, input, keeping()).await
    }

    pub async fn register_with(world: &World, input: AppForm, settings: TokenSettingsForm) -> Self {
        let made = oauth_apps::create_with(world.portal(), &world.operator, input, settings)
            .await
            .unwrap();
        Self {
            id: made.id,
            secret: made.secret.map(|secret| secret.expose().to_owned()),
        }
    }

    pub async fn set_token_settings(&self, world: &World, settings: TokenSettingsForm) {
        oauth_apps::set_token_settings(world.portal(), &world.operator, self.id, settings)
            .await
            .unwrap();
    }

    /// The parameters with this client's proof among them, as `client_secret_post` and `none` have it.
    pub fn proving<'a>(&'a self, id: &'a str, pairs: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let mut all = pairs.to_vec();
        all.push(("client_id", id));
        all.extend(self.secret.as_deref().map(|secret| ("client_secret", secret)));
        all
    }

    /// What an endpoint answers to this client.
    pub async fn send(&self, world: &World, path: &str, pairs: &[(&str, &str)]) -> Answer {
        let id = self.id.to_string();
        world.send(&post(path, &self.proving(&id, pairs))).await
    }

    pub async fn token(&self, world: &World, pairs: &[(&str, &str)]) -> Answer {
        self.send(world, TOKEN, pairs).await
    }

    /// The same with `client_secret_basic`.
    pub async fn token_by_header(&self, world: &World, pairs: &[(&str, &str)]) -> Answer {
        world
            .send(&post(TOKEN, pairs).header("Authorization", self.basic()))
            .await
    }

    pub fn basic(&self) -> String {
        let secret = self.secret.as_deref().unwrap_or_default();
        format!("Basic {}", STANDARD.encode(format!("{}:{secret}", self.id)))
    }

    /// An access token by client credentials.
    pub async fn access_token(&self, world: &World) -> String {
        access_token(&self.token(world, &[("grant_type", "client_credentials")]).await)
    }

    /// What comes of an authorization request of Ada's who allows it: the address that she is sent to.
    pub async fn authorize(&self, world: &World, pairs: &[(&str, &str)]) -> portal::Result<String> {
        let ada = world.signed_in("ada@example.com").await;
        let id = self.id.to_string();
        let mut all = vec![("client_id", id.as_str()), ("response_type", "code")];
        all.extend_from_slice(pairs);
        let query = form(&all);
        let parameters = Parameters::parse(query.as_bytes()).unwrap();
        match consents::question(world.portal(), &policy(world), &ada, &parameters).await? {
            Outcome::Redirect(address) => Ok(address),
            Outcome::Ask(_) => consents::allow(world.portal(), &policy(world), &ada, &parameters).await,
        }
    }

    /// A code for the callback, by PKCE.
    pub async fn code(&self, world: &World, scope: &str) -> String {
        let challenge = challenge(VERIFIER);
        let pairs = [
            ("redirect_uri", CALLBACK),
            ("scope", scope),
            ("state", "s t&a=te"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let address = self.authorize(world, &pairs).await.unwrap();
        assert_eq!(parameter(&address, "state").as_deref(), Some("s t&a=te"));
        assert_eq!(parameter(&address, "iss"), Some(world.credentials.origin.clone()));
        parameter(&address, "code").unwrap_or_else(|| panic!("no code in {address}"))
    }

    /// What the exchange of a code is answered.
    pub async fn exchange(&self, world: &World, code: &str) -> Answer {
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        self.token(world, &pairs).await
    }

    pub async fn refresh(&self, world: &World, refresh_token: &str) -> Answer {
        self.refresh_at(world, 0, refresh_token).await
    }

    pub async fn refresh_at(&self, world: &World, node: usize, refresh_token: &str) -> Answer {
        self.refresh_call(refresh_token).send(world.address_of(node)).await
    }

    /// The request of a refresh, to be sent to any node.
    pub fn refresh_call(&self, refresh_token: &str) -> Call {
        let id = self.id.to_string();
        let pairs = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        post(TOKEN, &self.proving(&id, &pairs))
    }

    /// Both tokens of a flow from its beginning.
    pub async fn connect(&self, world: &World) -> (String, String) {
        let code = self.code(world, ALL_SCOPES).await;
        let answer = self.exchange(world, &code).await;
        (access_token(&answer), refresh_token(&answer))
    }
}

/// The access token of an answer that must have one.
#[track_caller]
pub fn access_token(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let body = answer.json();
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 3600);
    body["access_token"].as_str().unwrap().to_owned()
}

#[track_caller]
pub fn refresh_token(answer: &Answer) -> String {
    answer.json()["refresh_token"].as_str().unwrap().to_owned()
}

/// The error of a refused request, with what each must have.
#[track_caller]
pub fn error(answer: &Answer) -> String {
    assert!((400..500).contains(&answer.status), "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"), "{answer:?}");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let body = answer.json();
    assert!(
        body["error_description"].as_str().is_some_and(|text| !text.is_empty()),
        "{answer:?}"
    );
    let error = body["error"].as_str().unwrap().to_owned();
    if error == "invalid_client" {
        assert_eq!(answer.status, 401);
        assert!(answer.header("www-authenticate").unwrap().starts_with("Basic realm="));
    }
    error
}

/// A parameter of an address's query.
pub fn parameter(address: &str, name: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(other, _)| other == name)
        .map(|(_, value)| value.into_owned())
}

/// What a GET with a bearer token is answered.
pub async fn get(world: &World, path: &str, token: &str) -> Answer {
    get_at(world, 0, path, token).await
}

pub async fn get_at(world: &World, node: usize, path: &str, token: &str) -> Answer {
    let call = Call::new("GET", path).header("Authorization", format!("Bearer {token}"));
    call.send(world.address_of(node)).await
}
