//! The OpenAPI 3.1 document of all machine endpoints, collected with their routes, and the API reference.

mod docs;

use crate::api::oauth2::path;
use crate::http::paths::{API_DOCS, API_DOCS_STYLESHEET};
use crate::http::rate_limit::{RateLimits, limit_by_address};
use crate::state::AppState;
use axum::body::Bytes;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use domain::coded_enum::CodedEnum;
use std::future::{Ready, ready};
use std::sync::Arc;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, AuthorizationCode, ClientCredentials, Flow, Http, HttpAuthScheme, OAuth2, Scopes,
    SecurityScheme,
};
use utoipa::openapi::{InfoBuilder, OpenApi, RefOr, Schema, ServerBuilder};

/// The path of the document.
pub const PATH: &str = "/api/openapi.json";

/// Returns the routes of the document, which describes `operations`, and of the API reference.
pub(crate) fn routes(
    app: &AppState,
    limits: &Arc<RateLimits>,
    operations: OpenApi,
) -> [(&'static str, MethodRouter<AppState>); 3] {
    let document = document(operations, &app.oauth2.issuer);
    let public = |methods: MethodRouter<AppState>| limit_by_address(limits, methods);
    [
        (PATH, public(get(serve_json(&document)))),
        (API_DOCS, public(get(docs::serve_page(&document)))),
        (API_DOCS_STYLESHEET, get(docs::stylesheet)),
    ]
}

/// Completes the document of the operations for a portal at `public_url`.
fn document(mut document: OpenApi, public_url: &str) -> OpenApi {
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
    for schema in components.schemas.values_mut() {
        // Settings files can't have unknown members, but later versions may add members to responses.
        if let RefOr::T(Schema::Object(object)) = schema {
            object.additional_properties = None;
        }
    }
    let flows = [
        Flow::ClientCredentials(ClientCredentials::new(url_of(path::TOKEN), scopes())),
        Flow::AuthorizationCode(AuthorizationCode::new(
            url_of(path::AUTHORIZE),
            url_of(path::TOKEN),
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
fn serve_json(document: &OpenApi) -> impl Fn() -> Ready<Response> + Clone + use<> {
    let json = Bytes::from(serde_json::to_vec(document).unwrap_or_default());
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
    ];
    move || ready((headers.clone(), json.clone()).into_response())
}
