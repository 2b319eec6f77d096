//! Accounts, users and security profiles.

pub(super) mod account;
pub(super) mod profile;
pub(super) mod user;
