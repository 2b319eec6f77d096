//! HTTP parts shared by the APIs and pages: what is known about a request, request bodies, problem responses, rate
//! limits and error pages.

mod allowed_origins;
mod auth_rejection;
mod client_address;
mod request_id;

pub(crate) mod body;
pub mod body_error;
pub mod error_page;
pub(crate) mod html;
pub mod paths;
pub mod problem;
pub(crate) mod query;
pub mod rate_limit;

pub use crate::http::allowed_origins::AllowedOrigins;
pub(crate) use crate::http::auth_rejection::AuthRejection;
pub use client_address::{ClientAddress, client_address};
pub use request_id::RequestId;
