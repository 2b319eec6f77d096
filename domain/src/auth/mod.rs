//! Sessions, and secrets that are shown once.

pub mod one_time_secrets;
pub mod sessions;
