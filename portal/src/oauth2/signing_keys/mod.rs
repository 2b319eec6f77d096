//! Manages the keys that sign access tokens: ES256 and RS256 (RFC 7518 §3.3 and §3.4), stored encrypted in the
//! database.
//!
//! A key is published before it signs, so that clients that cache the published keys for a few minutes know it in time,
//! and stays published for as long as a token that it signed may be valid.
//!
//! The first ES256 key is generated when the portal is opened. The first RS256 key takes longer to generate: a running
//! server does so in the background, unless a request needs it earlier.

mod key;

pub use crate::oauth2::signing_keys::key::KeyParameters;

pub(crate) use crate::oauth2::signing_keys::key::SigningKey;

use crate::crypto::encrypted_column::{EncryptedColumn, RowContext};
use crate::database::{AsExecutor, Lock, Transaction, execute, fetch_all};
use crate::infra::cache::CacheDefinition;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::oauth2::signing_keys::key::{NewKey, StoredKey};
use domain::oauth2::oauth_apps::SigningAlgorithm;
use domain::time::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// How long clients may cache the published keys.
pub const JWKS_MAX_AGE: Duration = Duration::from_secs(300);

/// How long a key is published before it signs.
pub const PUBLISH_LEAD_TIME: Duration = Duration::from_secs(15 * 60);

/// How long a key signs before the next one takes over.
pub const ROTATION_INTERVAL: Duration = Duration::from_secs(90 * 24 * 3600);

/// How long a key stays published after the next one has taken over: the lifetime of an access token, plus a margin for
/// clock differences.
pub const RETIRED_KEY_RETENTION: Duration = Duration::from_secs(3600 + 15 * 60);

/// Held while a first key is generated, so that concurrent requests wait for it.
static FIRST_KEY_LOCK: Mutex<()> = Mutex::const_new(());

/// Describes a published key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// The key ID in a token's header.
    pub kid: String,
    /// The algorithm that it signs with.
    pub algorithm: SigningAlgorithm,
    /// The parameters of the public key.
    pub parameters: KeyParameters,
    /// When the key was generated.
    pub created_at: Timestamp,
    /// When the key begins to sign.
    pub signs_from: Timestamp,
    /// Whether the key signs now.
    pub is_active: bool,
}

/// Holds all published keys, ordered by algorithm and by when they begin to sign.
#[derive(Debug)]
pub(crate) struct SigningKeys(Vec<SigningKey>);

impl SigningKeys {
    pub fn get(&self, kid: &str) -> Option<&SigningKey> {
        self.0.iter().find(|key| key.kid == kid)
    }

    fn of(&self, algorithm: SigningAlgorithm) -> impl DoubleEndedIterator<Item = &SigningKey> {
        self.0.iter().filter(move |key| key.algorithm == algorithm)
    }

    fn has(&self, algorithm: SigningAlgorithm) -> bool {
        self.of(algorithm).next().is_some()
    }

    /// Returns the key that signs now. If even the first key's time is in the future, because this node's clock is
    /// behind that of the node that generated it, it returns the first key.
    pub fn active_key(&self, algorithm: SigningAlgorithm, now: Timestamp) -> Result<&SigningKey> {
        let begun = self.of(algorithm).rev().find(|key| key.signs_from <= now);
        begun
            .or_else(|| self.of(algorithm).next())
            .ok_or_else(|| Error::internal("no signing key exists"))
    }

    /// Returns the key that is published and doesn't sign yet.
    fn pending_key(&self, algorithm: SigningAlgorithm, now: Timestamp) -> Option<&SigningKey> {
        self.of(algorithm).find(|key| key.signs_from > now)
    }
}

/// Caches the signing keys in a single entry. They belong to no account.
pub(crate) struct SigningKeyCache;

impl CacheDefinition for SigningKeyCache {
    type Key = ();
    type Value = SigningKeys;
    const MAX_ENTRIES: usize = 1;
}

/// Returns the published keys, from the cache if possible.
pub(crate) async fn keys(portal: &Portal) -> Result<Arc<SigningKeys>> {
    let cache = portal.cache::<SigningKeyCache>();
    let began = cache.begin_read();
    if let Some(keys) = cache.get(&()) {
        return Ok(keys);
    }
    let mut db = portal.read().await?;
    let keys = load(portal, &mut db).await?;
    Ok(cache.insert(began, None, (), keys))
}

async fn load(portal: &Portal, db: &mut impl AsExecutor) -> Result<SigningKeys> {
    let rows = fetch_all!(
        db,
        (String, String, Vec<u8>, Vec<u8>, Timestamp, Timestamp),
        "select kid, 'ES256' as algorithm, encrypted_key, public, created_at, signs_from from signing_keys
         union all
         select kid, 'RS256' as algorithm, encrypted_key, public, created_at, signs_from from rsa_signing_keys
         order by algorithm, signs_from, created_at, kid"
    )?;
    let mut keys = Vec::with_capacity(rows.len());
    for (kid, algorithm, encrypted, public, created_at, signs_from) in rows {
        let algorithm = algorithm.parse().map_err(Error::internal)?;
        keys.push(SigningKey::load(StoredKey {
            private: portal.decrypt(&context(algorithm, &kid), &encrypted)?,
            kid,
            algorithm,
            public,
            created_at,
            signs_from,
        })?);
    }
    Ok(SigningKeys(keys))
}

