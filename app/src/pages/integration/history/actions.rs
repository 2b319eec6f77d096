//! Server functions that list, compare, restore and undo revisions of the settings.

use crate::error::AppError;
use crate::session::SessionClient;
use crate::session::protocol::{GetRequest, PostRequest};
use domain::integration::settings::{Difference, Revision};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use {
    crate::components::forms::conflict::setting_label,
    crate::components::forms::form::respond,
    crate::pages::integration::layout::Tab,
    crate::pages::integration::page_url::PageUrl,
    domain::integration::settings::{Conflicts, MAX_LISTED_CHANGES, Saved, Settings, differences},
};

/// Data of one page of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryData {
    /// The revisions, newest first.
    pub revisions: Vec<Revision>,
    /// Whether there are older revisions.
    pub has_more: bool,
    /// The newest revision of the settings.
    pub newest: i64,
}

/// Describes what replacing the current settings would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// The newest revision, which the other settings are compared with.
    pub newest: i64,
    /// The first changes, at most [`MAX_LISTED_CHANGES`](domain::integration::settings::MAX_LISTED_CHANGES).
    pub differences: Vec<Difference>,
    /// The number of all changes.
    pub total: usize,
}

#[cfg(feature = "ssr")]
impl Comparison {
    /// Compares the current settings with `target`.
    ///
    /// # Errors
    /// [`Forbidden`](portal::Error::Forbidden) without Manage integration.
    pub async fn with_current(
        portal: &portal::Portal,
        actor: &portal::Actor,
        target: &Settings,
    ) -> portal::Result<Self> {
        let current = portal::integration::settings::get(portal, actor).await?;
        let mut differences = differences(&current.settings, target);
        let total = differences.len();
        differences.truncate(MAX_LISTED_CHANGES);
        Ok(Self {
            newest: current.revision,
            differences,
            total,
        })
    }
}

/// Lists the revisions before `before`, or the newest ones.
///
/// # Errors
/// [`AppError::Forbidden`] without Manage integration.
#[server(
    name = ListRevisions,
    prefix = "/fn",
    endpoint = "integration/history",
    protocol = GetRequest,
    client = SessionClient,
)]
pub async fn list_revisions(before: Option<i64>) -> Result<HistoryData, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let history = portal::integration::settings::history(&portal, &actor, before).await?;
    Ok(HistoryData {
        revisions: history.revisions,
        has_more: history.more,
        newest: history.newest,
    })
}

/// Compares `revision` with the current settings.
///
/// # Errors
/// [`AppError::Forbidden`] without Manage integration, [`AppError::NotFound`] for a revision that doesn't exist.
#[server(
    name = CompareRevision,
    prefix = "/fn",
    endpoint = "integration/compare",
    protocol = GetRequest,
    client = SessionClient,
)]
pub async fn compare_with_current(revision: i64) -> Result<Comparison, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let target = portal::integration::settings::at_revision(&portal, &actor, revision).await?;
    Ok(Comparison::with_current(&portal, &actor, &target).await?)
}

/// Restores the settings of `revision` as a new revision. `base` is the revision that the page was loaded at.
///
/// # Errors
/// Errors of the portal, including [`AppError::Conflict`] if someone changed the same settings after `base`.
#[server(prefix = "/fn", endpoint = "integration/restore", protocol = PostRequest, client = SessionClient)]
pub async fn restore_revision(base: i64, revision: i64) -> Result<(), AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let restored = portal::integration::settings::restore(&portal, &actor, base, revision).await;
    let message = "Someone changed these settings after you opened this page";
    redirect_after::<RestoreRevision>(restored, message, "restore", revision)
}

/// Undoes the changes of `revision` as a new revision.
///
/// # Errors
/// Errors of the portal, including [`AppError::Conflict`] if a later revision changed the same settings.
#[server(prefix = "/fn", endpoint = "integration/undo", protocol = PostRequest, client = SessionClient)]
pub async fn undo_revision(revision: i64) -> Result<(), AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let undone = portal::integration::settings::undo(&portal, &actor, revision).await;
    let message = "A later revision changed these settings";
    redirect_after::<UndoRevision>(undone, message, "undo", revision)
}

/// Redirects to the history with the saved revision, or back to the dialog with the error.
#[cfg(feature = "ssr")]
fn redirect_after<S: leptos::server_fn::ServerFn>(
    saved: portal::Result<Saved>,
    message: &str,
    dialog: &str,
    revision: i64,
) -> Result<(), AppError> {
    let page = PageUrl::new(Tab::History.path());
    let retry_url = page.clone().with("dialog", dialog).with("id", revision);
    let (result, success_url) = match saved {
        Ok(Saved::New(revision)) => (Ok(()), page.with("saved", revision)),
        Ok(Saved::Unchanged(_)) => (Ok(()), page.with("saved", "same")),
        Ok(Saved::Conflict(conflicts)) => (
            Err(portal::Error::Conflict(conflict_message(message, &conflicts))),
            page,
        ),
        Err(error) => (Err(error), page),
    };
    respond::<S>(result, &success_url, &retry_url)
}

#[cfg(feature = "ssr")]
fn conflict_message(message: &str, conflicts: &Conflicts) -> String {
    let labels: Vec<String> = conflicts
        .conflicts
        .iter()
        .map(|conflict| setting_label(&conflict.path))
        .collect();
    format!("{message}: {}. No changes were made.", labels.join(", "))
}
