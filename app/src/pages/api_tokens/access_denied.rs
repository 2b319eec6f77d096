//! Explains why an API tokens page can't be shown and who can change that.

use crate::components::feedback::access_denied::{AccessDenied, rights_list};
use crate::components::feedback::error_message::ErrorMessage;
use crate::components::feedback::notice::{Notice, NoticeKind};
use crate::error::AppError;
use domain::accounts::rights::Right;
use domain::accounts::users::CurrentUser;
use leptos::prelude::*;

/// Replaces the page with the reason it can't be shown.
#[component]
pub fn PageUnavailable(
    /// The error that loading the page returned.
    error: AppError,
    /// The signed-in user.
    me: CurrentUser,
) -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::components::feedback::error_message::set_status(&error);
    match error {
        AppError::Disabled { feature, contact } => view! {
            <Notice kind=NoticeKind::Warning title=format!("{} is not enabled for this account", feature.label())>
                <p>
                    "Ask " {contact} " to enable it for " <strong>{me.account_name}</strong>
                    ". Existing tokens stop working while this feature is off."
                </p>
            </Notice>
        }
        .into_any(),
        AppError::Forbidden(right) => missing_rights(&me, right).into_any(),
        error => view! { <ErrorMessage error /> }.into_any(),
    }
}

fn missing_rights(me: &CurrentUser, right: Right) -> impl IntoView + use<> {
    // A user who may open the API tokens page lacks the right that one of its subpages needs; any other user lacks a right
    // that all of these pages need.
    let subpage_right = me.rights.can_open_api_tokens_page().then_some(right);
    let missing = subpage_right.or((!me.rights.has(Right::AdminSettings)).then_some(Right::AdminSettings));
    let profile = me.profile.clone();
    let needs_one = !me.rights.has_any(Right::API_TOKENS_PAGE);
    view! {
        <AccessDenied>
            {missing
                .map(|right| {
                    view! {
                        <p>
                            "Your security profile (" {profile.clone()} ") doesn’t have the "
                            <strong>{right.label()}</strong> " right."
                        </p>
                    }
                })}
            {needs_one
                .then(|| {
                    view! {
                        <p>
                            "Your security profile (" {profile.clone()} ")"
                            {if missing.is_some() { " also needs" } else { " needs" }} " one of these rights:"
                        </p>
                        {rights_list(Right::API_TOKENS_PAGE)}
                    }
                })}
        </AccessDenied>
    }
}
