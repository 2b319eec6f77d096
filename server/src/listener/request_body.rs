//! Request bodies with time limits, and a memory limit for requests that are not authenticated.

use crate::http::body_error::BodyError;
use crate::listener::connection::RequestState;
use axum::BoxError;
use axum::body::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until};

/// Wraps a request body, which fails with a [`BodyError`] when a limit is reached. Its time starts with the first poll.
pub struct RequestBody {
    body: Incoming,
    request: Arc<RequestState>,
    times: Option<Times>,
    received_bytes: u64,
    timer: Option<Pin<Box<Sleep>>>,
}

#[derive(Clone, Copy)]
struct Times {
    started: Instant,
    last_data: Instant,
}

impl RequestBody {
    pub fn new(body: Incoming, request: Arc<RequestState>) -> Self {
        Self {
            body,
            request,
            times: None,
            received_bytes: 0,
            timer: None,
        }
    }

    /// Returns when the body must have ended or sent more data.
    fn deadline(&self, times: Times) -> Instant {
        let limits = self.request.limits();
        let seconds = self.received_bytes / u64::from(limits.min_body_bytes_per_second.max(1));
        let end = times.started + limits.body_timeout + Duration::from_secs(seconds);
        end.min(times.last_data + limits.body_idle_timeout)
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        let times = *this.times.get_or_insert_with(|| {
            let now = Instant::now();
            Times {
                started: now,
                last_data: now,
            }
        });
        let deadline = this.deadline(times);
        match Pin::new(&mut this.body).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                let now = Instant::now();
                if now > deadline {
                    return Poll::Ready(Some(Err(BodyError::TimedOut.into())));
                }
                if let Some(data) = frame.data_ref() {
                    let bytes = data.len();
                    if bytes > 0 {
                        this.times = Some(Times {
                            last_data: now,
                            ..times
                        });
                    }
                    this.received_bytes += u64::try_from(bytes).unwrap_or(u64::MAX);
                    if !this.request.reserve(bytes) {
                        return Poll::Ready(Some(Err(BodyError::NoMemory.into())));
                    }
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error.into()))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => {
                let timer = this.timer.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
                if timer.deadline() != deadline {
                    timer.as_mut().reset(deadline);
                }
                match timer.as_mut().poll(context) {
                    Poll::Ready(()) => Poll::Ready(Some(Err(BodyError::TimedOut.into()))),
                    Poll::Pending => Poll::Pending,
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
