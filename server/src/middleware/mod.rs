//! Middleware for requests and responses.

mod request;
mod response;
mod security;
mod session;

pub use request::body_limit::{MAX_FORM_BYTES, MAX_SETTINGS_FORM_BYTES, limit_body};
pub use request::merge_slashes::{call_with_merged_path, merge_leading_slashes};
pub use request::request_context::request_context;
pub use request::trailing_slash::strip_trailing_slash;
pub use response::buffer_html::buffer_html;
pub use response::function_status::set_function_status;
pub use response::panics::{NeedsErrorPage, catch_panics};
pub use response::submitted_dialog::skip_submitted_dialog;
pub use security::csrf::csrf_protection;
pub use security::form_redirects::form_redirects;
pub use security::security_headers::{content_security_policy, security_headers};
pub use session::form_session::check_form_session;
pub use session::load_session::load_session;
pub use session::page_user::check_page_user;
pub use session::require_auth::require_auth;
