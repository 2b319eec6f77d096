//! Logging, opening the portal, and serving until shutdown.

pub mod logging;
pub mod open;
pub mod serve;
