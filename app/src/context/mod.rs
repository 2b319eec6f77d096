//! The context of a request on the server: the site, the signed-in user, cookies and redirects.

mod cookies;
mod portal_error;
mod redirects;
mod request;
mod site;

pub(crate) use cookies::{clear_session_cookie, cookie, set_cookie, set_sign_in_cookies, sign_in_cookies};
pub use cookies::{cookie_header, read_cookie, read_session_cookie, session_cookie};
pub use redirects::require_sign_in;
pub(crate) use redirects::{redirect_to, redirect_to_sign_in};
pub use request::{RequestContext, accepts_html, request_context};
pub(crate) use request::{is_submitted_without_script, signed_in_user};
pub use site::{SiteContext, site};

use crate::error::AppError;

/// Returns the error for a server function that runs without `what`, which every request has.
fn missing(what: &str) -> AppError {
    tracing::error!("server function called without {what}");
    AppError::Internal {
        request_id: String::new(),
    }
}
