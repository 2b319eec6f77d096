//! The description of everything that programs may rely on, made from the handlers (OpenAPI 3.1).

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

/// Where it is.
pub const PATH: &str = "/api/openapi.json";

/// What each operation behind a credential may answer instead.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it describes answers")]
pub(crate) enum OpenToCredentials {
    /// Something of the request cannot be read, or is not what it must be.
    #[response(status = 400, content_type = "application/problem+json")]
    BadRequest(#[to_schema] problem::Body),
    /// The credential was not accepted.
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthorized(#[to_schema] problem::Body),
    /// The credential is not good for this.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(#[to_schema] problem::Body),
    /// The body did not come in time.
    #[response(status = 408, content_type = "application/problem+json")]
    TooSlow(#[to_schema] problem::Body),
    /// The body is too large.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(#[to_schema] problem::Body),
    /// The media type of the body is not supported.
    #[response(status = 415, content_type = "application/problem+json")]
    MediaType(#[to_schema] problem::Body),
    /// Too many requests.
    #[response(status = 429, content_type = "application/problem+json")]
    TooMany(#[to_schema] problem::Body),
}

/// What each operation that needs no credential may answer instead.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it describes answers")]
pub(crate) enum OpenToAll {
    /// Something of the request cannot be read.
    #[response(status = 400, content_type = "application/problem+json")]
    BadRequest(#[to_schema] problem::Body),
    /// Too many requests.
    #[response(status = 429, content_type = "application/problem+json")]
    TooMany(#[to_schema] problem::Body),
}

/// What an OAuth 2 endpoint may answer instead.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it describes answers")]
pub(crate) enum OauthErrors {
    /// The request is not granted.
    #[response(status = 400)]
    BadRequest(#[to_schema] error::Body<'static>),
    /// The client did not prove itself.
    #[response(status = 401)]
    Unauthorized(#[to_schema] error::Body<'static>),
    /// The body is too large.
    #[response(status = 413)]
    TooLarge(#[to_schema] error::Body<'static>),
    /// The address is too long.
    #[response(status = 414)]
    TooLong(#[to_schema] error::Body<'static>),
    /// The body is not a form.
    #[response(status = 415)]
    MediaType(#[to_schema] error::Body<'static>),
    /// Too many requests.
    #[response(status = 429)]
    TooMany(#[to_schema] error::Body<'static>),
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
struct Machines;

/// The description, for a portal at this address.
#[must_use]
pub fn document(public_url: &str) -> OpenApi {
    let mut document = Machines::openapi();
    document.info = InfoBuilder::new()
        .title("Gatehouse")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "The API that credentials of the portal open, the endpoints that give them out, and what connectors read. A slash at the end of a \
             path is optional. Each answer has X-Request-Id, and where requests are counted RateLimit-Policy and RateLimit. \
             Bodies may come with Content-Encoding gzip or deflate. Scripts of pages on any origin may ask, without cookies; \
             the connector API is for servers alone.",
        ))
        .build();
    document.servers = Some(vec![ServerBuilder::new().url(public_url).build()]);
    let at = |path: &str| format!("{public_url}{path}");
    let scopes = || {
        Scopes::from_iter(
            domain::oauth2::scopes::Scope::ALL
                .iter()
                .map(|scope| (scope.code(), scope.sentence())),
        )
    };
    let components = document.components.get_or_insert_default();
    let flows = [
        Flow::ClientCredentials(ClientCredentials::new(at(crate::oauth2::path::TOKEN), scopes())),
        Flow::AuthorizationCode(AuthorizationCode::new(
            at(crate::oauth2::path::AUTHORIZE),
            at(crate::oauth2::path::TOKEN),
            scopes(),
        )),
    ];
    let oauth2 = SecurityScheme::OAuth2(OAuth2::new(flows));
    let mut oauth1 = Http::new(HttpAuthScheme::OAuth);
    oauth1.description = Some("A signature by OAuth 1.0a (RFC 5849).".to_owned());
    let mut client = Http::new(HttpAuthScheme::Basic);
    client.description = Some("The client id and one of its secrets (RFC 6749 §2.3.1).".to_owned());
    let sentence = "The API key of the account, which is on the Integration page of the portal.";
    let api_key = ApiKeyValue::with_description("X-Api-Key", sentence);
    let mut bearer = Http::new(HttpAuthScheme::Bearer);
    bearer.description = Some(sentence.to_owned());
    components.add_security_scheme("apiKey", SecurityScheme::ApiKey(ApiKey::Header(api_key)));
    components.add_security_scheme("apiKeyAsBearer", SecurityScheme::Http(bearer));
    components.add_security_scheme("oauth2", oauth2);
    components.add_security_scheme("oauth1", SecurityScheme::Http(oauth1));
    components.add_security_scheme("client", SecurityScheme::Http(client));
    document
}

/// The description as JSON, written once.
pub(crate) fn descriptions(document: &OpenApi) -> impl Fn() -> Ready<Response> + Clone + use<> {
    let json = Bytes::from(serde_json::to_vec(document).unwrap_or_default());
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
    ];
    move || ready((headers.clone(), json.clone()).into_response())
}
