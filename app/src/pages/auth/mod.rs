//! The pages for people who are not signed in.

pub mod layout;
pub mod setup;
pub mod sign_in;
pub mod signed_in;
