//! The Developers tab: code snippets.

pub(crate) mod page;
pub(crate) mod snippets;
