//! Explains why an OAuth apps page can't be shown.

use crate::components::feedback::access_denied::{AccessDenied, rights_list};
use crate::components::feedback::error_message::ErrorMessage;
use crate::error::AppError;
use domain::accounts::rights::Right;
use domain::accounts::users::CurrentUser;
use leptos::prelude::*;

/// Rights that all OAuth apps pages need.
pub const REQUIRED_RIGHTS: [Right; 2] = [Right::AdminSettings, Right::ManageOauthApps];

/// Replaces the page with the reason it can't be shown.
#[component]
pub fn PageUnavailable(
    /// The error that loading the page returned.
    error: AppError,
    /// The signed-in user.
    me: CurrentUser,
) -> impl IntoView {
    let AppError::Forbidden(_) = error else {
        return view! { <ErrorMessage error /> }.into_any();
    };
    #[cfg(feature = "ssr")]
    crate::components::feedback::error_message::set_status(&error);
    let missing: Vec<Right> = REQUIRED_RIGHTS
        .into_iter()
        .filter(|right| !me.rights.has(*right))
        .collect();
    view! {
        <AccessDenied>
            <p>"Your security profile (" {me.profile} ") is missing:"</p>
            {rights_list(&missing)}
        </AccessDenied>
    }
    .into_any()
}
