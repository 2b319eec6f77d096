//! Server functions that save, delete and restore field settings.

use crate::error::AppError;
use crate::session::SessionClient;
use crate::session::protocol::PostRequest;
use domain::integration::settings::{FieldForm, Saved};
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    crate::components::forms::form::respond_error,
    crate::components::forms::save_form::respond_saved,
    crate::pages::integration::fields::page_url::{Deleted, FieldsUrl, LastAction, OpenForm, PATH},
    domain::integration::settings::Edit,
    leptos::server_fn::ServerFn,
    portal::integration::settings::BaseRevision,
};

/// Saves the Global field settings or those of a field, edited at revision `base`, overwriting conflicting changes up to
/// revision `over`.
///
/// # Errors
/// Errors of the portal, including [`AppError::Invalid`] for invalid fields.
#[server(prefix = "/fn", endpoint = "integration/save-field", protocol = PostRequest, client = SessionClient)]
pub async fn save_field(
    base: i64,
    form: FieldForm,
    #[server(default)] over: Option<i64>,
    #[server(default)] duplicate: String,
) -> Result<Saved, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let base_revision = BaseRevision {
        seen: base,
        overwrite: over,
    };
    let saved = portal::integration::settings::save(&portal, &actor, base_revision, &Edit::Field(form.clone())).await;
    let open_form = match &form {
        form if form.global => OpenForm::Global,
        form if !form.was.is_empty() => OpenForm::Edit(form.was.clone()),
        _ if !duplicate.is_empty() => OpenForm::Duplicate(duplicate),
        _ => OpenForm::Add(String::new()),
    };
    respond_saved::<SaveField>(saved, PATH, &FieldsUrl::with_draft(open_form, form, base))
}

/// Deletes the settings of a field. [`undo_field`] restores them.
///
/// # Errors
/// Errors of the portal.
#[server(prefix = "/fn", endpoint = "integration/delete-field", protocol = PostRequest, client = SessionClient)]
pub async fn delete_field(base: i64, field: String) -> Result<Saved, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let saved = portal::integration::settings::save(&portal, &actor, base, &Edit::Remove(field.clone())).await;
    redirect_saved::<DeleteField>(saved, |saved| match saved {
        Saved::New(revision) => FieldsUrl::after_action(LastAction::Deleted(Deleted {
            revision: *revision,
            field: field.clone(),
        })),
        Saved::Unchanged(_) => FieldsUrl::default(),
        Saved::Conflict(_) => FieldsUrl::after_action(LastAction::DeleteConflict(field.clone())),
    })
}

/// Restores the settings that were deleted in `revision`.
///
/// # Errors
/// Errors of the portal, including [`AppError::Conflict`] if someone added the field again.
#[server(prefix = "/fn", endpoint = "integration/undo-field", protocol = PostRequest, client = SessionClient)]
pub async fn undo_field(revision: i64) -> Result<Saved, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let saved = match portal::integration::settings::undo(&portal, &actor, revision).await {
        Ok(Saved::Conflict(_)) => Err(portal::Error::Conflict(
            "This field was changed after you deleted it. See History.".to_owned(),
        )),
        saved => saved,
    };
    redirect_saved::<UndoField>(saved, |saved| match saved {
        Saved::New(revision) => FieldsUrl::after_action(LastAction::Saved(revision.to_string())),
        Saved::Unchanged(_) | Saved::Conflict(_) => FieldsUrl::default(),
    })
}

/// Redirects a browser without JavaScript to the URL that `next` returns. With JavaScript, the page stays as it is.
#[cfg(feature = "ssr")]
fn redirect_saved<S: ServerFn>(
    saved: portal::Result<Saved>,
    next: impl Fn(&Saved) -> FieldsUrl,
) -> Result<Saved, AppError> {
    let saved = saved.map_err(|error| respond_error::<S>(error.into(), &FieldsUrl::default()))?;
    if crate::context::is_submitted_without_script() {
        leptos_axum::redirect(&next(&saved).to_string());
    }
    Ok(saved)
}
