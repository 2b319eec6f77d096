//! The header `Idempotency-Key`.

use crate::http::problem::{Kind, Problem};
use axum::http::HeaderName;
use axum::http::request::Parts;
use portal::infra::idempotency::{Once, Reused};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The request as one that is done once, if it asks for that.
///
/// # Errors
/// 400 for a key that is none.
pub(crate) fn once(parts: &Parts, body: &[u8]) -> Result<Option<Once>, Problem> {
    let mut values = parts.headers.get_all(KEY).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Problem::field("Idempotency-Key", "Give it once."));
    }
    // What is no text is no key either.
    let key = value.to_str().unwrap_or_default();
    Ok(Some(Once::new(key, parts.method.as_str(), parts.uri.path(), body)?))
}

impl From<Reused> for Problem {
    fn from(_: Reused) -> Self {
        Self::new(
            Kind::IdempotencyKeyReused,
            "This Idempotency-Key has come with another request within the last 24 hours.",
        )
    }
}
