//! The pages in the account menu.

pub mod connected_apps;
pub mod sessions;
