//! OAuth 1.0a on the wire (RFC 5849): reading signed requests, and the endpoints of the three-legged flow.

mod extract;
pub mod three_legged;

pub use crate::oauth1::extract::{MAX_FORM, Received};
