//! Steps to create an OAuth2 app in the DAM, as the portal dashboard guide lists them.

use crate::components::reactive::dynamic::dynamic;
use crate::icons::{Icon, IconView};
use domain::coded_enum::CodedEnum;
use domain::oauth2::scopes::Scope;
use leptos::prelude::*;

/// Lists the steps to create an OAuth2 app, with a link to the DAM's settings.
#[component]
pub fn Checklist(
    /// The origin of the DAM, if the Portal URL is valid.
    origin: Memo<Option<String>>,
) -> impl IntoView {
    let link = dynamic(move || match origin.get() {
        Some(origin) => {
            let href = format!("{origin}/pysettings/oauth2/");
            view! {
                <a href=href.clone() target="_blank" rel="noopener noreferrer">
                    <span class="break">{href.clone()}</span>
                    " "
                    <IconView icon=Icon::External size="small" />
                    <span class="visually-hidden">"(opens in a new tab)"</span>
                </a>
            }
            .into_any()
        }
        None => view! { <code class="inline-code">"https://[your-bynder-domain]/pysettings/oauth2/"</code> }.into_any(),
    });
    let scopes = Scope::CONNECTOR.iter().map(|scope| {
        view! {
            <li>
                <code>{scope.code()}</code>
            </li>
        }
    });
    view! {
        <section class="checklist" aria-labelledby="checklist">
            <h3 id="checklist">"Creating an OAuth2 app"</h3>
            <p class="muted">
                "For asset uploads and tracking features, create an OAuth app in the settings of your Bynder portal."
            </p>
            <ol class="steps">
                <li>"Navigate to OAuth Apps section: " {link}</li>
                <li>"Click " <strong>"Add new app"</strong></li>
                <li>"Enter your desired " <strong>"Application name"</strong></li>
                <li>"Select grant type: " <strong>"Client Credentials"</strong></li>
                <li>"Select a user that represents the permissions the app will have"</li>
                <li>"Select the required scopes:" <ul>{scopes.collect_view()}</ul></li>
                <li>"Click " <strong>"Register application"</strong></li>
                <li>"Copy the Client ID and Client Secret tokens into your dashboard"</li>
            </ol>
        </section>
    }
    .into_any()
}
