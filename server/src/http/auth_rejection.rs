//! The rejection of requests without a valid credential, or beyond a rate limit.

use crate::http::problem::Problem;
use crate::http::rate_limit::{RateLimitExceeded, RateLimitStatus};
use axum::response::{IntoResponse, Response};

/// Describes why a request was rejected, and the rate limit status of its client.
#[derive(Debug)]
pub(crate) struct AuthRejection {
    pub problem: Problem,
    /// `None` if the request was not counted.
    pub rate_limit: Option<RateLimitStatus>,
}

impl From<Problem> for AuthRejection {
    fn from(problem: Problem) -> Self {
        Self {
            problem,
            rate_limit: None,
        }
    }
}

impl From<RateLimitExceeded> for AuthRejection {
    fn from(exceeded: RateLimitExceeded) -> Self {
        Self {
            problem: Problem::too_many_requests(exceeded.retry_after),
            rate_limit: Some(exceeded.rate_limit),
        }
    }
}

impl IntoResponse for AuthRejection {
    fn into_response(self) -> Response {
        let mut response = self.problem.into_response();
        if let Some(rate_limit) = self.rate_limit {
            rate_limit.insert_headers(response.headers_mut());
        }
        response
    }
}
