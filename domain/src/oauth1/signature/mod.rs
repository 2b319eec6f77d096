//! What a signature covers, and how it is computed (RFC 5849 §3.4).

mod base_string;
pub(crate) mod encoding;
pub(crate) mod signature_method;

pub use base_string::signing_key;
