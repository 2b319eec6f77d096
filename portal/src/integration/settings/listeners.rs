//! Notifies connectors of new revisions.
//!
//! One task per account, however many connectors listen, reads the database when something has changed on any node.

use crate::database::{AsExecutor, fetch_optional};
use crate::infra::error::Result;
use crate::infra::portal::Portal;
use crate::integration::api_keys::{self, AuthenticatedKey};
use domain::ids::{AccountId, ApiKeyId};
use domain::time::Timestamp;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// The delay before the database is read again after a failure.
const RETRY_DELAY: Duration = Duration::from_millis(200);

/// Holds the state of an account that its listeners receive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The latest revision.
    pub revision: i64,
    /// The account's keys with their ends; `None` for the current one.
    keys: Arc<[(ApiKeyId, Option<Timestamp>)]>,
}

impl State {
    /// Returns whether the listener's key is active.
    #[must_use]
    pub fn is_key_active(&self, key: &AuthenticatedKey, now: Timestamp) -> bool {
        let mut keys = self.keys.iter();
        keys.any(|(id, ends_at)| *id == key.id && ends_at.is_none_or(|ends_at| ends_at > now))
    }
}

/// Receives the account's state and each change of it.
pub type Listener = watch::Receiver<State>;

/// Holds a channel for each account that has listeners.
#[derive(Default)]
pub(crate) struct Listeners(Mutex<HashMap<AccountId, watch::Sender<State>>>);

impl Listeners {
    fn of(&self, account: AccountId) -> Option<Listener> {
        let accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.get(&account).map(watch::Sender::subscribe)
    }

    /// Subscribes to the account's channel, or creates it. A returned sender means that the account's task must be
    /// started.
    fn join(&self, account: AccountId, state: State) -> (Listener, Option<watch::Sender<State>>) {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match accounts.get(&account) {
            Some(sender) => (sender.subscribe(), None),
            None => {
                let (sender, listener) = watch::channel(state);
                accounts.insert(account, sender.clone());
                (listener, Some(sender))
            }
        }
    }

    /// Removes the account's channel unless it has listeners again. Returns whether it was removed.
    fn leave(&self, account: AccountId) -> bool {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_empty = accounts.get(&account).is_none_or(|sender| sender.receiver_count() == 0);
        if is_empty {
            accounts.remove(&account);
        }
        is_empty
    }
}

/// Listens for changes of the account of a key.
///
/// # Errors
/// Returns the database's errors.
pub async fn listen(portal: &Portal, key: &AuthenticatedKey) -> Result<Listener> {
    let account = key.account;
    if let Some(listener) = portal.state::<Listeners>().of(account) {
        return Ok(listener);
    }
    // Subscribe before reading, so that a change during the read is noticed.
    let changed = portal.invalidations().subscribe();
    let state = read(portal, account).await?;
    let (listener, sender) = portal.state::<Listeners>().join(account, state);
    if let Some(sender) = sender {
        tokio::spawn(watch_account(portal.clone(), account, sender, changed));
    }
    Ok(listener)
}

async fn watch_account(
    portal: Portal,
    account: AccountId,
    sender: watch::Sender<State>,
    mut changed: watch::Receiver<u64>,
) {
    loop {
        tokio::select! {
            outcome = changed.changed() => if outcome.is_err() {
                return;
            },
            () = sender.closed() => if portal.state::<Listeners>().leave(account) {
                return;
            },
        }
        match read(&portal, account).await {
            Ok(state) => {
                sender.send_if_modified(|current| {
                    let is_new = *current != state;
                    *current = state;
                    is_new
                });
            }
            Err(error) => {
                tracing::warn!(%error, "failed to notify listeners of a change");
                tokio::time::sleep(RETRY_DELAY).await;
                changed.mark_changed();
            }
        }
    }
}

/// Reads the latest revision from the database.
pub(crate) async fn latest_revision(portal: &Portal, account: AccountId) -> Result<i64> {
    let mut db = portal.read().await?;
    read_revision(&mut db, account).await
}

/// Reads the latest revision; 0 for an account without saved settings.
pub(crate) async fn read_revision(db: &mut impl AsExecutor, account: AccountId) -> Result<i64> {
    let row = fetch_optional!(
        db,
        (i64,),
        "select revision from settings where account_id = $1",
        account
    )?;
    Ok(row.map_or(0, |(revision,)| revision))
}

async fn read(portal: &Portal, account: AccountId) -> Result<State> {
    let mut db = portal.read().await?;
    let revision = read_revision(&mut db, account).await?;
    let keys = api_keys::active_keys(&mut db, account).await?;
    Ok(State {
        revision,
        keys: keys.into(),
    })
}
