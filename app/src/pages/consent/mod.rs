//! The consent pages, on which a user allows or denies an application access.

#[cfg(feature = "ssr")]
pub(crate) mod last_decision;

mod consent_page;
pub mod oauth1;
pub mod oauth2;
