//! Decodes compressed request bodies (`Content-Encoding`, RFC 9110 §8.4).
//!
//! Bodies are decoded as they are read, so each reader limits the decoded size; the encoded size is limited here.
//! Supported are gzip and deflate, whose decoders need a window of 32 KiB. With brotli and zstd, a sender could demand
//! megabytes of memory without a valid credential.

use crate::api::oauth2::error::OauthErrorResponse;
use crate::http::paths::{is_api_path, is_oauth2_path};
use crate::http::problem::{Kind, Problem};
use crate::http::{RequestId, error_page};
use app::error::AppError;
use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, TRANSFER_ENCODING};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::oauth2::ErrorCode;
use http_body_util::Limited;
use tower::{ServiceBuilder, ServiceExt};
use tower_http::decompression::RequestDecompressionLayer;

/// The supported codings, as the value of `Accept-Encoding`.
const SUPPORTED_CODINGS: &str = "gzip, deflate";

/// The maximum size of an encoded body in bytes. No route accepts more after decoding.
const MAX_ENCODED_BODY_BYTES: usize = 1024 * 1024;

/// Describes the content coding of a request body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Identity,
    Gzip,
    Deflate,
    /// An unsupported coding, or more than one.
    Unsupported,
}

/// Returns whether the body may be encoded, so that [`decode_body`] is needed.
#[must_use]
pub fn is_encoded(headers: &HeaderMap) -> bool {
    headers.contains_key(CONTENT_ENCODING) || headers.contains_key(TRANSFER_ENCODING)
}

/// Runs `next` with the decoded body.
///
/// An unsupported content coding is answered with 415 and `Accept-Encoding` (RFC 9110 §15.5.16), a transfer coding
/// other than chunked with 501 (RFC 9112 §6.1). A request without a body passes unchanged.
pub async fn decode_body(id: &RequestId, mut request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let headers = request.headers_mut();
    if has_unsupported_transfer_coding(headers) {
        return reject(&request, id, &AppError::UnsupportedTransferCoding);
    }
    let coding = match coding(headers) {
        Coding::Identity => {
            headers.remove(CONTENT_ENCODING);
            return next.run(request).await;
        }
        Coding::Gzip => HeaderValue::from_static("gzip"),
        Coding::Deflate => HeaderValue::from_static("deflate"),
        Coding::Unsupported => return reject(&request, id, &AppError::UnsupportedContentCoding),
    };
    headers.insert(CONTENT_ENCODING, coding);
    let service = ServiceBuilder::new()
        .layer(RequestDecompressionLayer::new())
        .map_request(|request: Request<_>| request.map(Body::new))
        .service(next);
    let request = request.map(|body| Limited::new(body, MAX_ENCODED_BODY_BYTES));
    match service.oneshot(request).await {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    }
}

/// Returns the coding of the body. Names are case-insensitive, and `x-gzip` is gzip (RFC 9110 §8.4.1.3).
fn coding(headers: &HeaderMap) -> Coding {
    let mut found = Coding::Identity;
    for line in headers.get_all(CONTENT_ENCODING) {
        let Ok(line) = line.to_str() else {
            return Coding::Unsupported;
        };
        for name in line.split(',').map(str::trim) {
            let next = match name.to_ascii_lowercase().as_str() {
                "" | "identity" => continue,
                "gzip" | "x-gzip" => Coding::Gzip,
                "deflate" => Coding::Deflate,
                _ => Coding::Unsupported,
            };
            // Two codings would multiply the size of a decompression bomb.
            found = match found {
                Coding::Identity => next,
                _ => Coding::Unsupported,
            };
        }
    }
    found
}

fn has_unsupported_transfer_coding(headers: &HeaderMap) -> bool {
    let mut lines = headers.get_all(TRANSFER_ENCODING).iter();
    lines.any(|line| !line.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked"))
}

/// Returns the error in the format of the route: OAuth 2.0 error, problem details or error page.
fn reject(request: &Request, id: &RequestId, failure: &AppError) -> Response {
    let path = request.uri().path();
    let status = failure.status();
    let mut response = if is_oauth2_path(path) {
        OauthErrorResponse::with_status(status, ErrorCode::InvalidRequest, failure.to_string()).into_response()
    } else if is_api_path(path) {
        let kind = if status == StatusCode::UNSUPPORTED_MEDIA_TYPE {
            Kind::UnsupportedMediaType
        } else {
            Kind::NotImplemented
        };
        Problem::new(kind, failure.to_string()).into_response()
    } else {
        error_page::render(request.headers(), failure, id)
    };
    if status == StatusCode::UNSUPPORTED_MEDIA_TYPE {
        let supported = HeaderValue::from_static(SUPPORTED_CODINGS);
        response.headers_mut().insert(ACCEPT_ENCODING, supported);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_gzip_or_deflate_coding_is_supported() {
        for (lines, expected) in [
            (&[][..], Coding::Identity),
            (&["identity"], Coding::Identity),
            (&[""], Coding::Identity),
            (&["gzip"], Coding::Gzip),
            (&["GZip"], Coding::Gzip),
            (&["x-gzip"], Coding::Gzip),
            (&["identity, gzip"], Coding::Gzip),
            (&["deflate"], Coding::Deflate),
            (&["br"], Coding::Unsupported),
            (&["zstd"], Coding::Unsupported),
            (&["compress"], Coding::Unsupported),
            (&["gzip, gzip"], Coding::Unsupported),
            (&["gzip", "deflate"], Coding::Unsupported),
            (&["gzip;q=1"], Coding::Unsupported),
            (&["utf-8"], Coding::Unsupported),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(CONTENT_ENCODING, line.parse().unwrap());
            }
            assert_eq!(coding(&headers), expected, "{lines:?}");
        }
    }
}
