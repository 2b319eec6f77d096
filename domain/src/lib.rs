//! Domain types and rules of Gatehouse: ids, rights, form input and its validation, and the syntax of OAuth 1.0a and 2.0.
//!
//! Everything here is pure and compiles for the server and the browser, so that both apply the same rules. Code that needs
//! a database, a clock or a key is in `portal`.

pub mod auth;
pub mod integration;

pub mod accounts;
pub mod coded_enum;
pub mod email;
pub mod enum_set;
pub mod fields;
pub mod ids;
pub mod local_path;
pub mod oauth1;
pub mod oauth2;
pub mod time;
pub mod unicode;
