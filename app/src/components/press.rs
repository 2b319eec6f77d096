//! What must not happen while a pointer is pressed.

use leptos::prelude::*;
use std::time::Duration;

/// How long until it is looked again, which nobody notices.
const AGAIN: Duration = Duration::from_millis(30);

/// Does something that moves what is on the page, once nothing is pressed: what moves away from under a pointer between
/// its press and its release is not clicked.
pub fn when_released(act: impl FnOnce() + 'static) {
    let pressed = document().query_selector("form :active").ok().flatten();
    if pressed.is_some() {
        set_timeout(move || when_released(act), AGAIN);
    } else {
        act();
    }
}
