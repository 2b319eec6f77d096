//! A received request, before parsing and verification.

pub(crate) mod header;
pub(crate) mod origin;
pub(crate) mod parameters;
pub(crate) mod signed_request;

use std::fmt;

use crate::oauth1::{
    error::Oauth1Error,
    request::parameters::{ParameterLocation, Parameters},
    request::signed_request::SignedRequest,
};

/// Holds the parts of a received request that a signature covers.
///
/// The origin is configured, see [`Origin`](crate::oauth1::Origin): the `Host` header can only select one of the configured
/// origins, and a proxy's headers are not used.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    query: Option<&'a str>,
    authorization_count: usize,
    credentials: Option<&'a [u8]>,
    form: Option<&'a [u8]>,
    pub(crate) host: Option<&'a str>,
}

impl<'a> Request<'a> {
    /// Creates a request from its method, and from path and query exactly as they were sent: before routing, decoding or
    /// normalization of slashes.
    #[must_use]
    pub const fn new(method: &'a str, path: &'a str, query: Option<&'a str>) -> Self {
        Self {
            method,
            path,
            query,
            authorization_count: 0,
            credentials: None,
            form: None,
            host: None,
        }
    }

    /// Adds an `Authorization` header. Must be called for each one; [`parse`](Self::parse) rejects more than one. Other schemes
    /// than `OAuth` are ignored.
    #[must_use]
    pub fn authorization(mut self, value: &'a [u8]) -> Self {
        self.authorization_count += 1;
        self.credentials = header::credentials(value).or(self.credentials);
        self
    }

    /// Sets the host and port that the request was sent to: its `:authority` or its `Host` header.
    #[must_use]
    pub const fn host(mut self, host: Option<&'a str>) -> Self {
        self.host = host;
        self
    }

    /// Sets the body, which is ignored unless its `Content-Type` is a form, see [`is_form`].
    #[must_use]
    pub fn body(mut self, content_type: Option<&[u8]>, body: &'a [u8]) -> Self {
        self.form = content_type.is_some_and(is_form).then_some(body);
        self
    }

    /// Reports whether the request claims to be signed: its `Authorization` has the scheme `OAuth`, or the query or form body
    /// has a protocol parameter. If not, it may have other credentials.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        let query = self.query.map(str::as_bytes);
        let has_protocol_parameter = |form: &[u8]| {
            form.split(|byte| *byte == b'&')
                .any(|piece| piece.starts_with(b"oauth_"))
        };
        self.credentials.is_some() || [query, self.form].into_iter().flatten().any(has_protocol_parameter)
    }

    /// Parses the parameters from header, body and query (RFC 5849 §3.1, §3.5).
    ///
    /// # Errors
    /// Returns an [`Oauth1Error`] with
    /// [`OauthProblem::ParameterRejected`](crate::oauth1::OauthProblem::ParameterRejected) for malformed or repeated
    /// parameters, `ParameterAbsent` with the missing names, `VersionRejected`, or `SignatureMethodRejected` for an unknown
    /// method.
    pub fn parse(&self) -> Result<SignedRequest<'a>, Oauth1Error> {
        if self.authorization_count > 1 {
            return Err(Oauth1Error::rejected_parameters(
                "The request has more than one Authorization header.",
                Vec::new(),
            ));
        }
        let mut parameters = Parameters::new();
        if let Some(credentials) = self.credentials {
            header::read(credentials, &mut parameters)?;
        }
        if let Some(form) = self.form {
            parameters.add_form(ParameterLocation::Body, form)?;
        }
        if let Some(query) = self.query {
            parameters.add_form(ParameterLocation::Query, query.as_bytes())?;
        }
        SignedRequest::new(self, parameters)
    }
}

/// Prints method and path only: query, header and body may contain credentials.
impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// Reports whether a `Content-Type` is `application/x-www-form-urlencoded`, the only kind of body that is signed
/// (RFC 5849 §3.4.1.3.1). Other bodies need not be read before the signature is verified.
#[must_use]
pub fn is_form(content_type: &[u8]) -> bool {
    let media_type = content_type.split(|byte| *byte == b';').next().unwrap_or_default();
    media_type
        .trim_ascii()
        .eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
}
