//! The card that shows which of its scopes an app has used.

use crate::components::data::card::Card;
use crate::components::data::data_table::{DataTable, heading};
use domain::coded_enum::CodedEnum;
use domain::oauth2::oauth_apps::OauthApp;
use domain::oauth2::scopes::{Scope, Scopes};
use leptos::prelude::*;

/// Returns the scopes that an app in use has never needed for an API request. `offline` does not count: refresh tokens are
/// not used for API requests.
pub fn unused_scopes(app: &OauthApp) -> Scopes {
    match app.last_used_at {
        Some(_) => app.scopes.difference(app.used_scopes).without(Scope::Offline),
        None => Scopes::default(),
    }
}

/// Renders the card with all scopes of the app and whether each was used.
pub fn usage_card(app: &OauthApp) -> impl IntoView + use<> {
    let unused = unused_scopes(app);
    let hint = if app.last_used_at.is_none() {
        "No tokens issued yet.".to_owned()
    } else if unused.is_empty() {
        "All granted scopes have been used.".to_owned()
    } else {
        format!(
            "Never used: {}. You can remove scopes that the app doesn’t need under Details.",
            unused.iter().map(Scope::code).collect::<Vec<_>>().join(", ")
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
                    <span>{scope.description()}</span>
                </td>
                <td data-label="Used">
                    <span>{badge}</span>
                </td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Card id="usage" title="Scopes used" help=hint>
            <DataTable caption="Scopes of this app" headings=["Scope", "Allows", "Used"].map(heading)>
                {rows}
            </DataTable>
        </Card>
    }
}
