//! The Implementations tab.

pub(crate) mod dialogs;
pub(crate) mod page;
