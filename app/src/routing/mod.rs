//! Paths and query strings of pages.

pub(crate) mod destination;
pub(crate) mod query_string;
pub(crate) mod route_path;
