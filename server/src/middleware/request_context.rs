//! What every request gets on arrival, and what every answer gets on leaving: an id, and a line in the log.

use crate::http::error_page;
use crate::listener::ClientConnection;
use crate::middleware::request_check::check_request;
use crate::middleware::{ClientAddress, Panicked, RequestId, client_address, content_coding, cors};
use crate::state::App;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::ACCEPT;
use axum::middleware::Next;
use axum::response::Response;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Instant;
use tracing::Instrument;

/// Gives the request its [`RequestId`], its [`ClientAddress`] and a body that is not compressed, the answer its CORS headers
/// where it is [open to any origin](cors::is_open_to_any_origin), and logs how it went: method, path, status and time.
/// Never the query, a header or a body, since those hold secrets.
pub async fn arrival(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = RequestId::of(request.headers());
    let address = address(&app, &request);
    request.extensions_mut().insert(id.clone());
    request.extensions_mut().insert(address);
    let span = tracing::info_span!("request", %id);
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let accept = request.headers().get(ACCEPT).cloned();
    let checked = check_request(&request, &id);
    let mut response = match (checked, cors::answer_preflight(&request)) {
        (Err(refusal), _) => *refusal,
        (Ok(()), Some(response)) => response,
        (Ok(()), None) if content_coding::is_coded(request.headers()) => {
            let decoded = Box::pin(content_coding::decode_body(&id, request, next));
            decoded.instrument(span.clone()).await
        }
        (Ok(()), None) => next.run(request).instrument(span.clone()).await,
    };
    if response.extensions().get::<Panicked>().is_some() {
        let headers = accept.into_iter().map(|accept| (ACCEPT, accept)).collect();
        response = error_page::internal(&path, &headers, &id);
    }
    if cors::is_open_to_any_origin(&path) {
        cors::allow_any_origin(response.headers_mut());
    }
    if let Some(value) = id.value() {
        response.headers_mut().insert(RequestId::HEADER, value);
    }
    span.in_scope(|| {
        let ms = begun.elapsed().as_micros() as f64 / 1000.0;
        tracing::info!(%method, path, status = response.status().as_u16(), ms, "answered");
    });
    response
}

fn address(app: &App, request: &Request) -> ClientAddress {
    if let Some(connection) = request.extensions().get::<ClientConnection>() {
        return connection.client_address();
    }
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip());
    client_address(peer, request.headers(), &app.config.trusted_proxies)
}
