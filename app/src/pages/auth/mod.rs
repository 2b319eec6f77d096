//! The pages for people who are not signed in: sign-in, setup and forgotten passwords.

#[cfg(feature = "ssr")]
mod email_cookie;
pub mod forgot_password;
pub mod layout;
pub mod reset_password;
pub mod setup;
pub mod sign_in;
pub mod signed_in;
