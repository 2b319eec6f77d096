//! Moments, for people and for programs.
//!
//! All but [`Time`] are plain markup for rows of long lists: the renderer copies every attribute of an `AnyView`.

use domain::time::Timestamp;
use leptos::either::Either;
use leptos::prelude::*;

/// A moment in UTC.
#[component]
pub fn Time(
    /// The moment.
    at: Timestamp,
) -> impl IntoView {
    moment(at).into_any()
}

/// A moment in UTC.
pub fn moment(at: Timestamp) -> impl IntoView {
    view! { <time datetime=at.rfc3339()>{at.readable()}</time> }
}

/// In place of a moment that has not come, or never will.
pub fn never() -> impl IntoView {
    view! { <span class="muted">"Never"</span> }
}

/// A moment, if it has come or will.
pub fn moment_or_never(at: Option<Timestamp>) -> impl IntoView {
    match at {
        Some(at) => Either::Left(moment(at)),
        None => Either::Right(never()),
    }
}

/// Who made something. Without a name, it was made on the command line.
pub fn by(maker: Option<String>) -> String {
    maker.map_or_else(|| "on the command line".to_owned(), |name| ["by ", &name].concat())
}

/// When something was made, and by whom.
pub fn created(at: Timestamp, maker: Option<String>) -> impl IntoView {
    view! {
        <span>
            {moment(at)}
            <small>{by(maker)}</small>
        </span>
    }
}
