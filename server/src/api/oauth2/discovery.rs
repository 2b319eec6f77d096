//! Discovery for clients and resource servers: server metadata (RFC 8414), signing keys (RFC 7517) and scopes.

use crate::api::oauth2::path;
use crate::http::paths::API_DOCS;
use crate::http::problem::{Problem, PublicErrors};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use domain::accounts::rights::Right;
use domain::coded_enum::CodedEnum;
use domain::oauth2::oauth_apps::SigningAlgorithm;
use domain::oauth2::scopes::Scope;
use portal::oauth2::signing_keys::{self, KeyParameters, PublicKey};
use serde::Serialize;
use utoipa::ToSchema;

/// Describes the authorization server (RFC 8414 §2).
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
    /// The signing algorithms of access tokens. This is not a registered member; RFC 8414 has none for this purpose.
    access_token_signing_alg_values_supported: Vec<&'static str>,
    authorization_response_iss_parameter_supported: bool,
}

/// Returns the metadata of the authorization server.
#[utoipa::path(get, path = "/.well-known/oauth-authorization-server", tag = "Discovery", operation_id = "metadata", responses(
    (status = 200, description = "The metadata", body = Metadata), PublicErrors
))]
pub async fn metadata(State(app): State<AppState>) -> Response {
    const METHODS: [&str; 3] = ["client_secret_basic", "client_secret_post", "none"];
    let issuer = app.oauth2.issuer.as_str();
    let url_of = |path: &str| format!("{issuer}{path}");
    let metadata = Metadata {
        issuer,
        authorization_endpoint: url_of(path::AUTHORIZE),
        token_endpoint: url_of(path::TOKEN),
        revocation_endpoint: url_of(path::REVOKE),
        introspection_endpoint: url_of(path::INTROSPECT),
        jwks_uri: url_of(path::JWKS),
        service_documentation: url_of(API_DOCS),
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
    cacheable(Json(metadata))
}

/// Holds the published keys (RFC 7517 §5).
#[derive(Serialize, ToSchema)]
pub(crate) struct Jwks {
    keys: Vec<Jwk>,
}

/// Describes a published key (RFC 7517 §4): an EC key with `crv`, `x` and `y` (RFC 7518 §6.2.1), or an RSA key with `n`
/// and `e` (§6.3.1).
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
    /// `ES256` or `RS256`. The key is used with this algorithm only.
    alg: &'static str,
    #[serde(rename = "use")]
    use_: &'static str,
}

/// Returns the public keys that verify access tokens, including the next signing key.
///
/// # Errors
/// Returns an error if the database query fails.
#[utoipa::path(get, path = path::JWKS, tag = "Discovery", operation_id = "keys", responses(
    (status = 200, description = "The keys", body = Jwks), PublicErrors
))]
pub async fn jwks(State(app): State<AppState>) -> Result<Response, Problem> {
    let keys = signing_keys::list(&app.portal).await?.into_iter().map(Jwk::from);
    Ok(cacheable(Json(Jwks { keys: keys.collect() })))
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

/// Lists the scopes in groups.
#[derive(Serialize, ToSchema)]
#[schema(as = Scopes)]
pub(crate) struct ScopeGroups {
    groups: Vec<ScopeGroup>,
}

/// Describes a group of related scopes.
#[derive(Serialize, ToSchema)]
struct ScopeGroup {
    name: &'static str,
    scopes: Vec<ScopeDescription>,
}

/// Describes a scope.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Scope)]
struct ScopeDescription {
    name: &'static str,
    description: &'static str,
    /// The user needs at least one of these rights. If the list is empty, no right is needed.
    #[schema(value_type = Vec<String>)]
    any_of_permissions: Vec<Right>,
}

/// Lists the scopes, and the rights that a user needs for each.
#[utoipa::path(get, path = "/v6/authentication/oauth2/scopes", tag = "Discovery", operation_id = "scopes", responses(
    (status = 200, description = "The scopes in groups", body = ScopeGroups), PublicErrors
))]
pub async fn scopes() -> Response {
    let mut groups: Vec<ScopeGroup> = Vec::new();
    for scope in Scope::ALL {
        let described = ScopeDescription {
            name: scope.code(),
            description: scope.description(),
            any_of_permissions: scope.right().into_iter().collect(),
        };
        match groups.iter_mut().find(|group| group.name == scope.group()) {
            Some(group) => group.scopes.push(described),
            None => groups.push(ScopeGroup {
                name: scope.group(),
                scopes: vec![described],
            }),
        }
    }
    cacheable(Json(ScopeGroups { groups }))
}

/// Makes a response cacheable for as long as keys are published before they are used for signing.
fn cacheable(body: impl IntoResponse) -> Response {
    let mut response = body.into_response();
    let value = format!("public, max-age={}", signing_keys::JWKS_MAX_AGE.as_secs());
    if let Ok(value) = HeaderValue::try_from(value) {
        response.headers_mut().insert(CACHE_CONTROL, value);
    }
    response
}
