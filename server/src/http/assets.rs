//! The files for the browser: the app's code and style with their hashes, the icon, and what else lies beside them.

use crate::state::App;
use axum::Router;
use axum::extract::Request;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, VARY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use std::path::Path;
use tower_http::services::{ServeDir, ServeFile};

/// A file whose name holds a hash of its content never changes.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_EACH_TIME: HeaderValue = HeaderValue::from_static("no-cache");

/// Pictures change with a release at most, and an old one harms nobody.
const A_DAY: HeaderValue = HeaderValue::from_static("public, max-age=86400");

/// The folder of the pictures that the preview of the asset selector shows while there is no DAM to ask.
const SAMPLES: &str = "/samples";

/// The length of the hashes that cargo-leptos puts into names.
const HASH: usize = 22;

/// Routes for the files below the site's root. Those at its top are looked for once; `pkg` and `samples` are folders of
/// any files.
pub fn router(app: &App) -> Router<App> {
    let root = &app.config.site_root;
    let folder = &*app.leptos.site_pkg_dir;
    let mut router = Router::new();
    for folder in [format!("/{folder}").as_str(), SAMPLES] {
        let files = ServeDir::new(root.join(folder.trim_start_matches('/'))).precompressed_br();
        router = router.nest_service(folder, files);
    }
    for name in top_files(root) {
        let file = ServeFile::new(root.join(&name)).precompressed_br();
        router = router.route_service(&format!("/{name}"), file);
    }
    router.layer(from_fn(describe))
}

/// Names that can stand in a route as they are. Compressed files stand behind those that they were made from.
fn top_files(root: &Path) -> Vec<String> {
    let plain = |name: &str| {
        name.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
    };
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| plain(name) && !name.starts_with('.') && !name.ends_with(".br"))
        .collect()
}

async fn describe(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let lasting = if has_hash(path) {
        FOREVER
    } else if path.strip_prefix(SAMPLES).is_some_and(|rest| rest.starts_with('/')) {
        A_DAY
    } else {
        ASK_EACH_TIME
    };
    let mut response = next.run(request).await;
    let found = response.status() != StatusCode::NOT_FOUND;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, if found { lasting } else { ASK_EACH_TIME });
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(VARY, HeaderValue::from(ACCEPT_ENCODING));
    response
}

/// Whether the name has a hash before its ending, as `gatehouse.b3BlbiBzb3VyY2UgaXMgZnVu.css` has.
fn has_hash(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let mut parts = name.rsplit('.').skip(1);
    parts.next().is_some_and(|hash| {
        parts.next().is_some()
            && hash.len() == HASH
            && hash.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            // The name that the loader of split code has before it gets its hash.
            && hash.bytes().any(|byte| byte != b'_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_a_hash_are_kept_for_ever() {
        for name in [
            "gatehouse.lVQSEfTzzE6ZW6ysvhaM0w.js",
            "__wasm_split.uP8-XKTzd1YKcJ_0AbCdEf.js",
        ] {
            assert!(has_hash(&format!("/pkg/{name}")), "{name}");
        }
        for name in [
            "gatehouse.js",
            "favicon.ico",
            "__wasm_split.______________________.js",
            "lVQSEfTzzE6ZW6ysvhaM0w.js",
            "a.b.js",
        ] {
            assert!(!has_hash(&format!("/pkg/{name}")), "{name}");
        }
    }
}
