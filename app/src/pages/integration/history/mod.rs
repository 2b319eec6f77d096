//! The History tab.

pub(crate) mod actions;
pub(crate) mod dialogs;
pub(crate) mod page;
