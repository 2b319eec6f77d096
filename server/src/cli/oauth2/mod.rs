//! OAuth 2.0 apps and signing keys.

pub(super) mod keys;
pub(super) mod oauth_app;
