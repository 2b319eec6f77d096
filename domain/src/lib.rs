//! The words of Gatehouse: ids, rights, form input and its validation, and the text rules of OAuth 1.0a and 2.0.
//!
//! Everything here is pure, runs alike in the server and in the browser, and is the one place for each rule that both
//! need. What touches a database, a clock or a secret is in `portal`.

pub mod auth;
pub mod integration;

pub mod accounts;
pub mod email;
pub mod fields;
pub mod ids;
pub mod local_path;
pub mod oauth1;
pub mod oauth2;
pub mod time;
pub mod unicode;
