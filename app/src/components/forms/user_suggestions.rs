//! Suggested users for a field that names a user. Without script, which would suggest users while typing, they are offered
//! after the form was submitted.

use crate::components::forms::combobox::Suggestion;
use crate::components::reactive::dynamic::dynamic;
use crate::error::AppError;
use domain::accounts::users::UserOption;
use leptos::prelude::*;

/// Returns suggestions for a combobox, or none if they couldn't be loaded: the form still works without them.
pub fn combobox_suggestions(users: Result<Vec<UserOption>, AppError>) -> Vec<Suggestion> {
    users.unwrap_or_default().into_iter().map(Suggestion::from).collect()
}

/// Describes a user whose name or email matches the field.
#[derive(Debug, Clone)]
pub struct UserSuggestion {
    /// The URL of the form with this user filled in.
    url: String,
    name: String,
    email: String,
}

/// Returns suggestions for `users`, or none if the field is empty. `url` returns the URL of the form with a text in the
/// field.
pub fn suggest_users(value: &str, users: &[UserOption], url: impl Fn(String) -> String) -> Vec<UserSuggestion> {
    if value.is_empty() {
        return Vec::new();
    }
    let suggestion = |user: &UserOption| UserSuggestion {
        url: url(user.text()),
        name: user.name.clone(),
        email: user.email.clone(),
    };
    users.iter().map(suggestion).collect()
}

/// Renders links that fill in the field, while the field has a validation error.
#[component]
pub fn UserSuggestions(
    /// The suggested users.
    suggestions: Vec<UserSuggestion>,
    /// The validation error of the field.
    error: Signal<Option<String>>,
) -> impl IntoView {
    let list = move || {
        let is_visible = error.with(Option::is_some) && !suggestions.is_empty();
        is_visible.then(|| {
            let links = suggestions.clone().into_iter().map(|suggestion| {
                view! {
                    <li>
                        <a href=suggestion.url>{suggestion.name}</a>
                        " "
                        <small class="muted break">{suggestion.email}</small>
                    </li>
                }
            });
            view! {
                <div class="field">
                    <p class="label">"Which user do you mean?"</p>
                    <ul class="suggestions">{links.collect_view()}</ul>
                </div>
            }
        })
    };
    dynamic(list)
}
