//! The address `/`: the first section.

use leptos::prelude::*;
use leptos_router::components::Redirect;

/// Goes to the first section.
#[component]
pub fn HomePage() -> impl IntoView {
    view! { <Redirect path="/integration" /> }
}
