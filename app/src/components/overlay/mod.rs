//! Dialogs and menus.

pub mod confirm;
pub mod dialog;
pub mod form_dialog;
pub mod menu;
pub(crate) mod secret_dialog;
