mod client_variants;
pub mod rejected_requests;
mod replays;
pub mod rsa;
mod signatures;
pub mod three_legged;
mod three_legged_endpoints;
