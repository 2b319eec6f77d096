//! Dialogs and menus.

pub mod confirm;
pub mod dialog;
pub mod menu;
pub(crate) mod secret_dialog;
