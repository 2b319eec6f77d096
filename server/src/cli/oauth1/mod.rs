//! OAuth 1.0a consumers and tokens.

pub(super) mod consumer;
pub(super) mod token;
