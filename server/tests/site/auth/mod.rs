mod form_session;
mod form_sources;
mod page_user;
mod password_resets;
mod require_auth;
mod sign_in;
