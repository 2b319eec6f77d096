//! Who acts: the actor and its rights, signing in, sessions, the first account, and secrets that are shown once.

pub mod actor;
pub mod known_browsers;
pub mod one_time_secrets;
pub mod sessions;
pub mod setup;
pub mod sign_in;
