//! The keys that sign access tokens: ES256 and RS256 (RFC 7518 §3.3 and §3.4), sealed in the database.
//!
//! A key is published for a while before it signs, so that whoever keeps the published keys for a few minutes knows it
//! in time, and for as long after as anything that it signed may be alive.
//!
//! The first ES256 key is made when the portal is opened. The first RS256 key takes longer to make: a server does so in
//! the background once it runs, or else whoever is first to need it.

mod key;

pub use crate::oauth2::signing_keys::key::KeyParameters;

pub(crate) use crate::oauth2::signing_keys::key::Key;

use crate::database::{Connection, Lock, Transaction, fetch_all, run};
use crate::infra::error::{Error, Result};
use crate::infra::invalidation;
use crate::infra::portal::Portal;
use crate::oauth2::signing_keys::key::{KeptKey, NewKey};
use domain::oauth2::oauth_apps::SigningAlgorithm;
use domain::time::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// How long others may keep the published keys without asking again.
pub const PUBLISHED: Duration = Duration::from_secs(300);

/// How long before it signs a key is published.
pub const LEAD: Duration = Duration::from_secs(15 * 60);

/// How long a key signs before the next one does.
pub const PERIOD: Duration = Duration::from_secs(90 * 24 * 3600);

/// How long a key stays published after the next one has begun to sign: as long as an access token lives, and a while
/// for clocks that differ.
pub const KEPT: Duration = Duration::from_secs(3600 + 15 * 60);

/// Held while a first key is made, so that requests that need it at once wait for one of them.
static FIRST_KEY: Mutex<()> = Mutex::const_new(());

/// A key as others see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// The key's name in a token's header.
    pub kid: String,
    /// What it signs by.
    pub algorithm: SigningAlgorithm,
    /// The public key itself.
    pub parameters: KeyParameters,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it begins to sign.
    pub signs_from: Timestamp,
    /// Whether it signs now.
    pub signs: bool,
}

/// All published keys: by algorithm, and of one algorithm those that begin to sign first in front.
#[derive(Debug)]
pub(crate) struct Keys(Vec<Key>);

impl Keys {
    pub fn get(&self, kid: &str) -> Option<&Key> {
        self.0.iter().find(|key| key.kid == kid)
    }

    fn of(&self, algorithm: SigningAlgorithm) -> impl DoubleEndedIterator<Item = &Key> {
        self.0.iter().filter(move |key| key.algorithm == algorithm)
    }

    fn has(&self, algorithm: SigningAlgorithm) -> bool {
        self.of(algorithm).next().is_some()
    }

    /// The key that signs now. Before the first one's time, which is where a node's clock is behind that of the node that
    /// made it, it is the first one all the same.
    pub fn signer(&self, algorithm: SigningAlgorithm, now: Timestamp) -> Result<&Key> {
        let begun = self.of(algorithm).rev().find(|key| key.signs_from <= now);
        begun
            .or_else(|| self.of(algorithm).next())
            .ok_or_else(|| Error::internal("there is no key to sign with"))
    }

    /// The key that is published and does not sign yet.
    fn waiting(&self, algorithm: SigningAlgorithm, now: Timestamp) -> Option<&Key> {
        self.of(algorithm).find(|key| key.signs_from > now)
    }
}

/// The published keys, remembered.
pub(crate) async fn keys(portal: &Portal) -> Result<Arc<Keys>> {
    let caches = portal.caches();
    let generation = caches.generation();
    if let Some(keys) = caches.keys.get(generation, &()) {
        return Ok(keys);
    }
    let mut db = portal.read().await?;
    let keys = load(portal, &mut db).await?;
    Ok(caches.keys.put(generation, (), keys))
}

async fn load(portal: &Portal, db: &mut impl Connection) -> Result<Keys> {
    let rows = fetch_all!(
        db,
        (String, String, Vec<u8>, Vec<u8>, Timestamp, Timestamp),
        "select kid, 'ES256' as algorithm, sealed, public, created_at, signs_from from signing_keys
         union all
         select kid, 'RS256' as algorithm, sealed, public, created_at, signs_from from rsa_signing_keys
         order by algorithm, signs_from, created_at, kid"
    )?;
    let mut keys = Vec::with_capacity(rows.len());
    for (kid, algorithm, sealed, public, created_at, signs_from) in rows {
        let algorithm = algorithm.parse().map_err(Error::internal)?;
        keys.push(Key::read(KeptKey {
            private: portal.unseal(&context(algorithm, &kid), &sealed)?,
            kid,
            algorithm,
            public,
            created_at,
            signs_from,
        })?);
    }
    Ok(Keys(keys))
}

/// Lists the published keys: by algorithm, and of one algorithm those that begin to sign first in front.
///
/// # Errors
/// Those of the database.
pub async fn list(portal: &Portal) -> Result<Vec<PublicKey>> {
    let keys = keys(portal).await?;
    let now = portal.now();
    let describe = |key: &Key| {
        Ok(PublicKey {
            kid: key.kid.clone(),
            algorithm: key.algorithm,
            parameters: key.parameters.clone(),
            created_at: key.created_at,
            signs_from: key.signs_from,
            signs: key.kid == keys.signer(key.algorithm, now)?.kid,
        })
    };
    keys.0.iter().map(describe).collect()
}

