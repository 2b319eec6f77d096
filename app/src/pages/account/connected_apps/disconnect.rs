//! The dialog that disconnects an app.

use crate::components::feedback::toast::toast;
use crate::components::forms::form::FormState;
use crate::components::overlay::confirm::ConfirmDialog;
use crate::components::overlay::form_dialog::form_error_dialog;
use crate::error::AppError;
use crate::pages::account::connected_apps::PATH;
#[cfg(feature = "ssr")]
use crate::pages::account::connected_apps::dialog_url;
use crate::session::SessionClient;
use crate::session::protocol::PostRequest;
use domain::ids::OauthAppId;
use domain::oauth2::oauth_apps::ConnectedApp;
use leptos::prelude::*;

/// Withdraws the user's consent for an app, and revokes the tokens that were issued under it.
///
/// # Errors
/// [`AppError::NotFound`] if the user has granted the app no access.
#[server(prefix = "/fn", endpoint = "connected-apps/disconnect", protocol = PostRequest, client = SessionClient)]
pub async fn disconnect_app(app: OauthAppId) -> Result<(), AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let disconnected = portal::oauth2::connected_apps::disconnect(&portal, &actor, app).await;
    crate::components::forms::form::respond::<DisconnectApp>(disconnected, &PATH, &dialog_url(app))
}

/// Confirms disconnecting an app.
#[component]
pub fn DisconnectDialog(
    /// The app.
    app: ConnectedApp,
) -> impl IntoView {
    let form_state = FormState::new::<DisconnectApp>(|_| None);
    form_state.on_success(|| toast("App disconnected"));
    view! {
        <ConfirmDialog
            form_state
            title=format!("Disconnect “{}”?", app.name)
            back=PATH.to_owned()
            button="Disconnect"
        >
            <p>
                <strong>{app.name}</strong>
                " will lose access immediately. It can ask for access again."
            </p>
            <input type="hidden" name="app" value=app.id.to_string() />
        </ConfirmDialog>
    }
    .into_any()
}

/// Returns the dialog with the error if an app that isn't connected was to be disconnected.
pub fn error_dialog() -> Option<AnyView> {
    form_error_dialog::<DisconnectApp>("Disconnect this app?", PATH)
}
