//! OAuth 1.0a over HTTP (RFC 5849): reading of signed requests, and the endpoints of the three-legged flow.

mod extract;
pub mod three_legged;

pub use crate::oauth1::extract::{BufferedRequest, MAX_FORM_BYTES};
