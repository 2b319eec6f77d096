//! Operation of the server.

pub(super) mod audit;
pub(super) mod config;
pub(super) mod database;
pub(super) mod demo;
pub(super) mod jobs;
pub(super) mod master_key;
