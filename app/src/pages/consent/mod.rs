//! The pages that ask whether an application may act for a person.

pub mod oauth1;
pub mod oauth2;

