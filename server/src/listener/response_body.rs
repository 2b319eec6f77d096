//! Bodies of answers: a request is under way until its answer has been taken.

use crate::listener::connection::RequestGuard;
use crate::listener::http2_stream::{self, Frames};
use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// How much of an answer is given to an HTTP/2 stream at a time. h2 takes any piece as a whole once the client takes a byte
/// of it, and what it has taken is no longer watched.
const MAX_HTTP2_FRAME_BYTES: usize = 16 * 1024;

/// A body that tells its connection when it ends, and its HTTP/2 stream what it waits for.
pub struct ResponseBody {
    body: Body,
    guard: RequestGuard,
    /// What has not been given to an HTTP/2 stream.
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

    fn next_piece(&mut self) -> Frame<Bytes> {
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
        http2_stream::note_frames(Frames::WaitForHandler);
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
        http2_stream::note_frames(Frames::WaitForClient);
        Poll::Ready(Some(Ok(this.next_piece())))
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
