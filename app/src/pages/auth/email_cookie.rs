//! Keeps the email of a form that is shown again, in a cookie of its page, so that no URL contains it.

use crate::context;
use crate::error::AppError;
use leptos_router::location::Url;

const NAME: &str = "gatehouse-email";
const MAX_AGE_SECONDS: u64 = 10 * 60;

/// Keeps the email for the page at `path`.
pub fn set(path: &str, email: &str) -> Result<(), AppError> {
    let fits = email.len() <= domain::email::MAX_EMAIL_BYTES;
    let value = if fits { Url::escape(email) } else { String::new() };
    context::set_cookie(NAME, &value, path, MAX_AGE_SECONDS)
}

/// Deletes the email that is kept for the page at `path`.
pub fn delete(path: &str) -> Result<(), AppError> {
    context::set_cookie(NAME, "", path, 0)
}

/// Returns the email that is kept for the page of the current request.
pub fn get() -> Option<String> {
    context::cookie(NAME).map(|email| Url::unescape(&email))
}
