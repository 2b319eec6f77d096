//! The pages, one module each. None knows another.

pub mod api_tokens;
pub mod authorise;
pub mod bundles;
pub mod connected_apps;
pub mod gate;
pub mod home;
pub mod integration;
pub mod not_found;
pub mod oauth2;
pub mod oauth_apps;
pub mod page;
pub mod permissions;
pub mod portal_settings;
pub mod sections;
pub mod sessions;
pub mod settings;
pub mod setup;
pub mod sign_in;
pub mod signed_in;
