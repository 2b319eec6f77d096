//! From the configuration to a server that listens, and its end.

pub mod logging;
pub mod open;
pub mod serve;
