//! Forms: fields, validation, saving and unsaved changes.

pub mod combobox;
pub mod conflict;
pub mod field;
pub mod form;
pub mod form_card;
pub mod page_user;
pub mod password;
pub mod save_form;
pub mod text_area;
pub mod unsaved_changes;
pub mod user_suggestions;
