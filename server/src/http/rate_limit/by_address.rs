//! The rate limit of endpoints that need no credential of an actor.

use crate::http::rate_limit::RateLimits;
use crate::http::{AuthRejection, ClientAddress};
use axum::extract::{Extension, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use std::sync::Arc;

/// Counts the requests to `methods` by client address.
pub(crate) fn limit_by_address<S>(limits: &Arc<RateLimits>, methods: MethodRouter<S>) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    methods.route_layer(from_fn_with_state(Arc::clone(limits), count_address))
}

async fn count_address(
    State(limits): State<Arc<RateLimits>>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    request: Request,
    next: Next,
) -> Response {
    match limits.count_address(address) {
        Ok(rate_limit) => {
            let mut response = next.run(request).await;
            rate_limit.insert_headers(response.headers_mut());
            response
        }
        Err(exceeded) => AuthRejection::from(exceeded).into_response(),
    }
}
