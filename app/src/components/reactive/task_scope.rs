//! Work in the background that ends with the part of the page that it is for.

use leptos::prelude::*;
use leptos::task::spawn_local;
use std::future::Future;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

/// Runs futures, timers and animation frames for as long as the reactive owner exists in which it was made. What comes due
/// after that is dropped: the signals that it would read or write are gone.
#[derive(Debug, Clone, Copy)]
pub struct TaskScope(StoredValue<()>);

impl TaskScope {
    /// Binds to the current owner. To be called from a component, not from a handler of events, which has no owner.
    #[must_use]
    pub fn current() -> Self {
        Self(StoredValue::new(()))
    }

    fn is_alive(self) -> bool {
        self.0.try_get_value().is_some()
    }

    /// Runs `task` until it ends, or stops at the next `await` once the owner is gone.
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

    /// Calls `callback` after `delay`. Gives what cancels it; a browser that sets no timer never calls it.
    pub fn set_timeout(self, callback: impl FnOnce() + 'static, delay: Duration) -> Option<TimeoutHandle> {
        let call_if_alive = move || {
            if self.is_alive() {
                callback();
            }
        };
        set_timeout_with_handle(call_if_alive, delay).ok()
    }

    /// Calls `callback` before the next frame is drawn.
    pub fn request_animation_frame(self, callback: impl FnOnce() + 'static) {
        request_animation_frame(move || {
            if self.is_alive() {
                callback();
            }
        });
    }
}
