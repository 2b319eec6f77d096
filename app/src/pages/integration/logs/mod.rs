//! The Logs tab.

pub(crate) mod page;
