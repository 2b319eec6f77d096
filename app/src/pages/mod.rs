//! The pages, one module per page or group of pages.

pub mod account;
pub mod auth;
pub mod consent;

pub mod api_tokens;
pub mod home;
pub mod integration;
pub mod not_found;
pub mod oauth_apps;
pub mod page;
pub mod sections;
pub mod settings;
