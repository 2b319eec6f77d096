//! What every request passes before its handler.

pub(crate) mod body_limit;
pub(crate) mod content_coding;
pub(crate) mod merge_slashes;
pub(crate) mod request_check;
pub(crate) mod request_context;
pub(crate) mod trailing_slash;
