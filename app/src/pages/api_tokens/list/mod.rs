//! The API tokens page with its two tabs: tokens and consumers.

pub(crate) mod consumers;
pub(crate) mod empty;
pub(crate) mod page;
pub(crate) mod search;
pub(crate) mod tokens;
