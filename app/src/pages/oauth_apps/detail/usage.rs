//! Which of its scopes an app has really used.

use domain::oauth2::oauth_apps::OauthApp;
use domain::oauth2::scopes::{Scope, Scopes};
use leptos::prelude::*;

/// What could be taken away from an app that is in use: what it has never called anything with. A refresh token calls
/// nothing by itself.
pub fn spare(app: &OauthApp) -> Scopes {
    match app.last_used_at {
        Some(_) => app.scopes.except(app.used_scopes).without(Scope::Offline),
        None => Scopes::default(),
    }
}

/// The card with its scopes, used or not.
pub fn usage(app: &OauthApp) -> impl IntoView + use<> {
    let spare = spare(app);
    let hint = if app.last_used_at.is_none() {
        "The app has not got a token yet.".to_owned()
    } else if spare.is_empty() {
        "It has used all that it may be granted.".to_owned()
    } else {
        format!(
            "It has never used {}. What it does not need can be taken away under Details.",
            spare.iter().map(Scope::code).collect::<Vec<_>>().join(", ")
        )
    };
    let used = app.used_scopes;
    let rows = app.scopes.iter().map(|scope| {
        let badge = if used.has(scope) {
            view! { <span class="badge success">"Used"</span> }.into_any()
        } else if scope == Scope::Offline {
            ().into_any()
        } else {
            view! { <span class="badge">"Not used yet"</span> }.into_any()
        };
        view! {
            <tr>
                <td class="title">
                    <code>{scope.code()}</code>
                </td>
                <td data-label="Allows">
                    <span>{scope.sentence()}</span>
                </td>
                <td data-label="Used">
                    <span>{badge}</span>
                </td>
            </tr>
        }
    });
    view! {
        <section class="card" aria-labelledby="usage">
            <div class="card-header">
                <h2 id="usage">"Scopes used"</h2>
                <p>{hint}</p>
            </div>
            <div class="table-wrap">
                <table class="table stack">
                    <caption class="visually-hidden">"Scopes of this app"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Scope"</th>
                            <th scope="col">"Allows"</th>
                            <th scope="col">"Used"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}
