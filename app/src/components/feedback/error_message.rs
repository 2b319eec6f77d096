//! The message in place of a page, or part of one, that couldn't be loaded.

use crate::components::feedback::notice::{MissingRight, Notice, NoticeKind};
use crate::error::AppError;
use leptos::prelude::*;

/// Renders an error in place of the content.
#[component]
pub fn ErrorMessage(
    /// The error.
    error: AppError,
) -> impl IntoView {
    #[cfg(feature = "ssr")]
    set_status(&error);
    let signed_out = error == AppError::SignedOut;
    view! {
        <Notice kind=NoticeKind::Danger title="This page couldn’t be loaded">
            <p>{error.to_string()}</p>
            // `external`, because signing in loads a new document.
            {signed_out.then(|| view! { <p><a href="/sign-in" rel="external">"Sign in"</a></p> })}
        </Notice>
    }
    .into_any()
}

/// Renders an error in place of content that needs a right. `to` completes the sentence "You need the X right to …".
pub fn access_error(to: &'static str, error: AppError) -> AnyView {
    match error {
        AppError::Forbidden(right) => view! { <MissingRight to right /> }.into_any(),
        error => view! { <ErrorMessage error /> }.into_any(),
    }
}

/// Sets the response's status to that of the error. A user who is signed out is redirected to the sign-in page.
#[cfg(feature = "ssr")]
pub fn set_status(error: &AppError) {
    if *error == AppError::SignedOut {
        return crate::context::redirect_to_sign_in();
    }
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(error.status());
        if let Some(seconds) = error.retry_after() {
            response.insert_header(http::header::RETRY_AFTER, seconds.into());
        }
    }
}
