//! A token: its page, making and revoking one, and examples of its use.

pub(crate) mod create;
pub(crate) mod examples;
pub(crate) mod page;
pub(crate) mod revoke;
