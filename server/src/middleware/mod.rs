//! Middleware for requests and responses.

mod buffer_html;
mod csrf;
mod request_context;
mod require_auth;

mod body_limit;
mod content_coding;
mod cors;
mod form_redirects;
mod function_status;
mod host;
mod merge_slashes;
mod page_user;
mod panics;
mod request_check;
mod security_headers;
mod session;
mod trailing_slash;

pub use crate::middleware::buffer_html::buffer_html;
pub use crate::middleware::csrf::csrf_protection;
pub use crate::middleware::request_context::request_context;
pub use crate::middleware::require_auth::require_auth;
pub use body_limit::{MAX_FORM_BYTES, MAX_SETTINGS_FORM_BYTES, limit_body};
pub use form_redirects::form_redirects;
pub use function_status::set_function_status;
pub use merge_slashes::{call_with_merged_path, merge_leading_slashes};
pub use page_user::check_page_user;
pub use panics::{NeedsErrorPage, catch_panics};
pub use security_headers::{content_security_policy, security_headers};
pub use session::load_session;
pub use trailing_slash::strip_trailing_slash;
