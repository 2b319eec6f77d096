//! Reading of signed requests (RFC 5849), with the parts that a signature covers.

use crate::http::body;
use crate::http::problem::{Kind, Problem};
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{OriginalUri, Request};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use domain::oauth1::{self, Oauth1Error, SignedRequest, is_form};

/// The maximum size of a form body in bytes.
pub const MAX_FORM_BYTES: usize = 64 * 1024;

/// Represents a request whose body has been read if it is a form. Other bodies are not read because signatures don't
/// cover them.
#[derive(Debug)]
pub struct BufferedRequest {
    /// The request without its body.
    pub parts: Parts,
    body: Content,
}

#[derive(Debug)]
enum Content {
    Form(Bytes),
    Other(Body),
}

impl BufferedRequest {
    /// Reads the body if it is a form.
    ///
    /// # Errors
    /// Returns 413 for a form larger than [`MAX_FORM_BYTES`], 400 for an incomplete one, 408 for a timeout.
    pub async fn read(request: Request) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let is_form_body = parts
            .headers
            .get(CONTENT_TYPE)
            .is_some_and(|value| is_form(value.as_bytes()));
        let body = if is_form_body {
            Content::Form(body::read(body, MAX_FORM_BYTES).await?)
        } else {
            Content::Other(body)
        };
        Ok(Self { parts, body })
    }

    /// Parses the OAuth parameters in the header, body and query. Method, path and query are used as they were sent. A
    /// form with a `Content-Encoding` has already been decompressed; the signature covers its decompressed parameters.
    ///
    /// # Errors
    /// Returns an error for missing or malformed parameters.
    pub fn signed_request(&self) -> Result<SignedRequest<'_>, Oauth1Error> {
        self.request().parse()
    }

    /// Returns whether the request has an `Authorization` header with the OAuth scheme, or an OAuth 1 protocol
    /// parameter.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        self.request().is_signed()
    }

    fn request(&self) -> oauth1::Request<'_> {
        let uri = self
            .parts
            .extensions
            .get::<OriginalUri>()
            .map_or(&self.parts.uri, |original| &original.0);
        let request = oauth1::Request::new(self.parts.method.as_str(), uri.path(), uri.query());
        let host = uri.authority().map(Authority::as_str);
        let host = host.or_else(|| self.parts.headers.get(HOST)?.to_str().ok());
        let request = request.host(host);
        let authorizations = self.parts.headers.get_all(AUTHORIZATION).into_iter();
        let request = authorizations.fold(request, |request, value| request.authorization(value.as_bytes()));
        let content_type = self.parts.headers.get(CONTENT_TYPE).map(|value| value.as_bytes());
        match &self.body {
            Content::Form(form) => request.body(content_type, form),
            Content::Other(_) => request,
        }
    }

    /// Checks that the body is a form or empty.
    ///
    /// # Errors
    /// Returns 415 for any other body.
    pub fn require_form(&self) -> Result<(), Problem> {
        match &self.body {
            Content::Other(body) if !body.is_end_stream() => Err(Problem::new(
                Kind::UnsupportedMediaType,
                "Set Content-Type to application/x-www-form-urlencoded, or send no body.",
            )),
            _ => Ok(()),
        }
    }

    /// Returns the request with its body, for the next handler.
    pub fn into_request(self) -> Request {
        let body = match self.body {
            Content::Form(form) => Body::from(form),
            Content::Other(body) => body,
        };
        Request::from_parts(self.parts, body)
    }
}
