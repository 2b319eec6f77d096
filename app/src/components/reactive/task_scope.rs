//! Background tasks that end with their reactive owner.

use leptos::prelude::*;
use leptos::task::spawn_local;
use std::future::Future;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

/// Runs futures, timers and animation frames until the reactive owner in which it was created is disposed of. Later
/// callbacks are dropped, because the signals that they would use are disposed of too.
#[derive(Debug, Clone, Copy)]
pub struct TaskScope(StoredValue<()>);

impl TaskScope {
    /// Creates a scope for the current owner. Call it from a component, not from an event handler, which has no owner.
    #[must_use]
    pub fn current() -> Self {
        Self(StoredValue::new(()))
    }

    fn is_alive(self) -> bool {
        self.0.try_get_value().is_some()
    }

    /// Runs `task` until it completes, or until its next `await` after the owner was disposed of.
    pub fn spawn_local(self, task: impl Future<Output = ()> + 'static) {
        spawn_local(async move {
            let mut task = pin!(task);
            std::future::poll_fn(|context| {
                if self.is_alive() {
                    task.as_mut().poll(context)
                } else {
                    Poll::Ready(())
                }
            })
            .await;
        });
    }

    /// Calls `callback` after `delay`. Returns the handle that cancels it, or `None` if the browser sets no timer.
    pub fn set_timeout(self, callback: impl FnOnce() + 'static, delay: Duration) -> Option<TimeoutHandle> {
        let call_if_alive = move || {
            if self.is_alive() {
                callback();
            }
        };
        set_timeout_with_handle(call_if_alive, delay).ok()
    }

    /// Calls `callback` before the next frame.
    pub fn request_animation_frame(self, callback: impl FnOnce() + 'static) {
        request_animation_frame(move || {
            if self.is_alive() {
                callback();
            }
        });
    }
}
