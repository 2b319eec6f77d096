//! The OpenAPI 3.1 document of all machine endpoints, generated from the handlers.

use crate::connector;
use crate::http::problem;
use crate::oauth1::three_legged;
use crate::oauth2::{authorize, discovery, token};
use crate::oauth2::{error, introspection};
use axum::body::Bytes;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use std::future::{Ready, ready};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, AuthorizationCode, ClientCredentials, Flow, Http, HttpAuthScheme, OAuth2, Scopes,
    SecurityScheme,
};
use utoipa::openapi::{InfoBuilder, OpenApi, ServerBuilder};
use utoipa::{IntoResponses, OpenApi as _};

/// The path of the document.
pub const PATH: &str = "/api/openapi.json";

/// Describes the error responses of operations that need a credential.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes responses in OpenAPI")]
pub(crate) enum AuthenticatedErrors {
    /// The request is malformed or contains invalid values
    #[response(status = 400, content_type = "application/problem+json")]
    BadRequest(#[to_schema] problem::Body),
    /// The credential is missing or invalid
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthorized(#[to_schema] problem::Body),
    /// The credential doesn't permit this request
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(#[to_schema] problem::Body),
    /// The request body timed out
    #[response(status = 408, content_type = "application/problem+json")]
    TimedOut(#[to_schema] problem::Body),
    /// The request body is too large
    #[response(status = 413, content_type = "application/problem+json")]
    BodyTooLarge(#[to_schema] problem::Body),
    /// The media type of the request body is not supported
    #[response(status = 415, content_type = "application/problem+json")]
    UnsupportedMediaType(#[to_schema] problem::Body),
    /// Too many requests
    #[response(status = 429, content_type = "application/problem+json")]
    TooManyRequests(#[to_schema] problem::Body),
}

/// Describes the error responses of operations that need no credential.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes responses in OpenAPI")]
pub(crate) enum PublicErrors {
    /// The request is malformed
    #[response(status = 400, content_type = "application/problem+json")]
    BadRequest(#[to_schema] problem::Body),
    /// Too many requests
    #[response(status = 429, content_type = "application/problem+json")]
    TooManyRequests(#[to_schema] problem::Body),
}

/// Describes the error responses of OAuth 2.0 endpoints.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes responses in OpenAPI")]
pub(crate) enum OauthErrors {
    /// The request is invalid or was not granted
    #[response(status = 400)]
    BadRequest(#[to_schema] error::Body<'static>),
    /// Client authentication failed
    #[response(status = 401)]
    Unauthorized(#[to_schema] error::Body<'static>),
    /// The request body is too large
    #[response(status = 413)]
    BodyTooLarge(#[to_schema] error::Body<'static>),
    /// The request URI is too long
    #[response(status = 414)]
    UriTooLong(#[to_schema] error::Body<'static>),
    /// The request body is not a form
    #[response(status = 415)]
    UnsupportedMediaType(#[to_schema] error::Body<'static>),
    /// Too many requests
    #[response(status = 429)]
    TooManyRequests(#[to_schema] error::Body<'static>),
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(
    crate::api::account::get,
    crate::api::users::current,
    crate::api::users::list,
    crate::api::users::get,
    crate::api::profiles::list,
    crate::api::profiles::get,
    three_legged::request_token,
    three_legged::authorise,
    three_legged::access_token,
    authorize::get,
    authorize::post,
    token::token,
    introspection::revoke,
    introspection::introspect,
    discovery::scopes,
    discovery::metadata,
    discovery::jwks,
    connector::settings::get,
    connector::fields::get,
    connector::events::get,
    connector::logs::post,
))]
struct ApiDoc;

/// Returns the document for a portal at `public_url`.
#[must_use]
pub fn document(public_url: &str) -> OpenApi {
    let mut document = ApiDoc::openapi();
    document.info = InfoBuilder::new()
        .title("Gatehouse")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "The API for applications, the OAuth endpoints that issue credentials, and the connector API. A trailing slash is \
             optional on every path. Every response has an X-Request-Id header; rate-limited endpoints also send \
             RateLimit-Policy and RateLimit. Request bodies can be compressed with gzip or deflate (Content-Encoding). \
             Cross-origin requests (CORS) without cookies are allowed from any origin, except to the connector API.",
        ))
        .build();
    document.servers = Some(vec![ServerBuilder::new().url(public_url).build()]);
    let url_of = |path: &str| format!("{public_url}{path}");
    let scopes = || {
        Scopes::from_iter(
            domain::oauth2::scopes::Scope::ALL
                .iter()
                .map(|scope| (scope.code(), scope.description())),
        )
    };
    let components = document.components.get_or_insert_default();
    let flows = [
        Flow::ClientCredentials(ClientCredentials::new(url_of(crate::oauth2::path::TOKEN), scopes())),
        Flow::AuthorizationCode(AuthorizationCode::new(
            url_of(crate::oauth2::path::AUTHORIZE),
            url_of(crate::oauth2::path::TOKEN),
            scopes(),
        )),
    ];
    let oauth2 = SecurityScheme::OAuth2(OAuth2::new(flows));
    let mut oauth1 = Http::new(HttpAuthScheme::OAuth);
    oauth1.description = Some("An OAuth 1.0a signature (RFC 5849).".to_owned());
    let mut client = Http::new(HttpAuthScheme::Basic);
    client.description = Some("The client ID and client secret (RFC 6749 §2.3.1).".to_owned());
    let description = "The API key of the account. Find it on the Integration page.";
    let api_key = ApiKeyValue::with_description("X-Api-Key", description);
    let mut bearer = Http::new(HttpAuthScheme::Bearer);
    bearer.description = Some(description.to_owned());
    components.add_security_scheme("apiKey", SecurityScheme::ApiKey(ApiKey::Header(api_key)));
    components.add_security_scheme("apiKeyAsBearer", SecurityScheme::Http(bearer));
    components.add_security_scheme("oauth2", oauth2);
    components.add_security_scheme("oauth1", SecurityScheme::Http(oauth1));
    components.add_security_scheme("client", SecurityScheme::Http(client));
    document
}

/// Returns a handler that serves the document as JSON. It is serialized once.
pub(crate) fn serve_json(document: &OpenApi) -> impl Fn() -> Ready<Response> + Clone + use<> {
    let json = Bytes::from(serde_json::to_vec(document).unwrap_or_default());
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
    ];
    move || ready((headers.clone(), json.clone()).into_response())
}
