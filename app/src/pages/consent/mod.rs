//! The pages that ask whether an application may act for a person.

#[cfg(feature = "ssr")]
pub(crate) mod last_decision;

pub mod oauth1;
pub mod oauth2;
