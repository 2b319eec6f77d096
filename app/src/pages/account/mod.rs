//! The pages that the account menu links to.

pub mod connected_apps;
pub mod password;
pub mod sessions;
