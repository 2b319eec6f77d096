//! What more than one page is made of.

pub mod arrival;
pub mod at_once;
pub mod checked_form;
pub mod closed;
pub mod combobox;
pub mod confirm;
pub mod conflict;
pub mod copy;
pub mod dialog;
pub mod field;
pub mod link_card;
pub mod list_card;
pub mod meant;
pub mod menu;
pub mod notice;
pub mod page_header;
pub mod press;
pub mod problem;
pub mod redirects;
pub(crate) mod reveal;
pub mod saving;
pub mod steps;
pub mod text_area;
pub mod time;
pub mod toast;
pub mod unsaved;
