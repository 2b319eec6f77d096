//! Dialogs that rename and remove an implementation.

use crate::components::forms::field::TextField;
use crate::components::forms::form::{FormState, Values};
use crate::components::overlay::confirm::ConfirmDialog;
use crate::components::overlay::form_dialog::FormDialog;
use crate::error::AppError;
use crate::pages::integration::layout::Tab;
use crate::session::SessionClient;
use crate::session::protocol::PostRequest;
use domain::fields::{FieldErrors, validate_name};
use domain::ids::ImplementationId;
use domain::integration::implementations::Implementation;
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {crate::components::forms::form::respond, crate::pages::integration::page_url::PageUrl};

/// Renames an implementation. An empty name restores the one that its connector reports.
///
/// # Errors
/// Errors of the portal, including [`AppError::Invalid`] for a name that is too long.
#[server(prefix = "/fn", endpoint = "integration/rename-implementation", protocol = PostRequest, client = SessionClient)]
pub async fn rename_implementation(id: ImplementationId, #[server(default)] name: String) -> Result<(), AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let renamed = portal::integration::implementations::rename(&portal, &actor, id, &name).await;
    let page = PageUrl::new(Tab::Implementations.path());
    let retry_url = page.clone().with("dialog", "rename").with("id", id).with("name", name);
    respond::<RenameImplementation>(renamed, &page, &retry_url)
}

/// Removes an implementation until its next request.
///
/// # Errors
/// Errors of the portal.
#[server(prefix = "/fn", endpoint = "integration/remove-implementation", protocol = PostRequest, client = SessionClient)]
pub async fn remove_implementation(id: ImplementationId) -> Result<(), AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let removed = portal::integration::implementations::remove(&portal, &actor, id).await;
    let page = PageUrl::new(Tab::Implementations.path());
    respond::<RemoveImplementation>(removed, &page, &page.clone().with("dialog", "remove").with("id", id))
}

fn validate(values: Values<'_>) -> Option<FieldErrors> {
    let mut errors = FieldErrors::default();
    let typed = values("name");
    if !typed.trim().is_empty() {
        validate_name("name", &typed, &mut errors);
    }
    errors.into_result(()).err()
}

/// Renames an implementation.
#[component]
pub fn RenameDialog(
    /// The implementation.
    implementation: Implementation,
    /// The typed name, if it was rejected.
    typed: Option<String>,
    /// Incremented after each change to reload the page.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let form_state = FormState::new::<RenameImplementation>(validate);
    form_state.toast_and_reload("Implementation renamed", changes);
    let reported_name = implementation.connector.title();
    view! {
        <FormDialog
            form_state
            title=format!("Rename “{}”", implementation.title())
            back=Tab::Implementations.path().to_owned()
            button="Rename"
            fields=&["name"]
        >
            <p>"Reported name: " <strong>{reported_name}</strong> " (used if left empty)."</p>
            <input type="hidden" name="id" value=implementation.id.to_string() />
            <TextField
                name="name"
                label="Name"
                value=typed.unwrap_or(implementation.name)
                optional=true
                autofocus=true
                error=form_state.error("name")
            />
        </FormDialog>
    }
    .into_any()
}

/// Confirms removing an implementation.
#[component]
pub fn RemoveDialog(
    /// The implementation.
    implementation: Implementation,
    /// Incremented after each change to reload the page.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let form_state = FormState::new::<RemoveImplementation>(|_| None);
    form_state.toast_and_reload("Implementation removed", changes);
    let title = implementation.title();
    view! {
        <ConfirmDialog
            form_state
            title=format!("Remove “{title}”?")
            back=Tab::Implementations.path().to_owned()
            button="Remove"
        >
            <p>
                <strong>{title}</strong>
                " and its custom name will be removed. It reappears with its next request if it still uses the API \
                 key. To block it, rotate the key."
            </p>
            <input type="hidden" name="id" value=implementation.id.to_string() />
        </ConfirmDialog>
    }
    .into_any()
}
