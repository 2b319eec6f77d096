//! Changes of responses.

pub(crate) mod buffer_html;
pub(crate) mod function_status;
pub(crate) mod panics;
pub(crate) mod submitted_dialog;
