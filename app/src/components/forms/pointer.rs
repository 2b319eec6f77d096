//! What must not happen while a pointer is pressed.

use crate::components::reactive::task_scope::TaskScope;
use leptos::prelude::*;
use std::time::Duration;

/// How long until it is looked again, which nobody notices.
const AGAIN: Duration = Duration::from_millis(30);

/// Does something that moves what is on the page, once nothing is pressed: what moves away from under a pointer between
/// its press and its release is not clicked. Nothing is done once what `tasks` belongs to is gone.
pub fn when_released(tasks: TaskScope, act: impl FnOnce() + 'static) {
    let pressed = document().query_selector("form :active").ok().flatten();
    if pressed.is_some() {
        tasks.set_timeout(move || when_released(tasks, act), AGAIN);
    } else {
        act();
    }
}
