//! The paths of the machine APIs, which middleware and error pages distinguish from the paths of pages.

use std::borrow::Cow;

/// The path prefixes of the machine APIs. The API router handles every path below them, including unknown ones.
pub const API_PREFIXES: [&str; 3] = ["/api", "/v6", "/.well-known"];

/// The path of the API reference.
pub const API_DOCS: &str = "/api/docs";

/// The path of the stylesheet of the API reference.
pub const API_DOCS_STYLESHEET: &str = "/api/docs.css";

/// Returns whether a path belongs to the machine APIs. Repeated slashes are ignored.
#[must_use]
pub fn is_api_path(path: &str) -> bool {
    let path = merge_slashes(path);
    API_PREFIXES.iter().any(|prefix| {
        path.strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// Returns whether a path belongs to the OAuth 2.0 endpoints, which return the errors of RFC 6749 §5.2.
#[must_use]
pub fn is_oauth2_path(path: &str) -> bool {
    merge_slashes(path).starts_with("/v6/")
}

/// Returns the path with repeated slashes replaced by one.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn api_paths_are_recognized() {
        for path in [
            "/api",
            "/api/",
            "/api/v4/account",
            "/v6/authentication",
            "/.well-known/jwks.json",
            "//api/v4/account",
            "///v6//authentication/",
            "/api//",
        ] {
            assert!(is_api_path(path), "{path}");
        }
        for path in [
            "/",
            "//",
            "/apis",
            "/v60",
            "/fn/x",
            "//fn/x",
            "/fn//api",
            "//evil.example/api",
            "/./api",
            "/%2fapi",
            "/settings/portal/api-tokens",
        ] {
            assert!(!is_api_path(path), "{path}");
        }
    }

    #[test]
    fn repeated_slashes_are_merged_and_nothing_else_changes() {
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
}
