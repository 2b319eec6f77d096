//! HTTP/2 streams whose client takes nothing of an answer.
//!
//! The write timeout of the connection does not see them: the client may read other streams, and answer pings. hyper asks
//! for another piece of a body only when the client has given the stream room for the one before (RFC 9113 §5.2), so a
//! stream that has a piece in hand and does not ask for the next waits for its client.

use hyper::rt::Executor;
use std::cell::Cell;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until};

/// What a stream waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frames {
    /// The handler, for more of the body.
    WaitForHandler,
    /// The client, to take what there is.
    WaitForClient,
}

thread_local! {
    /// What the body said that was polled last. Set and read within one poll of a stream.
    static FRAMES: Cell<Option<Frames>> = const { Cell::new(None) };
}

/// Notes what the stream that is being polled waits for.
pub fn note_frames(frames: Frames) {
    FRAMES.set(Some(frames));
}

/// Spawns HTTP/2 streams, and resets those whose client takes nothing for too long.
#[derive(Debug, Clone)]
pub struct Http2Executor {
    write_timeout: Duration,
}

impl Http2Executor {
    pub fn new(write_timeout: Duration) -> Self {
        Self { write_timeout }
    }
}

impl<F> Executor<F> for Http2Executor
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, stream: F) {
        tokio::spawn(WriteTimeout {
            stream: Box::pin(stream),
            write_timeout: self.write_timeout,
            is_waiting: false,
            timer: None,
        });
    }
}

/// A stream that ends, and so is reset, when its client takes nothing for `write_timeout`.
struct WriteTimeout<F> {
    stream: Pin<Box<F>>,
    write_timeout: Duration,
    is_waiting: bool,
    timer: Option<Pin<Box<Sleep>>>,
}

impl<F: Future<Output = ()>> Future for WriteTimeout<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        FRAMES.set(None);
        if this.stream.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        match FRAMES.take() {
            Some(Frames::WaitForClient) => {
                this.is_waiting = true;
                let deadline = Instant::now() + this.write_timeout;
                match &mut this.timer {
                    Some(timer) => timer.as_mut().reset(deadline),
                    None => this.timer = Some(Box::pin(sleep_until(deadline))),
                }
            }
            Some(Frames::WaitForHandler) => this.is_waiting = false,
            // The body was not polled, so nothing has changed.
            None => {}
        }
        match &mut this.timer {
            Some(timer) if this.is_waiting => timer.as_mut().poll(context),
            _ => Poll::Pending,
        }
    }
}
