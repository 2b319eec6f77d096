//! Stores uploaded settings files until they are applied, so that a long file is sent once, and a browser without
//! JavaScript can be redirected to a page that previews the changes.

use crate::database::{Transaction, execute, fetch_optional};
use crate::infra::actor::Actor;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::integration::settings::authorize;
use crate::integration::settings::file::{Format, MAX_FILE_BYTES, parse};
use domain::fields::FieldErrors;
use domain::ids::SettingsUploadId;
use domain::integration::settings::Settings;
use std::time::Duration;

/// How long a file can be applied after its upload.
pub const UPLOAD_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// The maximum number of uploaded files per user. The oldest one is deleted when another is uploaded.
pub const MAX_UPLOADS_PER_USER: i64 = 3;

/// The maximum length of a file name, in characters. A longer one is cut at its start, because its end shows the
/// format.
const MAX_FILE_NAME: usize = 200;

/// Holds an uploaded file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The file name; may be empty.
    pub file_name: String,
    /// The file's content.
    pub content: String,
}

impl Upload {
    /// Parses the file's settings.
    ///
    /// # Errors
    /// As [`parse`].
    pub fn settings(&self) -> std::result::Result<Settings, FieldErrors> {
        parse(&self.content, Format::of(&self.file_name, &self.content))
    }
}

/// Stores a file for the user who uploaded it, whether or not it is valid.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration, [`Error::Invalid`] under `text` for a file of more than
/// [`MAX_FILE_BYTES`], [`Error::SignedOut`] if nobody is signed in.
pub async fn create(portal: &Portal, actor: &Actor, file_name: &str, content: &str) -> Result<SettingsUploadId> {
    let account = authorize(actor)?;
    let user = actor.user_id().ok_or(Error::SignedOut)?;
    if content.len() > MAX_FILE_BYTES {
        let message = format!("Use a file of at most {} KiB.", MAX_FILE_BYTES / 1024);
        return Err(Error::field("text", message));
    }
    let id = SettingsUploadId(portal.new_id());
    let cut = file_name.chars().count().saturating_sub(MAX_FILE_NAME);
    let file_name: String = file_name.chars().skip(cut).collect();
    let mut tx = portal.begin().await?;
    execute!(
        &mut tx,
        "insert into settings_uploads (id, account_id, user_id, file_name, content, created_at)
         values ($1, $2, $3, $4, $5, $6)",
        id,
        account,
        user,
        replace_nul(&file_name),
        replace_nul(content),
        portal.now()
    )?;
    execute!(
        &mut tx,
        "delete from settings_uploads where user_id = $1 and id not in
             (select id from settings_uploads where user_id = $1 order by id desc limit $2)",
        user,
        MAX_UPLOADS_PER_USER
    )?;
    tx.commit().await?;
    Ok(id)
}

/// Returns a file that the user has uploaded within the last hour, if it hasn't been applied or deleted.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration.
pub async fn find(portal: &Portal, actor: &Actor, id: SettingsUploadId) -> Result<Option<Upload>> {
    let account = authorize(actor)?;
    let mut db = portal.read().await?;
    let row = fetch_optional!(
        &mut db,
        (String, String),
        "select file_name, content from settings_uploads
         where id = $1 and account_id = $2 and user_id = $3 and created_at > $4",
        id,
        account,
        actor.user_id(),
        portal.now_minus(UPLOAD_LIFETIME)
    )?;
    Ok(row.map(|(file_name, content)| Upload { file_name, content }))
}

/// Deletes a file after it has been applied.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration.
pub async fn delete(portal: &Portal, actor: &Actor, id: SettingsUploadId) -> Result<()> {
    let account = authorize(actor)?;
    let mut tx = portal.begin().await?;
    execute!(
        &mut tx,
        "delete from settings_uploads where id = $1 and account_id = $2 and user_id = $3",
        id,
        account,
        actor.user_id()
    )?;
    tx.commit().await
}

/// Deletes expired files.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    execute!(
        tx,
        "delete from settings_uploads where created_at <= $1",
        portal.now_minus(UPLOAD_LIFETIME)
    )?;
    Ok(())
}

/// Replaces NUL characters, which PostgreSQL can't store and no valid file contains.
fn replace_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
