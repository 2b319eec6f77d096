//! A write timeout for HTTP/2 streams whose client does not read the response.
//!
//! The write timeout of the connection does not cover them, as the client may read other streams and answer pings.
//! hyper polls a body for its next frame only when the flow-control window had room for the previous one (RFC 9113
//! §5.2), so a stream that has a frame and does not poll for the next one is waiting for its client.

use hyper::rt::Executor;
use std::cell::Cell;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until};

/// Describes what a stream is waiting for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitingFor {
    /// The handler, to produce the next frame of the body.
    Handler,
    /// The client, to read the current frame.
    Client,
}

thread_local! {
    /// What the last polled body is waiting for. Set and read within one poll of a stream.
    static LAST_WAIT: Cell<Option<WaitingFor>> = const { Cell::new(None) };
}

/// Records what the stream that is being polled is waiting for.
pub fn record_wait(waiting_for: WaitingFor) {
    LAST_WAIT.set(Some(waiting_for));
}

/// Spawns HTTP/2 streams, and resets those whose client reads nothing within the write timeout.
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

/// Wraps a stream so that it ends, and is reset, when its client reads nothing for `write_timeout`.
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
        LAST_WAIT.set(None);
        if this.stream.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        match LAST_WAIT.take() {
            Some(WaitingFor::Client) => {
                this.is_waiting = true;
                let deadline = Instant::now() + this.write_timeout;
                match &mut this.timer {
                    Some(timer) => timer.as_mut().reset(deadline),
                    None => this.timer = Some(Box::pin(sleep_until(deadline))),
                }
            }
            Some(WaitingFor::Handler) => this.is_waiting = false,
            // The body was not polled, so nothing has changed.
            None => {}
        }
        match &mut this.timer {
            Some(timer) if this.is_waiting => timer.as_mut().poll(context),
            _ => Poll::Pending,
        }
    }
}
