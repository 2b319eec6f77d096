//! A request as it came, with all that a signature covers.

use crate::http::body;
use crate::http::problem::{Kind, Problem};
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{OriginalUri, Request};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use domain::oauth1::{self, Refusal, SignedRequest, is_form};

/// The longest form body, in bytes.
pub const MAX_FORM: usize = 64 * 1024;

/// A request whose body has been read if it is a form, and is left alone otherwise: signatures cover forms only.
#[derive(Debug)]
pub struct Received {
    /// The request without its body.
    pub parts: Parts,
    body: Content,
}

#[derive(Debug)]
enum Content {
    Form(Bytes),
    Other(Body),
}

impl Received {
    /// Reads the body if it is a form.
    ///
    /// # Errors
    /// 413 for a form longer than [`MAX_FORM`], 400 for one that breaks off.
    pub async fn read(request: Request) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let form = parts
            .headers
            .get(CONTENT_TYPE)
            .is_some_and(|value| is_form(value.as_bytes()));
        let body = if form {
            Content::Form(body::read(body, MAX_FORM).await?)
        } else {
            Content::Other(body)
        };
        Ok(Self { parts, body })
    }

    /// The OAuth parameters, from header, body and query. Method, path and query are taken as they were sent.
    /// A form that came with a `Content-Encoding` has been decoded before: what is signed are its decoded parameters.
    ///
    /// # Errors
    /// A refusal for parameters that are missing or cannot be read.
    pub fn signed(&self) -> Result<SignedRequest<'_>, Refusal> {
        self.request().parse()
    }

    /// Whether the request carries anything of OAuth 1: a header of its scheme, or a protocol parameter.
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

    /// Refuses a body that is not a form, for where nothing else is understood. No body at all will do.
    ///
    /// # Errors
    /// 415 for one.
    pub fn require_form(&self) -> Result<(), Problem> {
        match &self.body {
            Content::Other(body) if !body.is_end_stream() => Err(Problem::new(
                Kind::MediaType,
                "Send application/x-www-form-urlencoded, or no body.",
            )),
            _ => Ok(()),
        }
    }

    /// The request, for whoever reads its body next.
    pub fn into_request(self) -> Request {
        let body = match self.body {
            Content::Form(form) => Body::from(form),
            Content::Other(body) => body,
        };
        Request::from_parts(self.parts, body)
    }
}
