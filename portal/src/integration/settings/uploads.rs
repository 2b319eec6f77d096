//! Settings files that people have sent to see what they would change. They are kept until they are applied, so that a
//! long file is sent once, and a browser without script is led to a page that shows it.

use crate::auth::actor::Actor;
use crate::database::{Transaction, fetch_optional, run};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::integration::settings::account;
use crate::integration::settings::file::{Format, MAX_FILE_BYTES, parse};
use domain::fields::FieldErrors;
use domain::ids::SettingsUploadId;
use domain::integration::settings::Settings;
use std::time::Duration;

/// How long a file waits to be applied.
pub const LIFETIME: Duration = Duration::from_secs(60 * 60);

/// The most files that wait for one person; the oldest goes when there is another.
pub const MAX_UPLOADS_PER_PERSON: i64 = 3;

/// The longest name of a file, in characters; a longer one is cut at its start, since its end says the format.
const MAX_FILE_NAME: usize = 200;

/// A file that waits to be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// What it is called; may be empty.
    pub file_name: String,
    /// What it holds.
    pub content: String,
}

impl Upload {
    /// The settings that the file says.
    ///
    /// # Errors
    /// As [`parse`].
    pub fn settings(&self) -> std::result::Result<Settings, FieldErrors> {
        parse(&self.content, Format::of(&self.file_name, &self.content))
    }
}

/// Keeps a file for the person who sent it, whether or not it can be read.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration, [`Error::Invalid`] under `text` for a file of more than
/// [`MAX_FILE_BYTES`], [`Error::SignedOut`] for nobody.
pub async fn create(portal: &Portal, actor: &Actor, file_name: &str, content: &str) -> Result<SettingsUploadId> {
    let account = account(actor)?;
    let user = actor.user_id().ok_or(Error::SignedOut)?;
    if content.len() > MAX_FILE_BYTES {
        let sentence = format!("Use a file of at most {} KiB.", MAX_FILE_BYTES / 1024);
        return Err(Error::field("text", sentence));
    }
    let id = SettingsUploadId(portal.new_id());
    let cut = file_name.chars().count().saturating_sub(MAX_FILE_NAME);
    let file_name: String = file_name.chars().skip(cut).collect();
    let mut tx = portal.begin().await?;
    run!(
        &mut tx,
        "insert into settings_uploads (id, account_id, user_id, file_name, content, created_at)
         values ($1, $2, $3, $4, $5, $6)",
        id,
        account,
        user,
        storable(&file_name),
        storable(content),
        portal.now()
    )?;
    run!(
        &mut tx,
        "delete from settings_uploads where user_id = $1 and id not in
             (select id from settings_uploads where user_id = $1 order by id desc limit $2)",
        user,
        MAX_UPLOADS_PER_PERSON
    )?;
    tx.commit().await?;
    Ok(id)
}

/// A file that this person has sent within the last hour, if it still waits.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration.
pub async fn find(portal: &Portal, actor: &Actor, id: SettingsUploadId) -> Result<Option<Upload>> {
    let account = account(actor)?;
    let mut db = portal.read().await?;
    let row = fetch_optional!(
        &mut db,
        (String, String),
        "select file_name, content from settings_uploads
         where id = $1 and account_id = $2 and user_id = $3 and created_at > $4",
        id,
        account,
        actor.user_id(),
        portal.ago(LIFETIME)
    )?;
    Ok(row.map(|(file_name, content)| Upload { file_name, content }))
}

/// Puts a file away, which has been applied.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration.
pub async fn delete(portal: &Portal, actor: &Actor, id: SettingsUploadId) -> Result<()> {
    let account = account(actor)?;
    let mut tx = portal.begin().await?;
    run!(
        &mut tx,
        "delete from settings_uploads where id = $1 and account_id = $2 and user_id = $3",
        id,
        account,
        actor.user_id()
    )?;
    tx.commit().await
}

/// Deletes what nobody has applied in time.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    run!(
        tx,
        "delete from settings_uploads where created_at <= $1",
        portal.ago(LIFETIME)
    )?;
    Ok(())
}

/// PostgreSQL has no room for a NUL, which no file that can be read holds.
fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
