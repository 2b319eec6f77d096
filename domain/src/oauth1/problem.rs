//! What can be wrong with a signed request, in the words of the OAuth Problem Reporting extension.

use std::fmt;

/// One of the extension's values of `oauth_problem`.
///
/// The extension allows no other values than its own. A request token that nobody has authorised yet is
/// [`PermissionUnknown`](Self::PermissionUnknown) in its terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Problem {
    /// `version_rejected`: an `oauth_version` other than 1.0.
    VersionRejected,
    /// `parameter_absent`: a parameter that the request needs is missing.
    ParameterAbsent,
    /// `parameter_rejected`: malformed, repeated, or in a place where it may not be.
    ParameterRejected,
    /// `timestamp_refused`: the timestamp is outside the accepted window.
    TimestampRefused,
    /// `nonce_used`: the request was seen before.
    NonceUsed,
    /// `signature_method_rejected`: unknown, or not open to this consumer or connection.
    SignatureMethodRejected,
    /// `signature_invalid`: the signature is not the one that the server computed.
    SignatureInvalid,
    /// `consumer_key_unknown`: there is no such consumer.
    ConsumerKeyUnknown,
    /// `consumer_key_rejected`: the consumer is shut out for good.
    ConsumerKeyRejected,
    /// `consumer_key_refused`: the consumer is shut out for now.
    ConsumerKeyRefused,
    /// `token_used`: a request token that was exchanged before.
    TokenUsed,
    /// `token_expired`: the token's time is over.
    TokenExpired,
    /// `token_revoked`: somebody revoked the token.
    TokenRevoked,
    /// `token_rejected`: unknown, of another consumer, or of the wrong kind for this request.
    TokenRejected,
    /// `verifier_invalid`: not the verifier that was handed out with the authorisation.
    VerifierInvalid,
    /// `permission_unknown`: the user has not decided yet about the request token.
    PermissionUnknown,
    /// `permission_denied`: the user declined.
    PermissionDenied,
    /// `user_refused`: the token's user may not use the portal at present.
    UserRefused,
}

impl Problem {
    /// Every problem.
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

    /// The value of `oauth_problem`.
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

    /// What a person reads who looks into a failed request.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::VersionRejected => "This server speaks OAuth 1.0 only; send oauth_version=1.0 or leave it out.",
            Self::ParameterAbsent => "A required OAuth parameter is missing.",
            Self::ParameterRejected => "An OAuth parameter is malformed.",
            Self::TimestampRefused => {
                "The timestamp is too far from the server's clock; check the time of the machine that signs."
            }
            Self::NonceUsed => "A request with this nonce and timestamp was received before; sign each request anew.",
            Self::SignatureMethodRejected => "The signature method is not accepted for this request.",
            Self::SignatureInvalid => {
                "The signature does not match; compare your base string with the server's, then check both secrets."
            }
            Self::ConsumerKeyUnknown => "There is no consumer with this key.",
            Self::ConsumerKeyRejected => "This consumer is not accepted.",
            Self::ConsumerKeyRefused => "This consumer is not accepted at present; try again later.",
            Self::TokenUsed => "This token was exchanged before and cannot be used again.",
            Self::TokenExpired => "This token has expired.",
            Self::TokenRevoked => "This token was revoked.",
            Self::TokenRejected => "This token is not valid for this consumer and request.",
            Self::VerifierInvalid => "The verifier is not the one that was issued with the authorisation.",
            Self::PermissionUnknown => "The user has not decided about this token yet.",
            Self::PermissionDenied => "The user declined to authorise this token.",
            Self::UserRefused => "The user of this token has no access at present.",
        }
    }

    /// The HTTP status: 400 for a request that could not be read, 401 for one whose credentials do not hold.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::ParameterRejected => 400,
            _ => 401,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
