//! Response bodies. A request is in progress until the client has read its response.

use crate::listener::connection::RequestGuard;
use crate::listener::http2_stream::{self, WaitingFor};
use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// The largest data frame that is passed to an HTTP/2 stream at once. h2 takes a whole frame as soon as the client's
/// window has room for one byte of it, and the write timeout does not cover data that h2 has taken.
const MAX_HTTP2_FRAME_BYTES: usize = 16 * 1024;

/// Wraps a response body. Ends its request when it is dropped, and records what an HTTP/2 stream is waiting for.
pub struct ResponseBody {
    body: Body,
    guard: RequestGuard,
    /// The data that has not been passed to the HTTP/2 stream yet.
    rest: Bytes,
}

impl ResponseBody {
    pub fn new(body: Body, guard: RequestGuard) -> Self {
        Self {
            body,
            guard,
            rest: Bytes::new(),
        }
    }

    fn next_frame(&mut self) -> Frame<Bytes> {
        let length = self.rest.len().min(MAX_HTTP2_FRAME_BYTES);
        Frame::data(self.rest.split_to(length))
    }
}

impl HttpBody for ResponseBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        if !this.guard.is_http2 {
            return Pin::new(&mut this.body).poll_frame(context);
        }
        http2_stream::record_wait(WaitingFor::Handler);
        if this.rest.is_empty() {
            let frame = match ready!(Pin::new(&mut this.body).poll_frame(context)) {
                Some(Ok(frame)) => frame,
                end => return Poll::Ready(end),
            };
            match frame.into_data() {
                Ok(data) => this.rest = data,
                Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
            }
        }
        http2_stream::record_wait(WaitingFor::Client);
        Poll::Ready(Some(Ok(this.next_frame())))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = self.body.size_hint();
        if !self.rest.is_empty() {
            let rest = u64::try_from(self.rest.len()).unwrap_or(u64::MAX);
            let upper = hint.upper().map(|upper| upper.saturating_add(rest));
            hint.set_lower(hint.lower().saturating_add(rest));
            if let Some(upper) = upper {
                hint.set_upper(upper);
            }
        }
        hint
    }
}
