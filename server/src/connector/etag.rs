//! Answers that a client may have already (RFC 9110 §13).

use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;

/// JSON under its entity tag, or 304 for a client that has it.
pub(crate) fn answer(headers: &HeaderMap, etag: &str, body: impl FnOnce() -> Bytes) -> Response {
    let mut response = if has(headers, etag) {
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

/// Whether the client has what has this entity tag, as `If-None-Match` says (RFC 9110 §13.1.2): in a list, by the weak
/// comparison, or `*` for anything.
fn has(headers: &HeaderMap, etag: &str) -> bool {
    let mut lines = headers.get_all(IF_NONE_MATCH).iter();
    lines.any(|line| line.as_bytes() == etag.as_bytes() || lists(line.as_bytes(), etag.as_bytes()))
}

/// Whether a list has the tag. A tag may hold a comma, so what stands between quotes is taken as it is; what is not a list
/// of tags has none from there on.
fn lists(mut line: &[u8], etag: &[u8]) -> bool {
    if line.trim_ascii() == b"*" {
        return true;
    }
    loop {
        // Members may be empty (RFC 9110 §5.6.1.2).
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

    fn asked(lines: &[&[u8]]) -> bool {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(IF_NONE_MATCH, HeaderValue::from_bytes(line).unwrap());
        }
        has(&headers, "\"abc\"")
    }

    #[test]
    fn the_tag_is_found_in_a_list() {
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
            assert!(asked(&[line]), "{}", String::from_utf8_lossy(line));
        }
        assert!(asked(&[b"\"x\"", b"\"abc\""]));
    }

    #[test]
    fn what_is_not_the_tag_is_not_taken_for_it() {
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
            assert!(!asked(&[line]), "{}", String::from_utf8_lossy(line));
        }
        assert!(!asked(&[]));
    }
}
