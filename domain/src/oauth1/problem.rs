//! The problem codes of the OAuth Problem Reporting extension.

use std::fmt;

/// A value of `oauth_problem`.
///
/// The extension allows no other values. A request token that has not been authorized yet is reported as
/// [`PermissionUnknown`](Self::PermissionUnknown).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OauthProblem {
    /// `version_rejected`: `oauth_version` is not 1.0.
    VersionRejected,
    /// `parameter_absent`: a required parameter is missing.
    ParameterAbsent,
    /// `parameter_rejected`: a parameter is malformed, repeated or misplaced.
    ParameterRejected,
    /// `timestamp_refused`: the timestamp is outside the accepted window.
    TimestampRefused,
    /// `nonce_used`: the nonce was used before with this timestamp.
    NonceUsed,
    /// `signature_method_rejected`: the method is unknown, or not allowed for this consumer or connection.
    SignatureMethodRejected,
    /// `signature_invalid`: the signature differs from the one that the server computed.
    SignatureInvalid,
    /// `consumer_key_unknown`: there is no such consumer.
    ConsumerKeyUnknown,
    /// `consumer_key_rejected`: the consumer is permanently not accepted.
    ConsumerKeyRejected,
    /// `consumer_key_refused`: the consumer is temporarily not accepted.
    ConsumerKeyRefused,
    /// `token_used`: the request token was already exchanged.
    TokenUsed,
    /// `token_expired`: the token has expired.
    TokenExpired,
    /// `token_revoked`: the token was revoked.
    TokenRevoked,
    /// `token_rejected`: the token is unknown, belongs to another consumer or is of the wrong kind.
    TokenRejected,
    /// `verifier_invalid`: the verifier is not the one issued with the authorization.
    VerifierInvalid,
    /// `permission_unknown`: the user has not decided on the request token yet.
    PermissionUnknown,
    /// `permission_denied`: the user denied access.
    PermissionDenied,
    /// `user_refused`: the token's user currently has no access to the portal.
    UserRefused,
}

impl OauthProblem {
    /// All problems.
    pub const ALL: [Self; 18] = [
        Self::VersionRejected,
        Self::ParameterAbsent,
        Self::ParameterRejected,
        Self::TimestampRefused,
        Self::NonceUsed,
        Self::SignatureMethodRejected,
        Self::SignatureInvalid,
        Self::ConsumerKeyUnknown,
        Self::ConsumerKeyRejected,
        Self::ConsumerKeyRefused,
        Self::TokenUsed,
        Self::TokenExpired,
        Self::TokenRevoked,
        Self::TokenRejected,
        Self::VerifierInvalid,
        Self::PermissionUnknown,
        Self::PermissionDenied,
        Self::UserRefused,
    ];

    /// Returns the value of `oauth_problem`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VersionRejected => "version_rejected",
            Self::ParameterAbsent => "parameter_absent",
            Self::ParameterRejected => "parameter_rejected",
            Self::TimestampRefused => "timestamp_refused",
            Self::NonceUsed => "nonce_used",
            Self::SignatureMethodRejected => "signature_method_rejected",
            Self::SignatureInvalid => "signature_invalid",
            Self::ConsumerKeyUnknown => "consumer_key_unknown",
            Self::ConsumerKeyRejected => "consumer_key_rejected",
            Self::ConsumerKeyRefused => "consumer_key_refused",
            Self::TokenUsed => "token_used",
            Self::TokenExpired => "token_expired",
            Self::TokenRevoked => "token_revoked",
            Self::TokenRejected => "token_rejected",
            Self::VerifierInvalid => "verifier_invalid",
            Self::PermissionUnknown => "permission_unknown",
            Self::PermissionDenied => "permission_denied",
            Self::UserRefused => "user_refused",
        }
    }

    /// Returns the default `oauth_problem_advice`, a sentence for the developer of the client.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::VersionRejected => "Only OAuth 1.0 is supported. Set oauth_version to 1.0 or omit it.",
            Self::ParameterAbsent => "A required OAuth parameter is missing.",
            Self::ParameterRejected => "An OAuth parameter is malformed.",
            Self::TimestampRefused => {
                "The timestamp is too far from the server's clock. Check the clock of the client."
            }
            Self::NonceUsed => "This nonce was already used with this timestamp. Sign each request with a new nonce.",
            Self::SignatureMethodRejected => "The signature method is not accepted for this request.",
            Self::SignatureInvalid => {
                "The signature does not match. Compare your base string with the server's, then check both secrets."
            }
            Self::ConsumerKeyUnknown => "There is no consumer with this key.",
            Self::ConsumerKeyRejected => "This consumer is not accepted.",
            Self::ConsumerKeyRefused => "This consumer is temporarily not accepted. Try again later.",
            Self::TokenUsed => "This token was already exchanged and cannot be used again.",
            Self::TokenExpired => "This token has expired.",
            Self::TokenRevoked => "This token was revoked.",
            Self::TokenRejected => "This token is not valid for this consumer and request.",
            Self::VerifierInvalid => "The verifier is not the one that was issued with the authorization.",
            Self::PermissionUnknown => "The user has not authorized this token yet.",
            Self::PermissionDenied => "The user declined to authorize this token.",
            Self::UserRefused => "The user of this token currently has no access.",
        }
    }

    /// Returns the HTTP status: 400 for a malformed request, 401 for invalid credentials.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::ParameterRejected => 400,
            _ => 401,
        }
    }
}

impl fmt::Display for OauthProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
