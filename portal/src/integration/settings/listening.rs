//! Connectors that wait for new revisions.
//!
//! However many wait, one task for each account looks at the database when something has changed on any node.

use crate::database::{Connection, fetch_optional};
use crate::infra::error::Result;
use crate::infra::portal::Portal;
use crate::integration::api_keys::{self, Connected};
use domain::ids::{AccountId, ApiKeyId};
use domain::time::Timestamp;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// How long after a failure the database is asked again.
const RETRY: Duration = Duration::from_millis(200);

/// What listeners of an account are told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The newest revision.
    pub revision: i64,
    /// The keys that work, with their ends; 0 for none.
    keys: Arc<[(ApiKeyId, Timestamp)]>,
}

impl State {
    /// Whether the listener's key still works.
    #[must_use]
    pub fn admits(&self, connected: &Connected, now: Timestamp) -> bool {
        let mut keys = self.keys.iter();
        keys.any(|(id, ends_at)| *id == connected.key && (ends_at.0 == 0 || *ends_at > now))
    }
}

/// Tells of the account's state, and of each that follows.
pub type Listener = watch::Receiver<State>;

/// The accounts that somebody listens to.
#[derive(Default)]
pub(crate) struct Listeners(Mutex<HashMap<AccountId, watch::Sender<State>>>);

impl Listeners {
    fn of(&self, account: AccountId) -> Option<Listener> {
        let accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.get(&account).map(watch::Sender::subscribe)
    }

    /// Joins those who listen already, or begins; then the task that looks after them is to be started.
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

    /// Ends the account's entry, unless somebody has come meanwhile.
    fn leave(&self, account: AccountId) -> bool {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_empty = accounts.get(&account).is_none_or(|sender| sender.receiver_count() == 0);
        if is_empty {
            accounts.remove(&account);
        }
        is_empty
    }
}

/// Listens to the account of a key.
///
/// # Errors
/// Those of the database.
pub async fn listen(portal: &Portal, connected: &Connected) -> Result<Listener> {
    let account = connected.account;
    if let Some(listener) = portal.listeners().of(account) {
        return Ok(listener);
    }
    // To be taken before reading: what changes while it is read is looked at again.
    let changed = portal.changed();
    let state = read(portal, account).await?;
    let (listener, sender) = portal.listeners().join(account, state);
    if let Some(sender) = sender {
        tokio::spawn(tell(portal.clone(), account, sender, changed));
    }
    Ok(listener)
}

async fn tell(portal: Portal, account: AccountId, sender: watch::Sender<State>, mut changed: watch::Receiver<u64>) {
    loop {
        tokio::select! {
            outcome = changed.changed() => if outcome.is_err() {
                return;
            },
            () = sender.closed() => if portal.listeners().leave(account) {
                return;
            },
        }
        match read(&portal, account).await {
            Ok(state) => {
                sender.send_if_modified(|told| {
                    let is_new = *told != state;
                    *told = state;
                    is_new
                });
            }
            Err(error) => {
                tracing::warn!(%error, "listeners could not be told of a change");
                tokio::time::sleep(RETRY).await;
                changed.mark_changed();
            }
        }
    }
}

/// The newest revision in the database.
pub(crate) async fn newest(portal: &Portal, account: AccountId) -> Result<i64> {
    let mut db = portal.read().await?;
    revision(&mut db, account).await
}

async fn revision(db: &mut impl Connection, account: AccountId) -> Result<i64> {
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
    let revision = revision(&mut db, account).await?;
    let keys = api_keys::working(&mut db, account).await?;
    Ok(State {
        revision,
        keys: keys.into(),
    })
}
