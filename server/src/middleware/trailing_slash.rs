//! Pages have no slash at their end; who adds one is sent to the page all the same.

use axum::extract::Request;
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use domain::local_path::local_path;

/// Redirects `/settings/?x=1` to `/settings?x=1`.
pub async fn without_trailing_slash(request: Request, next: Next) -> Response {
    match shorter(request.method(), request.uri().path(), request.uri().query()) {
        Some(target) => Redirect::permanent(&target).into_response(),
        None => next.run(request).await,
    }
}

fn shorter(method: &Method, path: &str, query: Option<&str>) -> Option<String> {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return None;
    }
    let short = path.strip_suffix('/')?.trim_end_matches('/');
    let target = match query {
        Some(query) => format!("{short}?{query}"),
        None => short.to_owned(),
    };
    // `//evil.example/` would become an address on another site.
    local_path(&target).is_some().then_some(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_local_page_with_a_slash_is_moved() {
        let get = |path, query| shorter(&Method::GET, path, query);
        assert_eq!(get("/settings/", None).as_deref(), Some("/settings"));
        assert_eq!(get("/settings//", None).as_deref(), Some("/settings"));
        assert_eq!(get("/sign-in/", Some("next=/x/")).as_deref(), Some("/sign-in?next=/x/"));
        for path in ["/", "/settings", "//", "//evil.example/", "/\\evil.example/"] {
            assert_eq!(get(path, None), None, "{path}");
        }
        assert_eq!(shorter(&Method::POST, "/settings/", None), None);
    }
}
