//! Sets up the context of a request (ID, client address, decoded body), adds common response headers, and logs the
//! request.

use crate::http::{ClientAddress, RequestId, client_address, error_page};
use crate::listener::ClientConnection;
use crate::middleware::NeedsErrorPage;
use crate::middleware::request::content_coding;
use crate::middleware::request::request_check::check_request;
use crate::middleware::security::cors;
use crate::state::AppState;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::ACCEPT;
use axum::middleware::Next;
use axum::response::Response;
use portal::infra::audit::with_client_address;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Instant;
use tracing::Instrument;

/// Adds the [`RequestId`] and the [`ClientAddress`] to the request and decodes its body, adds CORS headers to responses
/// of paths that are [open to any origin](cors::is_open_to_any_origin), and logs the method, path, status and duration.
/// The query, headers and bodies are never logged, as they can hold secrets.
pub async fn request_context(State(app): State<AppState>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = RequestId::of(request.headers());
    let address = resolve_client_address(&app, &request);
    request.extensions_mut().insert(id.clone());
    request.extensions_mut().insert(address);
    let span = tracing::info_span!("request", %id);
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let accept = request.headers().get(ACCEPT).cloned();
    let checked = check_request(&request, &id);
    let mut response = match (checked, cors::answer_preflight(&request)) {
        (Err(response), _) => *response,
        (Ok(()), Some(response)) => response,
        (Ok(()), None) if content_coding::is_encoded(request.headers()) => {
            let decoded = Box::pin(content_coding::decode_body(&id, request, next));
            with_client_address(address.0, decoded).instrument(span.clone()).await
        }
        (Ok(()), None) => {
            with_client_address(address.0, next.run(request))
                .instrument(span.clone())
                .await
        }
    };
    if response.extensions().get::<NeedsErrorPage>().is_some() {
        let headers = accept.into_iter().map(|accept| (ACCEPT, accept)).collect();
        response = error_page::internal_error(&path, &headers, &id);
    }
    if cors::is_open_to_any_origin(&path) {
        cors::allow_any_origin(response.headers_mut());
    }
    if let Some(value) = id.header_value() {
        response.headers_mut().insert(RequestId::HEADER, value);
    }
    span.in_scope(|| {
        let ms = started.elapsed().as_micros() as f64 / 1000.0;
        tracing::info!(%method, path, status = response.status().as_u16(), ms, "request completed");
    });
    response
}

fn resolve_client_address(app: &AppState, request: &Request) -> ClientAddress {
    if let Some(connection) = request.extensions().get::<ClientConnection>() {
        return connection.client_address();
    }
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip());
    client_address(peer, request.headers(), &app.config.trusted_proxies)
}
