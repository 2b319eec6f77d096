//! Sessions: who sent the request, and whether it may see the page.

pub(crate) mod form_session;
pub(crate) mod load_session;
pub(crate) mod page_user;
pub(crate) mod require_auth;
