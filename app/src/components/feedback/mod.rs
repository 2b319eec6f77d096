//! What tells a person how things stand: messages, notices and errors.

pub mod access_denied;
pub mod error_message;
pub mod notice;
pub mod toast;
