//! The Developers tab.

pub(crate) mod page;
pub(crate) mod snippets;
