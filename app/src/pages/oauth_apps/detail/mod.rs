//! The page of an app: its details, settings, secrets and tokens.

pub(crate) mod dialogs;
pub(crate) mod edit_form;
pub(crate) mod example_requests;
pub(crate) mod page;
pub(crate) mod secrets;
pub(crate) mod token_settings;
pub(crate) mod try_it;
pub(crate) mod usage;
