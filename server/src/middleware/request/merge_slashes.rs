//! Merges repeated slashes in API paths.
//!
//! A client whose base URL ends with a slash requests `//api/v4/currentUser`. For APIs, routing and every check before
//! it use the merged path, while a signature covers the path as it was sent, which
//! [`OriginalUri`](axum::extract::OriginalUri) keeps. Paths of pages and server functions are never merged, so that
//! each has a single spelling and no redirect can point to `//another.host`.

use crate::http::paths::{is_api_path, merge_slashes};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::Uri;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower::ServiceExt;

/// Passes a request to the API router `api` if its path is an API path with several leading slashes. Wraps the router
/// that would handle it otherwise.
pub async fn merge_leading_slashes(State(api): State<Router>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path.starts_with("//") && is_api_path(path) {
        call_with_merged_path(api, request).await
    } else {
        next.run(request).await
    }
}

/// Calls `router` with the merged path.
pub async fn call_with_merged_path(router: Router, mut request: Request) -> Response {
    if let Some(uri) = merged_uri(request.uri()) {
        *request.uri_mut() = uri;
    }
    router.oneshot(request).await.into_response()
}

fn merged_uri(uri: &Uri) -> Option<Uri> {
    let path = merge_slashes(uri.path());
    let path_and_query = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.into_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(path_and_query.parse().ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_is_not_changed() {
        for (uri, merged) in [
            ("//api//x?a=//b&c", "/api/x?a=//b&c"),
            ("//api/x?", "/api/x?"),
            (
                "http://portal.example.com//api/x?q",
                "http://portal.example.com/api/x?q",
            ),
        ] {
            let uri: Uri = uri.parse().unwrap();
            assert_eq!(merged_uri(&uri).unwrap().to_string(), merged);
        }
    }
}
