//! Server functions that preview and apply a file with settings.

use crate::error::AppError;
use crate::pages::integration::history::actions::Comparison;
use crate::session::SessionClient;
use crate::session::protocol::{GetRequest, PostRequest};
use domain::ids::SettingsUploadId;
use domain::integration::settings::Saved;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use {
    crate::components::forms::form::respond_error,
    crate::components::forms::save_form::respond_saved,
    crate::pages::integration::layout::Tab,
    crate::pages::integration::page_url::PageUrl,
    domain::integration::settings::Edit,
    portal::integration::settings::uploads::{self, Upload},
    portal::{Actor, Portal},
};

/// The maximum size in bytes of a file that is filled into the text area again without JavaScript.
#[cfg(feature = "ssr")]
const MAX_REFILLED_TEXT_BYTES: usize = 64 * 1024;

/// Describes what a file would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// What applying the file would change.
    pub comparison: Comparison,
    /// The uploaded file, which is stored until it is applied or expires.
    pub upload: SettingsUploadId,
}

/// Holds a file that was uploaded without JavaScript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadedFile {
    /// The file name; may be empty.
    pub name: String,
    /// The content; empty if it is longer than 64 KiB.
    pub text: String,
    /// What the file would change, if it is valid.
    pub preview: Option<Preview>,
}

#[cfg(feature = "ssr")]
async fn compare_upload(
    portal: &Portal,
    actor: &Actor,
    id: SettingsUploadId,
    upload: &Upload,
) -> portal::Result<Preview> {
    Ok(Preview {
        comparison: Comparison::with_current(portal, actor, &upload.settings()?).await?,
        upload: id,
    })
}

/// Stores a file and returns what it would change. A browser without JavaScript is redirected to the page that shows it.
///
/// # Errors
/// [`AppError::Invalid`] with a validation error for each invalid value.
#[server(prefix = "/fn", endpoint = "integration/preview-file", protocol = PostRequest, client = SessionClient)]
pub async fn preview_file(
    #[server(default)] text: String,
    #[server(default)] name: String,
) -> Result<Preview, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let page = PageUrl::new(Tab::History.path());
    let upload = Upload {
        file_name: name,
        content: text,
    };
    let id = uploads::create(&portal, &actor, &upload.file_name, &upload.content).await;
    let id = id.map_err(|error| respond_error::<PreviewFile>(error.into(), &page))?;
    let preview_url = page.with("upload", id);
    let preview = compare_upload(&portal, &actor, id, &upload).await;
    let preview = preview.map_err(|error| respond_error::<PreviewFile>(error.into(), &preview_url))?;
    if crate::context::is_submitted_without_script() {
        leptos_axum::redirect(&preview_url.to_string());
    }
    Ok(preview)
}

/// Returns a file that was uploaded without JavaScript and what it would change, unless the file has expired.
///
/// # Errors
/// [`AppError::Forbidden`] without Manage integration.
#[server(name = LoadUpload, prefix = "/fn", endpoint = "integration/upload", protocol = GetRequest, client = SessionClient)]
pub async fn load_upload(upload: String) -> Result<Option<UploadedFile>, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let Ok(id) = upload.parse() else { return Ok(None) };
    let Some(found) = uploads::find(&portal, &actor, id).await? else {
        return Ok(None);
    };
    let preview = match compare_upload(&portal, &actor, id, &found).await {
        Ok(preview) => Some(preview),
        // The URL contains the validation errors.
        Err(portal::Error::Invalid(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let Upload { file_name, content } = found;
    Ok(Some(UploadedFile {
        name: file_name,
        text: Some(content)
            .filter(|text| text.len() <= MAX_REFILLED_TEXT_BYTES)
            .unwrap_or_default(),
        preview,
    }))
}

/// Replaces the settings with those of an uploaded file. `base` is the revision that the file was compared with.
///
/// # Errors
/// Errors of the portal, including [`AppError::Conflict`] if the file has expired or was already applied.
#[server(prefix = "/fn", endpoint = "integration/apply-file", protocol = PostRequest, client = SessionClient)]
pub async fn apply_file(
    base: i64,
    #[server(default)] over: Option<i64>,
    #[server(default)] upload: String,
) -> Result<Saved, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let page = PageUrl::new(Tab::History.path());
    let id: Option<SettingsUploadId> = upload.parse().ok();
    let saved = async {
        let found = match id {
            Some(id) => uploads::find(&portal, &actor, id).await?,
            None => None,
        };
        let message = "This file has expired or was already applied. Upload it again.";
        let found = found.ok_or_else(|| portal::Error::Conflict(message.to_owned()))?;
        let edit = Edit::Replace(Box::new(found.settings()?));
        let saved = portal::integration::settings::save(&portal, &actor, over.unwrap_or(base), &edit).await?;
        if let (Some(id), Saved::New(_) | Saved::Unchanged(_)) = (id, &saved) {
            // The settings are saved even if this fails; the upload expires within the hour.
            let _ = uploads::delete(&portal, &actor, id).await;
        }
        Ok(saved)
    };
    respond_saved::<ApplyFile>(saved.await, Tab::History.path(), &page.with("upload", upload))
}
