//! What OAuth 2 requests are refused with.

use std::borrow::Cow;

/// The error codes of RFC 6749 §4.1.2.1 and §5.2, RFC 7009 §2.2.1, and RFC 6750 §3.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// A parameter is missing, repeated, or not what it must be.
    InvalidRequest,
    /// The client is unknown, or did not prove itself.
    InvalidClient,
    /// The code or the refresh token does not hold, or is another client's.
    InvalidGrant,
    /// The client may not use this grant.
    UnauthorizedClient,
    /// The server does not know the grant.
    UnsupportedGrantType,
    /// The scope is unknown, malformed, or more than can be granted.
    InvalidScope,
    /// The person declined.
    AccessDenied,
    /// The server does not answer in this way.
    UnsupportedResponseType,
    /// The token does not hold.
    InvalidToken,
    /// The token holds, but is not good for this.
    InsufficientScope,
    /// The server is at fault.
    ServerError,
    /// The server cannot answer at present.
    TemporarilyUnavailable,
}

impl ErrorCode {
    /// The word for it on the wire.
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

/// A refused request: the code for the client, and a sentence for whoever writes it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {description}", .code.code())]
pub struct Refusal {
    /// The code.
    pub code: ErrorCode,
    /// The sentence: ASCII without quotation marks and backslashes (RFC 6749 §5.2).
    pub description: Cow<'static, str>,
}

impl Refusal {
    /// A refusal with its sentence. Characters that the RFC leaves no room for are replaced.
    #[must_use]
    pub fn new(code: ErrorCode, description: impl Into<Cow<'static, str>>) -> Self {
        let description: Cow<'static, str> = description.into();
        let fits = |c: char| (c == ' ' || c.is_ascii_graphic()) && c != '"' && c != '\\';
        let description = if description.chars().all(fits) {
            description
        } else {
            description
                .chars()
                .map(|c| match c {
                    '"' => '\'',
                    c if fits(c) => c,
                    _ => '?',
                })
                .collect::<String>()
                .into()
        };
        Self { code, description }
    }

    /// A parameter that is missing.
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
    fn a_sentence_has_no_characters_that_the_rfc_forbids() {
        let refusal = Refusal::new(ErrorCode::InvalidScope, "There is no scope \"ä\\\n\".");
        assert_eq!(refusal.description, "There is no scope '???'.");
        assert_eq!(refusal.to_string(), "invalid_scope: There is no scope '???'.");
    }
}