/// Makes a key of each algorithm in use that begins to sign in [`LEAD`], and publishes it now, on every node within a
/// second. A key that waits for its time already is taken instead of another one.
///
/// # Errors
/// Those of the database.
pub async fn rotate(portal: &Portal) -> Result<Vec<PublicKey>> {
    for algorithm in SigningAlgorithm::ALL {
        if keys(portal).await?.has(*algorithm) {
            rotate_algorithm(portal, *algorithm).await?;
        }
    }
    let mut newest: Vec<PublicKey> = Vec::new();
    for key in list(portal).await? {
        match newest.last_mut().filter(|last| last.algorithm == key.algorithm) {
            Some(last) => *last = key,
            None => newest.push(key),
        }
    }
    Ok(newest)
}

async fn rotate_algorithm(portal: &Portal, algorithm: SigningAlgorithm) -> Result<()> {
    let mut db = portal.read().await?;
    let is_waiting = load(portal, &mut db).await?.waiting(algorithm, portal.now()).is_some();
    drop(db);
    if !is_waiting {
        let new = NewKey::generate(algorithm).await?;
        let mut tx = portal.begin().await?;
        tx.lock(Lock::Keys).await?;
        let now = portal.now();
        // Another node may have been first.
        if load(portal, &mut tx).await?.waiting(algorithm, now).is_none() {
            insert(portal, &mut tx, &new, now.after(LEAD)).await?;
            invalidation::announce(portal, &mut tx).await?;
        }
        tx.commit().await?;
    }
    portal.forget();
    Ok(())
}

/// Makes the first key of an algorithm, which signs at once, where there is none.
pub(crate) async fn ensure(portal: &Portal, algorithm: SigningAlgorithm) -> Result<()> {
    if keys(portal).await?.has(algorithm) {
        return Ok(());
    }
    let _turn = FIRST_KEY.lock().await;
    let mut db = portal.read().await?;
    let is_there = load(portal, &mut db).await?.has(algorithm);
    drop(db);
    if !is_there {
        let new = NewKey::generate(algorithm).await?;
        let mut tx = portal.begin().await?;
        tx.lock(Lock::Keys).await?;
        // Another node may have been first.
        if !load(portal, &mut tx).await?.has(algorithm) {
            insert(portal, &mut tx, &new, portal.now()).await?;
            invalidation::announce(portal, &mut tx).await?;
        }
        tx.commit().await?;
    }
    portal.forget();
    Ok(())
}

/// Makes the first key of each algorithm where there is none, so that it is published before an app asks for it.
///
/// # Errors
/// Those of the database.
pub async fn ensure_all(portal: &Portal) -> Result<()> {
    for algorithm in SigningAlgorithm::ALL {
        ensure(portal, *algorithm).await?;
    }
    Ok(())
}

/// Rotates when it is time, and deletes keys that have signed nothing that is still alive.
pub(crate) async fn keep(portal: &Portal) -> Result<()> {
    let now = portal.now();
    let keys = keys(portal).await?;
    let mut dead: Vec<&Key> = Vec::new();
    for algorithm in SigningAlgorithm::ALL.iter().copied() {
        if keys
            .of(algorithm)
            .last()
            .is_some_and(|key| key.signs_from.after(PERIOD) <= now)
        {
            rotate_algorithm(portal, algorithm).await?;
        }
        let with_successor = keys.of(algorithm).zip(keys.of(algorithm).skip(1));
        dead.extend(
            with_successor
                .filter(|(_, successor)| successor.signs_from.after(KEPT) <= now)
                .map(|(key, _)| key),
        );
    }
    if dead.is_empty() {
        return Ok(());
    }
    let mut tx = portal.begin().await?;
    for key in dead {
        let sql = match key.algorithm {
            SigningAlgorithm::Es256 => "delete from signing_keys where kid = $1",
            SigningAlgorithm::Rs256 => "delete from rsa_signing_keys where kid = $1",
        };
        run!(&mut tx, sql, &key.kid)?;
    }
    invalidation::announce(portal, &mut tx).await?;
    tx.commit().await?;
    portal.forget();
    Ok(())
}

async fn insert(portal: &Portal, tx: &mut Transaction, new: &NewKey, signs_from: Timestamp) -> Result<()> {
    let sql = match new.algorithm {
        SigningAlgorithm::Es256 => {
            "insert into signing_keys (kid, sealed, public, created_at, signs_from) values ($1, $2, $3, $4, $5)"
        }
        SigningAlgorithm::Rs256 => {
            "insert into rsa_signing_keys (kid, sealed, public, created_at, signs_from) values ($1, $2, $3, $4, $5)"
        }
    };
    run!(
        tx,
        sql,
        &new.kid,
        portal.seal(&context(new.algorithm, &new.kid), &new.private)?,
        &new.public,
        portal.now(),
        signs_from
    )?;
    Ok(())
}

/// What a private key is sealed for.
pub(crate) fn context(algorithm: SigningAlgorithm, kid: &str) -> String {
    match algorithm {
        SigningAlgorithm::Es256 => format!("signing_keys/{kid}"),
        SigningAlgorithm::Rs256 => format!("rsa_signing_keys/{kid}"),
    }
}
