//! What the machine APIs and the pages share: bodies, problems, rate limits, error pages and files.

pub mod assets;
pub(crate) mod body;
pub(crate) mod downloads;
pub mod error_page;
pub(crate) mod html;
pub mod problem;
pub mod rate_limit;
