//! Bodies that come compressed (`Content-Encoding`, RFC 9110 §8.4).
//!
//! They are decoded as they are read, so that whoever reads one bounds what comes out of it; what goes in has a bound of
//! its own here. Taken are gzip and deflate, whose decoders need 32 KiB for a window; brotli and zstd let a sender demand
//! megabytes of memory before anybody has signed in.

use crate::http::error_page;
use crate::http::problem::{Kind, Problem};
use crate::middleware::RequestId;
use crate::oauth2::error::OauthError;
use crate::router;
use app::error::Failure;
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

/// The codings that are decoded, as `Accept-Encoding` names them.
const SUPPORTED: &str = "gzip, deflate";

/// The most bytes of a coded body. No route takes more when it is decoded.
const MAX_CODED_BODY_BYTES: usize = 1024 * 1024;

/// How a body comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Identity,
    Gzip,
    Deflate,
    /// Another one, or several.
    Unsupported,
}

/// Whether the body may come in another way than as it is, and [`decode_body`] is needed.
#[must_use]
pub fn is_coded(headers: &HeaderMap) -> bool {
    headers.contains_key(CONTENT_ENCODING) || headers.contains_key(TRANSFER_ENCODING)
}

/// Runs what follows with the decoded body.
///
/// A coding that is not supported is answered with 415 and `Accept-Encoding` (RFC 9110 §15.5.16), a transfer coding other
/// than chunked with 501 (RFC 9112 §6.1). Without a body nothing is decoded.
pub async fn decode_body(id: &RequestId, mut request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let headers = request.headers_mut();
    if has_unsupported_transfer_coding(headers) {
        return refuse(
            &request,
            id,
            StatusCode::NOT_IMPLEMENTED,
            "The only Transfer-Encoding that is supported is chunked.",
        );
    }
    let coding = match coding(headers) {
        Coding::Identity => {
            headers.remove(CONTENT_ENCODING);
            return next.run(request).await;
        }
        Coding::Gzip => HeaderValue::from_static("gzip"),
        Coding::Deflate => HeaderValue::from_static("deflate"),
        Coding::Unsupported => {
            return refuse(
                &request,
                id,
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Send the body as it is, or with Content-Encoding gzip or deflate, one of them and once.",
            );
        }
    };
    headers.insert(CONTENT_ENCODING, coding);
    let service = ServiceBuilder::new()
        .layer(RequestDecompressionLayer::new())
        .map_request(|request: Request<_>| request.map(Body::new))
        .service(next);
    let request = request.map(|body| Limited::new(body, MAX_CODED_BODY_BYTES));
    match service.oneshot(request).await {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    }
}

/// The one coding of the body. Names are case-insensitive, and `x-gzip` is gzip (RFC 9110 §8.4.1.3).
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
            // What is coded twice multiplies what a bomb holds.
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

/// The refusal as the route itself would have worded it.
fn refuse(request: &Request, id: &RequestId, status: StatusCode, sentence: &'static str) -> Response {
    let path = request.uri().path();
    let mut response = if router::is_for_oauth2(path) {
        OauthError::with_status(status, ErrorCode::InvalidRequest, sentence).into_response()
    } else if router::is_for_machines(path) {
        let kind = if status == StatusCode::UNSUPPORTED_MEDIA_TYPE {
            Kind::MediaType
        } else {
            Kind::NotImplemented
        };
        Problem::new(kind, sentence).into_response()
    } else {
        error_page::refuse(request.headers(), status, &Failure::Conflict(sentence.to_owned()), id)
    };
    if status == StatusCode::UNSUPPORTED_MEDIA_TYPE {
        let supported = HeaderValue::from_static(SUPPORTED);
        response.headers_mut().insert(ACCEPT_ENCODING, supported);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_coding_is_taken_and_known_by_its_names() {
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
