//! The `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header).

use crate::http::problem::{Kind, Problem};
use axum::http::HeaderName;
use axum::http::request::Parts;
use portal::infra::idempotency::{IdempotentRequest, KeyReusedError};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Returns the idempotent request if the request has an `Idempotency-Key` header.
///
/// # Errors
/// Returns 400 if the key is invalid or sent more than once.
pub(crate) fn idempotent_request(parts: &Parts, body: &[u8]) -> Result<Option<IdempotentRequest>, Problem> {
    let mut values = parts.headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Problem::invalid_field("Idempotency-Key", "Send this header only once."));
    }
    // A value that is not text becomes an empty key, which is invalid.
    let key = value.to_str().unwrap_or_default();
    Ok(Some(IdempotentRequest::new(
        key,
        parts.method.as_str(),
        parts.uri.path(),
        body,
    )?))
}

impl From<KeyReusedError> for Problem {
    fn from(_: KeyReusedError) -> Self {
        Self::new(
            Kind::IdempotencyKeyReused,
            "This Idempotency-Key was used with a different request in the last 24 hours. Use a new key.",
        )
    }
}
