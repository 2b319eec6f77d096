//! HTTP parts shared by the APIs and pages: request bodies, problem responses, rate limits, error pages and files.

pub mod assets;
pub(crate) mod body;
pub(crate) mod downloads;
pub mod error_page;
pub(crate) mod html;
pub mod problem;
pub mod rate_limit;
