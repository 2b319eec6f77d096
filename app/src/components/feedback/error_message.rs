//! A page or a part of one that could not be shown, and why.

use crate::components::feedback::notice::{Kind, Locked, Notice};
use crate::error::Failure;
use leptos::prelude::*;

/// Says what went wrong in place of what should be there.
#[component]
pub fn Problem(
    /// What went wrong.
    failure: Failure,
) -> impl IntoView {
    #[cfg(feature = "ssr")]
    set_status(&failure);
    let signed_out = failure == Failure::SignedOut;
    view! {
        <Notice kind=Kind::Danger title="This cannot be shown">
            <p>{failure.to_string()}</p>
            // A plain link that the router leaves alone: signing in loads a page anew.
            {signed_out.then(|| view! { <p><a href="/sign-in" rel="external">"Sign in"</a></p> })}
        </Notice>
    }
    .into_any()
}

/// In place of a part that a right of its own opens; `what` starts the sentence.
pub fn refusal(what: &'static str, failure: Failure) -> AnyView {
    match failure {
        Failure::Forbidden(right) => view! { <Locked what right /> }.into_any(),
        failure => view! { <Problem failure /> }.into_any(),
    }
}

/// The answer's status says the same as its page. Whoever is signed out gets no page, but the way to sign in.
#[cfg(feature = "ssr")]
pub fn set_status(failure: &Failure) {
    if *failure == Failure::SignedOut {
        return crate::context::lead_to_sign_in();
    }
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(failure.status());
        if let Some(seconds) = failure.retry_after() {
            response.insert_header(http::header::RETRY_AFTER, seconds.into());
        }
    }
}
