//! The Integration section.

pub(super) mod api_key;
pub(super) mod settings;
