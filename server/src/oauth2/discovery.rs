//! What clients and resource servers find out by themselves: the endpoints (RFC 8414), the keys (RFC 7517), the scopes.

use crate::api::docs;
use crate::api::openapi::OpenToAll;
use crate::http::problem::Problem;
use crate::oauth2::path;
use crate::state::App;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use domain::accounts::rights::Right;
use domain::oauth2::oauth_apps::SigningAlgorithm;
use domain::oauth2::scopes::Scope;
use portal::oauth2::signing_keys::{self, KeyParameters, PublicKey};
use serde::Serialize;
use utoipa::ToSchema;

/// The server (RFC 8414 §2).
#[derive(Serialize, ToSchema)]
pub(crate) struct Metadata<'a> {
    issuer: &'a str,
    authorization_endpoint: String,
    token_endpoint: String,
    revocation_endpoint: String,
    introspection_endpoint: String,
    jwks_uri: String,
    service_documentation: String,
    scopes_supported: Vec<&'static str>,
    #[schema(value_type = Vec<String>)]
    response_types_supported: [&'static str; 1],
    #[schema(value_type = Vec<String>)]
    response_modes_supported: [&'static str; 1],
    #[schema(value_type = Vec<String>)]
    grant_types_supported: [&'static str; 3],
    #[schema(value_type = Vec<String>)]
    token_endpoint_auth_methods_supported: [&'static str; 3],
    #[schema(value_type = Vec<String>)]
    revocation_endpoint_auth_methods_supported: [&'static str; 3],
    #[schema(value_type = Vec<String>)]
    introspection_endpoint_auth_methods_supported: [&'static str; 2],
    #[schema(value_type = Vec<String>)]
    code_challenge_methods_supported: [&'static str; 1],
    /// What access tokens may be signed by; no registered member, as the RFC has none for this.
    access_token_signing_alg_values_supported: Vec<&'static str>,
    authorization_response_iss_parameter_supported: bool,
}

/// The server's metadata.
#[utoipa::path(get, path = "/.well-known/oauth-authorization-server", tag = "Discovery", operation_id = "metadata", responses(
    (status = 200, description = "The metadata.", body = Metadata), OpenToAll
))]
pub async fn metadata(State(app): State<App>) -> Response {
    const METHODS: [&str; 3] = ["client_secret_basic", "client_secret_post", "none"];
    let issuer = app.oauth2.issuer.as_str();
    let at = |path: &str| format!("{issuer}{path}");
    let metadata = Metadata {
        issuer,
        authorization_endpoint: at(path::AUTHORIZE),
        token_endpoint: at(path::TOKEN),
        revocation_endpoint: at(path::REVOKE),
        introspection_endpoint: at(path::INTROSPECT),
        jwks_uri: at(path::JWKS),
        service_documentation: at(docs::PATH),
        scopes_supported: Scope::ALL.iter().map(|scope| scope.code()).collect(),
        response_types_supported: ["code"],
        response_modes_supported: ["query"],
        grant_types_supported: ["client_credentials", "authorization_code", "refresh_token"],
        token_endpoint_auth_methods_supported: METHODS,
        revocation_endpoint_auth_methods_supported: METHODS,
        introspection_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
        code_challenge_methods_supported: ["S256"],
        access_token_signing_alg_values_supported: SigningAlgorithm::ALL
            .iter()
            .map(|algorithm| algorithm.code())
            .collect(),
        authorization_response_iss_parameter_supported: true,
    };
    kept(Json(metadata))
}

/// The published keys (RFC 7517 §5).
#[derive(Serialize, ToSchema)]
pub(crate) struct Jwks {
    keys: Vec<Jwk>,
}

/// A published key (RFC 7517 §4): on a curve with `crv`, `x` and `y` (RFC 7518 §6.2.1), or RSA with `n` and `e` (§6.3.1).
#[derive(Serialize, ToSchema)]
struct Jwk {
    kty: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    crv: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e: Option<String>,
    kid: String,
    /// `ES256` or `RS256`; the key is for no other.
    alg: &'static str,
    #[serde(rename = "use")]
    use_: &'static str,
}

/// The keys that access tokens are signed with, and will be.
///
/// # Errors
/// Those of the database.
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "Discovery", operation_id = "keys", responses(
    (status = 200, description = "The keys.", body = Jwks), OpenToAll
))]
pub async fn jwks(State(app): State<App>) -> Result<Response, Problem> {
    let keys = signing_keys::list(&app.portal).await?.into_iter().map(Jwk::from);
    Ok(kept(Json(Jwks { keys: keys.collect() })))
}

impl From<PublicKey> for Jwk {
    fn from(key: PublicKey) -> Self {
        let mut jwk = Self {
            kty: "EC",
            crv: None,
            x: None,
            y: None,
            n: None,
            e: None,
            kid: key.kid,
            alg: key.algorithm.code(),
            use_: "sig",
        };
        match key.parameters {
            KeyParameters::Ec { x, y } => (jwk.crv, jwk.x, jwk.y) = (Some("P-256"), Some(x), Some(y)),
            KeyParameters::Rsa { n, e } => (jwk.kty, jwk.n, jwk.e) = ("RSA", Some(n), Some(e)),
        }
        jwk
    }
}

/// The scopes that there are.
#[derive(Serialize, ToSchema)]
#[schema(as = Scopes)]
pub(crate) struct Groups {
    groups: Vec<Group>,
}

/// Scopes that belong together.
#[derive(Serialize, ToSchema)]
#[schema(as = ScopeGroup)]
struct Group {
    name: &'static str,
    scopes: Vec<Described>,
}

/// A scope.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Scope)]
struct Described {
    name: &'static str,
    description: &'static str,
    /// The rights of which the user needs one; none are needed where it is empty.
    #[schema(value_type = Vec<String>)]
    any_of_permissions: Vec<Right>,
}

/// The scopes that there are, and the rights that a user needs for each.
#[utoipa::path(get, path = "/v6/authentication/oauth2/scopes", tag = "Discovery", operation_id = "scopes", responses(
    (status = 200, description = "The scopes, in groups.", body = Groups), OpenToAll
))]
pub async fn scopes() -> Response {
    let mut groups: Vec<Group> = Vec::new();
    for scope in Scope::ALL {
        let described = Described {
            name: scope.code(),
            description: scope.sentence(),
            any_of_permissions: scope.right().into_iter().collect(),
        };
        match groups.iter_mut().find(|group| group.name == scope.group()) {
            Some(group) => group.scopes.push(described),
            None => groups.push(Group {
                name: scope.group(),
                scopes: vec![described],
            }),
        }
    }
    kept(Json(Groups { groups }))
}

/// What may be kept for as long as a key is published before it signs, and shorter.
fn kept(body: impl IntoResponse) -> Response {
    let mut response = body.into_response();
    let value = format!("public, max-age={}", signing_keys::PUBLISHED.as_secs());
    if let Ok(value) = HeaderValue::try_from(value) {
        response.headers_mut().insert(CACHE_CONTROL, value);
    }
    response
}
