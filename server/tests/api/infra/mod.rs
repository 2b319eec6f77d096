mod cache_invalidation;
mod challenges;
mod cors;
mod malformed_requests;
mod merge_slashes;
mod openapi;
mod rate_limits;
mod request_bodies;
