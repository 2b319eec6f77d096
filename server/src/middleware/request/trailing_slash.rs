//! Redirects page paths with a trailing slash.

use axum::extract::Request;
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use domain::local_path::local_path;

/// Redirects `/settings/?x=1` to `/settings?x=1`.
pub async fn strip_trailing_slash(request: Request, next: Next) -> Response {
    match redirect_target(request.method(), request.uri().path(), request.uri().query()) {
        Some(target) => Redirect::permanent(&target).into_response(),
        None => next.run(request).await,
    }
}

/// Returns the path without trailing slashes, or `None` when there is nothing to redirect.
fn redirect_target(method: &Method, path: &str, query: Option<&str>) -> Option<String> {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return None;
    }
    let stripped = path.strip_suffix('/')?.trim_end_matches('/');
    let target = match query {
        Some(query) => format!("{stripped}?{query}"),
        None => stripped.to_owned(),
    };
    // `//evil.example/` would become a redirect to another site.
    local_path(&target).is_some().then_some(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_local_paths_with_trailing_slash_are_redirected() {
        let get = |path, query| redirect_target(&Method::GET, path, query);
        assert_eq!(get("/settings/", None).as_deref(), Some("/settings"));
        assert_eq!(get("/settings//", None).as_deref(), Some("/settings"));
        assert_eq!(get("/sign-in/", Some("next=/x/")).as_deref(), Some("/sign-in?next=/x/"));
        for path in ["/", "/settings", "//", "//evil.example/", "/\\evil.example/"] {
            assert_eq!(get(path, None), None, "{path}");
        }
        assert_eq!(redirect_target(&Method::POST, "/settings/", None), None);
    }
}
