//! Paths with more slashes than they need.
//!
//! A client whose base URL ends with a slash asks for `//api/v4/currentUser`. Programs get the endpoint's own answer:
//! routing and every decision before it go by the merged path, while a signature covers the path as it was sent, which
//! [`OriginalUri`](axum::extract::OriginalUri) keeps. Paths of pages and of server functions are never merged, so that no
//! second spelling of them exists, and no redirect can be made to point to `//another.host`.

use crate::router;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::Uri;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::borrow::Cow;
use tower::ServiceExt;

/// The path with one slash wherever it has several.
#[must_use]
pub fn merge_slashes(path: &str) -> Cow<'_, str> {
    if !path.contains("//") {
        return Cow::Borrowed(path);
    }
    let mut merged = String::with_capacity(path.len());
    for character in path.chars() {
        if character != '/' || !merged.ends_with('/') {
            merged.push(character);
        }
    }
    Cow::Owned(merged)
}

/// Hands a request to `machines` if its path begins with several slashes and is for programs. To be put around what
/// would answer it otherwise.
pub async fn merge_leading_slashes(State(machines): State<Router>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path.starts_with("//") && router::is_for_machines(path) {
        answer_merged(machines, request).await
    } else {
        next.run(request).await
    }
}

/// The answer of `router` at the merged path.
pub async fn answer_merged(router: Router, mut request: Request) -> Response {
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
    fn only_repeated_slashes_are_merged() {
        for (path, merged) in [
            ("/", "/"),
            ("/api/v4/users/", "/api/v4/users/"),
            ("//api/v4/users//", "/api/v4/users/"),
            ("///", "/"),
            ("/a////b/c", "/a/b/c"),
            ("/api/%2F%2F", "/api/%2F%2F"),
            ("/./a/../b", "/./a/../b"),
            ("//ü//x", "/ü/x"),
        ] {
            assert_eq!(merge_slashes(path), merged, "{path}");
        }
    }

    #[test]
    fn the_query_stays_as_it_was_sent() {
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
