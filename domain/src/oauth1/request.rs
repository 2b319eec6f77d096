//! A request as it stood on the wire, before anything is known about it.

use std::fmt;

use crate::oauth1::{
    header,
    parameters::{Parameters, Place},
    refusal::Refusal,
    signed_request::SignedRequest,
};

/// A received request, as far as a signature covers it.
///
/// The origin is configured, see [`Origin`](crate::oauth1::Origin); the `Host` header can only choose among configured ones, and
/// a proxy's headers are no part of it.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    query: Option<&'a str>,
    authorizations: usize,
    credentials: Option<&'a [u8]>,
    form: Option<&'a [u8]>,
    pub(crate) host: Option<&'a str>,
}

impl<'a> Request<'a> {
    /// The request line: the method, and path and query exactly as they were sent, before any routing, decoding or
    /// mending of slashes.
    #[must_use]
    pub const fn new(method: &'a str, path: &'a str, query: Option<&'a str>) -> Self {
        Self {
            method,
            path,
            query,
            authorizations: 0,
            credentials: None,
            form: None,
            host: None,
        }
    }

    /// An `Authorization` header. To be called for each one that came; more than one is refused by
    /// [`parse`](Self::parse), and one of another scheme is not read.
    #[must_use]
    pub fn authorization(mut self, value: &'a [u8]) -> Self {
        self.authorizations += 1;
        self.credentials = header::credentials(value).or(self.credentials);
        self
    }

    /// The host and port that the request was sent to: its `:authority`, or its `Host` header.
    #[must_use]
    pub const fn host(mut self, host: Option<&'a str>) -> Self {
        self.host = host;
        self
    }

    /// The body, which takes part only if its `Content-Type` is a form, see [`is_form`].
    #[must_use]
    pub fn body(mut self, content_type: Option<&[u8]>, body: &'a [u8]) -> Self {
        self.form = content_type.is_some_and(is_form).then_some(body);
        self
    }

    /// Whether the request means to be signed: its `Authorization` has the scheme `OAuth`, or query or form body name a
    /// protocol parameter. Where it is false another kind of credential may hold.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        let query = self.query.map(str::as_bytes);
        let named = |form: &[u8]| {
            form.split(|byte| *byte == b'&')
                .any(|piece| piece.starts_with(b"oauth_"))
        };
        self.credentials.is_some() || [query, self.form].into_iter().flatten().any(named)
    }

    /// Reads the parameters from header, body and query, and the protocol's own among them (RFC 5849 §3.1, §3.5).
    ///
    /// # Errors
    /// A [`Refusal`] with [`Problem::ParameterRejected`](crate::oauth1::Problem::ParameterRejected) for what cannot be read or
    /// is sent twice, `ParameterAbsent` with the missing names, `VersionRejected`, or `SignatureMethodRejected` for a
    /// method that nobody knows.
    pub fn parse(&self) -> Result<SignedRequest<'a>, Refusal> {
        if self.authorizations > 1 {
            return Err(Refusal::rejected(
                "The request has more than one Authorization header.",
                Vec::new(),
            ));
        }
        let mut parameters = Parameters::new();
        if let Some(credentials) = self.credentials {
            header::read(credentials, &mut parameters)?;
        }
        if let Some(form) = self.form {
            parameters.add_form(Place::Body, form)?;
        }
        if let Some(query) = self.query {
            parameters.add_form(Place::Query, query.as_bytes())?;
        }
        SignedRequest::new(self, parameters)
    }
}

/// Method and path only: query, header and body may hold credentials.
impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// Whether a `Content-Type` is `application/x-www-form-urlencoded`, the only kind of body that is signed
/// (RFC 5849 §3.4.1.3.1). Other bodies need not be read before the signature is checked.
#[must_use]
pub fn is_form(content_type: &[u8]) -> bool {
    let media_type = content_type.split(|byte| *byte == b';').next().unwrap_or_default();
    media_type
        .trim_ascii()
        .eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
}
