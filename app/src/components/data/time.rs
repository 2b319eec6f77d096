//! Timestamps and who caused them.
//!
//! All functions return plain markup for the rows of long lists, because the renderer copies every attribute of an
//! `AnyView`. Only [`Time`] is a component.

use domain::time::Timestamp;
use leptos::prelude::*;

/// Renders a time in UTC.
#[component]
pub fn Time(
    /// The time.
    at: Timestamp,
) -> impl IntoView {
    timestamp(at).into_any()
}

/// Renders a time in UTC.
pub fn timestamp(at: Timestamp) -> impl IntoView {
    view! { <time datetime=at.rfc3339()>{at.readable()}</time> }
}

/// Renders "Never" in place of a time.
pub fn never() -> impl IntoView {
    view! { <span class="muted">"Never"</span> }
}

/// Renders a time in UTC, or "Never".
pub fn timestamp_or_never(at: Option<Timestamp>) -> impl IntoView {
    match at {
        Some(at) => timestamp(at).into_any(),
        None => never().into_any(),
    }
}

/// Returns who caused something, such as "by Ada Lovelace". Without a name, it was done on the command line.
pub fn byline(name: Option<String>) -> String {
    name.map_or_else(|| "on the command line".to_owned(), |name| ["by ", &name].concat())
}

/// Renders when and by whom something was created.
pub fn created(at: Timestamp, creator: Option<String>) -> impl IntoView {
    view! {
        <span>
            {timestamp(at)}
            <small>{byline(creator)}</small>
        </span>
    }
}
