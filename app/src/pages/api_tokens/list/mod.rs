//! The list of consumers and tokens.

pub(crate) mod consumers;
pub(crate) mod empty;
pub(crate) mod page;
pub(crate) mod search;
pub(crate) mod tokens;
