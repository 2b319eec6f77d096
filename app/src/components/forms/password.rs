//! The fields of forms that set a password.

use crate::components::forms::field::TextField;
use domain::accounts::users::MIN_PASSWORD_CHARS;
use leptos::prelude::*;

/// Renders the field for a new password, which is named `password`.
#[component]
pub fn NewPasswordField(
    /// The label.
    #[prop(default = "New password")]
    label: &'static str,
    /// Whether it takes the focus when its page opens.
    #[prop(optional)]
    autofocus: bool,
    /// The validation error, if any.
    error: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <TextField
            name="password"
            label
            kind="password"
            autocomplete="new-password"
            help="At least 12 characters. Use something hard to guess, such as a few unrelated words."
            minlength=MIN_PASSWORD_CHARS
            autofocus
            error
        />
    }
}

/// Renders a hidden field with the email of the user whose password is set, under which password managers store it. The form
/// doesn't submit the field.
#[component]
pub fn UsernameField(
    /// The email.
    email: String,
) -> impl IntoView {
    view! { <input type="text" autocomplete="username" value=email readonly hidden /> }.into_any()
}