/// Lists the published keys, ordered by algorithm and by when they begin to sign.
///
/// # Errors
/// Returns the database's errors.
pub async fn list(portal: &Portal) -> Result<Vec<PublicKey>> {
    let keys = keys(portal).await?;
    let now = portal.now();
    let describe = |key: &SigningKey| {
        Ok(PublicKey {
            kid: key.kid.clone(),
            algorithm: key.algorithm,
            parameters: key.parameters.clone(),
            created_at: key.created_at,
            signs_from: key.signs_from,
            is_active: key.kid == keys.active_key(key.algorithm, now)?.kid,
        })
    };
    keys.0.iter().map(describe).collect()
}

/// Generates and publishes a key for each algorithm in use, which begins to sign after [`PUBLISH_LEAD_TIME`]. Every
/// node applies this within a second. If an algorithm already has a key that doesn't sign yet, that one is used
/// instead.
///
/// # Errors
/// Returns the database's errors.
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
    let has_pending_key = load(portal, &mut db)
        .await?
        .pending_key(algorithm, portal.now())
        .is_some();
    drop(db);
    if !has_pending_key {
        let new = NewKey::generate(algorithm).await?;
        let mut tx = portal.begin().await?;
        tx.lock(Lock::Keys).await?;
        let now = portal.now();
        // Another node may have been first.
        if load(portal, &mut tx).await?.pending_key(algorithm, now).is_none() {
            insert(portal, &mut tx, &new, now.after(PUBLISH_LEAD_TIME)).await?;
        }
        portal.commit_change(tx, None).await?;
    }
    Ok(())
}

/// Generates the first key of an algorithm if there is none. It signs immediately.
pub(crate) async fn ensure(portal: &Portal, algorithm: SigningAlgorithm) -> Result<()> {
    if keys(portal).await?.has(algorithm) {
        return Ok(());
    }
    let _guard = FIRST_KEY_LOCK.lock().await;
    let mut db = portal.read().await?;
    let exists = load(portal, &mut db).await?.has(algorithm);
    drop(db);
    if !exists {
        let new = NewKey::generate(algorithm).await?;
        let mut tx = portal.begin().await?;
        tx.lock(Lock::Keys).await?;
        // Another node may have been first.
        if !load(portal, &mut tx).await?.has(algorithm) {
            insert(portal, &mut tx, &new, portal.now()).await?;
        }
        return portal.commit_change(tx, None).await;
    }
    // Another node has created the key since the cached keys were read.
    portal.invalidations().invalidate(None);
    Ok(())
}

/// Generates the first key of each algorithm that has none, so that it is published before an app needs it.
///
/// # Errors
/// Returns the database's errors.
pub async fn ensure_all(portal: &Portal) -> Result<()> {
    for algorithm in SigningAlgorithm::ALL {
        ensure(portal, *algorithm).await?;
    }
    Ok(())
}

/// Rotates keys that are due, and deletes keys whose tokens have all expired.
pub(crate) async fn maintain(portal: &Portal) -> Result<()> {
    let now = portal.now();
    let keys = keys(portal).await?;
    let mut retired: Vec<&SigningKey> = Vec::new();
    for algorithm in SigningAlgorithm::ALL.iter().copied() {
        if keys
            .of(algorithm)
            .last()
            .is_some_and(|key| key.signs_from.after(ROTATION_INTERVAL) <= now)
        {
            rotate_algorithm(portal, algorithm).await?;
        }
        let with_successor = keys.of(algorithm).zip(keys.of(algorithm).skip(1));
        retired.extend(
            with_successor
                .filter(|(_, successor)| successor.signs_from.after(RETIRED_KEY_RETENTION) <= now)
                .map(|(key, _)| key),
        );
    }
    if retired.is_empty() {
        return Ok(());
    }
    let mut tx = portal.begin().await?;
    for key in retired {
        let sql = match key.algorithm {
            SigningAlgorithm::Es256 => "delete from signing_keys where kid = $1",
            SigningAlgorithm::Rs256 => "delete from rsa_signing_keys where kid = $1",
        };
        execute!(&mut tx, sql, &key.kid)?;
    }
    portal.commit_change(tx, None).await?;
    Ok(())
}

async fn insert(portal: &Portal, tx: &mut Transaction, new: &NewKey, signs_from: Timestamp) -> Result<()> {
    let sql = match new.algorithm {
        SigningAlgorithm::Es256 => {
            "insert into signing_keys (kid, encrypted_key, public, created_at, signs_from) values ($1, $2, $3, $4, $5)"
        }
        SigningAlgorithm::Rs256 => {
            "insert into rsa_signing_keys (kid, encrypted_key, public, created_at, signs_from)
             values ($1, $2, $3, $4, $5)"
        }
    };
    execute!(
        tx,
        sql,
        &new.kid,
        portal.encrypt(&context(new.algorithm, &new.kid), &new.private)?,
        &new.public,
        portal.now(),
        signs_from
    )?;
    Ok(())
}

/// The private keys.
pub(crate) const ENCRYPTED_COLUMNS: [EncryptedColumn; 2] = [
    EncryptedColumn {
        table: "signing_keys",
        key: "kid",
        value: "encrypted_key",
        context: RowContext::Text(|kid| context(SigningAlgorithm::Es256, kid)),
    },
    EncryptedColumn {
        table: "rsa_signing_keys",
        key: "kid",
        value: "encrypted_key",
        context: RowContext::Text(|kid| context(SigningAlgorithm::Rs256, kid)),
    },
];

/// Returns the encryption context (associated data) of a private key.
fn context(algorithm: SigningAlgorithm, kid: &str) -> String {
    match algorithm {
        SigningAlgorithm::Es256 => format!("signing_keys/{kid}"),
        SigningAlgorithm::Rs256 => format!("rsa_signing_keys/{kid}"),
    }
}
