//! Deferring layout changes until no pointer is pressed.

use crate::components::reactive::task_scope::TaskScope;
use leptos::prelude::*;
use std::time::Duration;

/// The interval at which the pointer is checked.
const POLL_INTERVAL: Duration = Duration::from_millis(30);

/// Runs a callback that changes the layout once no pointer is pressed on a form. An element that moves away between
/// pointer down and pointer up receives no click. The callback doesn't run if the owner of `tasks` is disposed of first.
pub fn after_pointer_up(tasks: TaskScope, callback: impl FnOnce() + 'static) {
    let pressed = document().query_selector("form :active").ok().flatten();
    if pressed.is_some() {
        tasks.set_timeout(move || after_pointer_up(tasks, callback), POLL_INTERVAL);
    } else {
        callback();
    }
}
