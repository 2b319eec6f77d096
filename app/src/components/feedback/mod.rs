//! Components that give feedback: errors, notices and toasts.

pub mod access_denied;
pub mod error_message;
pub mod notice;
pub mod toast;
