//! OAuth 1.0a on the wire (RFC 5849): reading signed requests, and the endpoints of the three-legged flow.

pub mod flow;
mod received;

pub use received::{MAX_FORM, Received};
