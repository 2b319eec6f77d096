//! The OAuth 2.0 error and its codes.

use std::borrow::Cow;

/// The error codes of RFC 6749 §4.1.2.1 and §5.2, RFC 7009 §2.2.1, and RFC 6750 §3.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// A parameter is missing, repeated or invalid.
    InvalidRequest,
    /// The client is unknown, or its authentication failed.
    InvalidClient,
    /// The code or the refresh token is invalid, or was issued to another client.
    InvalidGrant,
    /// The client is not allowed to use this grant type.
    UnauthorizedClient,
    /// The grant type is not supported.
    UnsupportedGrantType,
    /// The scope is unknown, malformed or exceeds what can be granted.
    InvalidScope,
    /// The user denied access.
    AccessDenied,
    /// The response type is not supported.
    UnsupportedResponseType,
    /// The token is invalid.
    InvalidToken,
    /// The token is valid, but lacks the required scope.
    InsufficientScope,
    /// An internal error occurred.
    ServerError,
    /// The server is temporarily unavailable.
    TemporarilyUnavailable,
}

impl ErrorCode {
    /// Returns the value of `error` in responses.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
            Self::AccessDenied => "access_denied",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
        }
    }
}

/// The error for a rejected OAuth 2.0 request: a code for the client and a description for its developer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {description}", .code.code())]
pub struct Oauth2Error {
    /// The error code.
    pub code: ErrorCode,
    /// The description: printable ASCII without `"` and `\` (RFC 6749 §5.2).
    pub description: Cow<'static, str>,
}

impl Oauth2Error {
    /// Creates an error. Characters that RFC 6749 §5.2 does not allow in the description are replaced.
    #[must_use]
    pub fn new(code: ErrorCode, description: impl Into<Cow<'static, str>>) -> Self {
        let description: Cow<'static, str> = description.into();
        let is_allowed = |c: char| (c == ' ' || c.is_ascii_graphic()) && c != '"' && c != '\\';
        let description = if description.chars().all(is_allowed) {
            description
        } else {
            description
                .chars()
                .map(|c| match c {
                    '"' => '\'',
                    c if is_allowed(c) => c,
                    _ => '?',
                })
                .collect::<String>()
                .into()
        };
        Self { code, description }
    }

    /// Creates the error for a missing parameter.
    #[must_use]
    pub fn missing(parameter: &str) -> Self {
        Self::new(
            ErrorCode::InvalidRequest,
            format!("The parameter {parameter} is missing."),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forbidden_characters_in_a_description_are_replaced() {
        let error = Oauth2Error::new(ErrorCode::InvalidScope, "Unknown scope \"ä\\\n\".");
        assert_eq!(error.description, "Unknown scope '???'.");
        assert_eq!(error.to_string(), "invalid_scope: Unknown scope '???'.");
    }
}
