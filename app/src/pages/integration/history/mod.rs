//! The History tab: revisions of the settings, and settings as a file.

pub(crate) mod actions;
pub(crate) mod dialogs;
pub(crate) mod import_export;
pub(crate) mod page;
