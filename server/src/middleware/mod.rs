//! What requests pass on their way in, and answers on their way out.

mod buffer_html;
mod csrf;
mod request_context;
mod require_auth;

mod body_limit;
mod client_address;
mod content_coding;
mod cors;
mod form_redirects;
mod host;
mod merge_slashes;
mod panics;
mod request_check;
mod request_id;
mod security_headers;
mod session;
mod trailing_slash;

pub use crate::middleware::buffer_html::whole_page;
pub use crate::middleware::csrf::{OwnOrigins, refuse_cross_site};
pub use crate::middleware::request_context::arrival;
pub use crate::middleware::require_auth::gate;
pub use body_limit::{MAX_FORM, MAX_SETTINGS_FORM, limit_body};
pub use client_address::{ClientAddress, client_address};
pub use form_redirects::form_redirects;
pub use merge_slashes::{answer_merged, merge_leading_slashes, merge_slashes};
pub use panics::{Panicked, catch_panics};
pub use request_id::RequestId;
pub use security_headers::{content_security_policy, security_headers};
pub use session::visitor;
pub use trailing_slash::without_trailing_slash;
