//! The words of Gatehouse: ids, rights, form input and its validation, and the text rules of OAuth 1.0a and 2.0.
//!
//! Everything here is pure, runs alike in the server and in the browser, and is the one place for each rule that both
//! need. What touches a database, a clock or a secret is in `portal`.

pub mod accounts;
pub mod api_keys;
pub mod connection_test;
pub mod consumers;
pub mod email;
pub mod features;
pub mod fields;
pub mod ids;
pub mod implementations;
pub mod integrations;
pub mod local_path;
pub mod oauth1;
pub mod oauth2;
pub mod oauth_apps;
pub mod people;
pub mod portal_url;
pub mod redirect_uri;
pub mod remote_logs;
pub mod reveals;
pub mod rights;
pub mod scopes;
pub mod selector;
pub mod sessions;
pub mod settings;
pub mod time;
pub mod tokens;
pub mod unicode;
