//! Shared infrastructure: the portal service, the actor and its rights, clock, errors, caches and their invalidation, audited changes, and readiness.

pub mod actor;
pub mod audit;
pub(crate) mod cache;
pub(crate) mod change;
pub(crate) mod clock;
pub(crate) mod error;
pub mod idempotency;
pub(crate) mod invalidation;
pub(crate) mod names;
pub(crate) mod portal;
pub(crate) mod readiness;
pub(crate) mod subject_state;
pub(crate) mod throttle;
