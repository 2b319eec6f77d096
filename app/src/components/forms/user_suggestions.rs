//! "Who is meant?": where there is no script to suggest people while a name is typed, those whom it fits are offered once
//! it has been sent.

use domain::accounts::users::UserChoice;
use leptos::prelude::*;

/// Somebody whom a name fits.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The form with this person filled in.
    address: String,
    name: String,
    email: String,
}

/// Those of `users` who may be meant by what the field holds: nobody while it holds nothing. `address` is the form's, with
/// a text in the field.
pub fn candidates(held: &str, users: &[UserChoice], address: impl Fn(String) -> String) -> Vec<Candidate> {
    if held.is_empty() {
        return Vec::new();
    }
    let candidate = |user: &UserChoice| Candidate {
        address: address(user.text()),
        name: user.name.clone(),
        email: user.email.clone(),
    };
    users.iter().map(candidate).collect()
}

/// Links that fill the field in, while there is something wrong with it.
#[component]
pub fn WhoIsMeant(
    /// Who may be meant.
    candidates: Vec<Candidate>,
    /// The complaint about the field.
    error: Signal<Option<String>>,
) -> impl IntoView {
    let list = move || {
        let is_asked = error.with(Option::is_some) && !candidates.is_empty();
        is_asked.then(|| {
            let links = candidates.clone().into_iter().map(|candidate| {
                view! {
                    <li>
                        <a href=candidate.address>{candidate.name}</a>
                        " "
                        <small class="muted break">{candidate.email}</small>
                    </li>
                }
            });
            view! {
                <div class="field">
                    <p class="label">"Who is meant?"</p>
                    <ul class="meant">{links.collect_view()}</ul>
                </div>
            }
        })
    };
    list.into_any()
}
