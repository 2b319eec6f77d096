//! The Remote logs tab.

pub(crate) mod page;
