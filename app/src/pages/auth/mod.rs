//! The sign-in and setup pages.

pub mod layout;
pub mod setup;
pub mod sign_in;
pub mod signed_in;
