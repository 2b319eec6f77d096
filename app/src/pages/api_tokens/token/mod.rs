//! The page of a token with its example requests, and the dialogs that create and revoke one.

pub(crate) mod create;
pub(crate) mod examples;
pub(crate) mod page;
pub(crate) mod revoke;
