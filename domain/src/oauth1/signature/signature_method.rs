//! The signature methods (RFC 5849 §3.4).

use std::fmt;

/// A signature method, the value of `oauth_signature_method`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureMethod {
    /// `HMAC-SHA1`, §3.4.2.
    HmacSha1,
    /// `HMAC-SHA256`: as §3.4.2, with SHA-256.
    HmacSha256,
    /// `RSA-SHA1`, §3.4.3: signed with the consumer's private key, without the secrets.
    RsaSha1,
    /// `PLAINTEXT`, §3.4.4: the signing key itself, for TLS only.
    Plaintext,
}

impl SignatureMethod {
    /// All methods, in display order.
    pub const ALL: [Self; 4] = [Self::HmacSha1, Self::HmacSha256, Self::RsaSha1, Self::Plaintext];

    /// Returns the protocol name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HmacSha1 => "HMAC-SHA1",
            Self::HmacSha256 => "HMAC-SHA256",
            Self::RsaSha1 => "RSA-SHA1",
            Self::Plaintext => "PLAINTEXT",
        }
    }

    /// Returns the method with this protocol name; case-sensitive.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == name)
    }
}

impl fmt::Display for SignatureMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
