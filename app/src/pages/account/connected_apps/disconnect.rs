//! The question before an app is disconnected.

use crate::components::feedback::toast::toast;
use crate::components::forms::form::Check;
use crate::components::overlay::confirm::ConfirmDialog;
use crate::error::Failure;
use crate::pages::account::connected_apps::PATH;
use domain::ids::OauthAppId;
use domain::oauth2::oauth_apps::ConnectedApp;
use leptos::prelude::*;

/// Takes an app's permission back, and revokes all that it has got by it.
///
/// # Errors
/// [`Failure::NotFound`] where the person has allowed the app nothing.
#[server(prefix = "/fn", endpoint = "connected-apps/disconnect")]
pub async fn disconnect_app(app: OauthAppId) -> Result<(), Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let disconnected = portal::oauth2::connected_apps::disconnect(&portal, &actor, app).await;
    crate::components::forms::form::answer::<DisconnectApp>(disconnected, &PATH, &PATH)
}

/// Asks whether to disconnect an app.
#[component]
pub fn DisconnectDialog(
    /// The app.
    app: ConnectedApp,
) -> impl IntoView {
    let check = Check::<DisconnectApp>::new(|_| None);
    check.on_success(|| toast("App disconnected"));
    view! {
        <ConfirmDialog
            check
            title=format!("Disconnect “{}”?", app.name)
            back=PATH.to_owned()
            button="Disconnect"
        >
            <p>
                <strong>{app.name}</strong>
                " can no longer act for you: what it has got for you stops working at once. It has to ask you \
                 again before it can."
            </p>
            <input type="hidden" name="app" value=app.id.to_string() />
        </ConfirmDialog>
    }
    .into_any()
}
