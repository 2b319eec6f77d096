//! Conditional responses with `ETag` and `If-None-Match` (RFC 9110 §13).

use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;

/// Returns JSON with its entity tag, or 304 if the client has the current version.
pub(crate) fn respond(headers: &HeaderMap, etag: &str, body: impl FnOnce() -> Bytes) -> Response {
    let mut response = if matches(headers, etag) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        let mut response = Response::new(Body::from(body()));
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        response
    };
    let headers = response.headers_mut();
    if let Ok(etag) = HeaderValue::from_str(etag) {
        headers.insert(ETAG, etag);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

/// Returns whether `If-None-Match` matches the entity tag (RFC 9110 §13.1.2): by weak comparison with each tag in its
/// list, or by `*`, which matches any tag.
fn matches(headers: &HeaderMap, etag: &str) -> bool {
    let mut lines = headers.get_all(IF_NONE_MATCH).iter();
    lines.any(|line| line.as_bytes() == etag.as_bytes() || list_contains(line.as_bytes(), etag.as_bytes()))
}

/// Returns whether a list of entity tags contains `etag`. A tag may contain a comma, so the list is parsed by quotes.
/// Parsing stops at the first malformed tag.
///
/// `headers::IfNoneMatch` is not used, as it ignores the whole list if a tag in it has a byte beyond ASCII, which RFC
/// 9110 §8.8.3 allows.
fn list_contains(mut line: &[u8], etag: &[u8]) -> bool {
    if line.trim_ascii() == b"*" {
        return true;
    }
    loop {
        // List elements may be empty (RFC 9110 §5.6.1.2).
        while let [b' ' | b'\t' | b',', rest @ ..] = line {
            line = rest;
        }
        line = line.strip_prefix(b"W/").unwrap_or(line);
        let Some(inner) = line.strip_prefix(b"\"") else {
            return false;
        };
        let Some(end) = inner.iter().position(|byte| *byte == b'"') else {
            return false;
        };
        if line[..end + 2] == *etag {
            return true;
        }
        line = inner[end + 1..].trim_ascii_start();
        if !line.starts_with(b",") {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches_abc(lines: &[&[u8]]) -> bool {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(IF_NONE_MATCH, HeaderValue::from_bytes(line).unwrap());
        }
        matches(&headers, "\"abc\"")
    }

    #[test]
    fn listed_tag_matches() {
        for line in [
            b"\"abc\"".as_slice(),
            b"W/\"abc\"",
            b"*",
            b" * ",
            b"\"x\", \"abc\"",
            b"\"x\",W/\"abc\",\"y\"",
            b", ,\"a,b\" , \"abc\"",
            b"\"\xff\", \"abc\"",
        ] {
            assert!(matches_abc(&[line]), "{}", String::from_utf8_lossy(line));
        }
        assert!(matches_abc(&[b"\"x\"", b"\"abc\""]));
    }

    #[test]
    fn other_or_malformed_tags_do_not_match() {
        for line in [
            b"".as_slice(),
            b"abc",
            b"\"abcd\"",
            b"\"abc",
            b"w/\"abc\"",
            b"\"x, \"abc\"",
            b"\"x\" \"abc\"",
            b"\"x\", *",
            b"\"ABC\"",
        ] {
            assert!(!matches_abc(&[line]), "{}", String::from_utf8_lossy(line));
        }
        assert!(!matches_abc(&[]));
    }
}
