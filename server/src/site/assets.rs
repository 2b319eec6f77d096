//! Static files: the app's scripts and stylesheet, which have hashes in their names, the icon, and other files.

use crate::state::AppState;
use axum::Router;
use axum::extract::Request;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, VARY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use std::path::Path;
use tower_http::services::{ServeDir, ServeFile};

/// The `Cache-Control` of files that have a hash of their content in their names, and so never change.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// The `Cache-Control` of all other files.
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");

/// The `Cache-Control` of sample images. They change at most with a release, and an outdated one does no harm.
const ONE_DAY: HeaderValue = HeaderValue::from_static("public, max-age=86400");

/// The path of the sample images, which the preview of the asset selector shows if no DAM is connected.
const SAMPLES_PATH: &str = "/samples";

/// The length of the hashes in the file names of the built site.
const HASH_LENGTH: usize = 22;

/// Builds the routes of the files in the site root. Files at the top level are listed once, at startup; the `pkg` and
/// `samples` directories are served with whatever they contain.
pub fn router(app: &AppState) -> Router<AppState> {
    let root = &app.config.site_root;
    let folder = &*app.leptos.site_pkg_dir;
    let mut router = Router::new();
    for folder in [format!("/{folder}").as_str(), SAMPLES_PATH] {
        let files = ServeDir::new(root.join(folder.trim_start_matches('/'))).precompressed_br();
        router = router.nest_service(folder, files);
    }
    for name in top_files(root) {
        let file = ServeFile::new(root.join(&name)).precompressed_br();
        router = router.route_service(&format!("/{name}"), file);
    }
    router.layer(from_fn(set_headers))
}

/// Lists the files at the top level whose names need no escaping in a route. Compressed files are left out because they
/// are served in place of their originals.
fn top_files(root: &Path) -> Vec<String> {
    let is_plain = |name: &str| {
        name.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
    };
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| is_plain(name) && !name.starts_with('.') && !name.ends_with(".br"))
        .collect()
}

/// Sets caching and security headers.
async fn set_headers(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let cache_control = if has_hash(path) {
        IMMUTABLE
    } else if path
        .strip_prefix(SAMPLES_PATH)
        .is_some_and(|rest| rest.starts_with('/'))
    {
        ONE_DAY
    } else {
        REVALIDATE
    };
    let mut response = next.run(request).await;
    let found = response.status() != StatusCode::NOT_FOUND;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, if found { cache_control } else { REVALIDATE });
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(VARY, HeaderValue::from(ACCEPT_ENCODING));
    response
}

/// Returns whether a file name has a hash before its extension, as in `gatehouse.b3BlbiBzb3VyY2UgaXMgZnVu.css`.
fn has_hash(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let mut parts = name.rsplit('.').skip(1);
    parts.next().is_some_and(|hash| {
        parts.next().is_some()
            && hash.len() == HASH_LENGTH
            && hash.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            // The loader of split code has underscores in place of its hash until the hash is computed.
            && hash.bytes().any(|byte| byte != b'_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_a_hash_are_immutable() {
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
