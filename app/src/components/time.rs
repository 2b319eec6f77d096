//! A moment, for people and for programs.

use domain::time::Timestamp;
use leptos::prelude::*;

/// A moment in UTC.
#[component]
pub fn Time(
    /// The moment.
    at: Timestamp,
) -> impl IntoView {
    view! { <time datetime=at.rfc3339()>{at.readable()}</time> }.into_any()
}
