//! Sessions, and secrets that are shown once.

pub mod email_links;
pub mod one_time_secrets;
pub mod sessions;
