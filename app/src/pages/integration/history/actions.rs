//! The ways back from what the settings are to what they were.

use crate::error::Failure;
use domain::integration::settings::{Difference, Revision};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use {
    crate::components::forms::conflict::place_words,
    crate::components::forms::form::answer,
    crate::pages::integration::layout::Tab,
    crate::pages::integration::page_url::Address,
    domain::integration::settings::{Clashes, Saved, differences},
};

/// A page of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryData {
    /// The revisions, the newest first.
    pub revisions: Vec<Revision>,
    /// Whether there are older ones.
    pub more: bool,
    /// The newest of all.
    pub newest: i64,
}

/// What restoring a revision would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// The newest revision, which it was compared with.
    pub newest: i64,
    /// The first changes, at most [`MAX_LISTED`](domain::integration::settings::MAX_LISTED).
    pub differences: Vec<Difference>,
    /// How many there are in all.
    pub total: usize,
}

/// The revisions before `before`, or the newest.
///
/// # Errors
/// [`Failure::Forbidden`] without Manage integration.
#[server(name = ListRevisions, prefix = "/fn", endpoint = "integration/history", input = GetUrl)]
pub async fn list_revisions(before: Option<i64>) -> Result<HistoryData, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let history = portal::integration::settings::history(&portal, &actor, before).await?;
    Ok(HistoryData {
        revisions: history.revisions,
        more: history.more,
        newest: portal::integration::settings::get(&portal, &actor).await?.revision,
    })
}

/// What restoring `revision` would change.
///
/// # Errors
/// [`Failure::Forbidden`] without Manage integration, [`Failure::NotFound`] for a revision that never was.
#[server(name = CompareRevision, prefix = "/fn", endpoint = "integration/compare", input = GetUrl)]
pub async fn compare_with_now(revision: i64) -> Result<Comparison, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let now = portal::integration::settings::get(&portal, &actor).await?;
    let then = portal::integration::settings::at(&portal, &actor, revision).await?;
    let mut differences = differences(&now.settings, &then);
    let total = differences.len();
    differences.truncate(domain::integration::settings::MAX_LISTED);
    Ok(Comparison {
        newest: now.revision,
        differences,
        total,
    })
}

/// Makes the settings what they were in `revision`, seen from `base`, by a new revision.
///
/// # Errors
/// Those of the portal, [`Failure::Conflict`] where somebody has changed the same since `base` among them.
#[server(prefix = "/fn", endpoint = "integration/restore")]
pub async fn restore_revision(base: i64, revision: i64) -> Result<(), Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let restored = portal::integration::settings::restore(&portal, &actor, base, revision).await;
    let words = "Somebody has changed the same since you looked";
    finish::<RestoreRevision>(restored, words, "restore", revision)
}

/// Takes back what `revision` changed, by a new revision.
///
/// # Errors
/// Those of the portal, [`Failure::Conflict`] where a later revision has changed the same among them.
#[server(prefix = "/fn", endpoint = "integration/undo")]
pub async fn undo_revision(revision: i64) -> Result<(), Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let undone = portal::integration::settings::undo(&portal, &actor, revision).await;
    finish::<UndoRevision>(undone, "A later revision has changed the same", "undo", revision)
}

/// Leads to the history, which says what was saved, or back to the question with what stands in the way.
#[cfg(feature = "ssr")]
fn finish<S: leptos::server_fn::ServerFn>(
    saved: portal::Result<Saved>,
    words: &str,
    dialog: &str,
    revision: i64,
) -> Result<(), Failure> {
    let page = Address::page(Tab::History.path());
    let again = page.clone().with("dialog", dialog).with("id", revision);
    let (result, done) = match saved {
        Ok(Saved::New(revision)) => (Ok(()), page.with("saved", revision)),
        Ok(Saved::Same(_)) => (Ok(()), page.with("saved", "same")),
        Ok(Saved::Clashes(clashes)) => (Err(portal::Error::Conflict(sentence(words, &clashes))), page),
        Err(error) => (Err(error), page),
    };
    answer::<S>(result, &done, &again)
}

#[cfg(feature = "ssr")]
fn sentence(words: &str, clashes: &Clashes) -> String {
    let places: Vec<String> = clashes.clashes.iter().map(|clash| place_words(&clash.place)).collect();
    format!("{words}: {}. Nothing was changed.", places.join(", "))
}
