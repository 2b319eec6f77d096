//! The keys that sign access tokens: ES256 (RFC 7518 §3.4), sealed in the database.
//!
//! A key is published for a while before it signs, so that whoever keeps the published keys for a few minutes knows it
//! in time, and for as long after as anything that it signed may be alive.

use crate::changes;
use crate::database::{Connection, Lock, Transaction, fetch_all, run};
use crate::error::{Error, Result};
use crate::portal::Portal;
use crate::secret::{self, Secret};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, ParsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::time::Timestamp;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How long others may keep the published keys without asking again.
pub const PUBLISHED: Duration = Duration::from_secs(300);

/// How long before it signs a key is published.
pub const LEAD: Duration = Duration::from_secs(15 * 60);

/// How long a key signs before the next one does.
pub const PERIOD: Duration = Duration::from_secs(90 * 24 * 3600);

/// How long a key stays published after the next one has begun to sign: as long as an access token lives, and a while
/// for clocks that differ.
pub const KEPT: Duration = Duration::from_secs(3600 + 15 * 60);

/// A key as others see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// The key's name in a token's header.
    pub kid: String,
    /// The curve point's coordinates, in base64url (RFC 7518 §6.2.1).
    pub x: String,
    /// See `x`.
    pub y: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it begins to sign.
    pub signs_from: Timestamp,
    /// Whether it signs now.
    pub signs: bool,
}

pub(crate) struct Key {
    pub kid: String,
    pair: EcdsaKeyPair,
    verifier: ParsedPublicKey,
    public: Vec<u8>,
    created_at: Timestamp,
    signs_from: Timestamp,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl Key {
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        let signature = self
            .pair
            .sign(&SystemRandom::new(), message)
            .map_err(|_| Error::internal("a token could not be signed"))?;
        Ok(signature.as_ref().to_vec())
    }

    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.verifier.verify_sig(message, signature).is_ok()
    }
}

/// All published keys, those that begin to sign first in front.
#[derive(Debug)]
pub(crate) struct Keys(Vec<Key>);

impl Keys {
    pub fn get(&self, kid: &str) -> Option<&Key> {
        self.0.iter().find(|key| key.kid == kid)
    }

    /// The key that signs now. Before the first one's time, which is where a node's clock is behind that of the node that
    /// made it, it is the first one all the same.
    pub fn signer(&self, now: Timestamp) -> Result<&Key> {
        let begun = self.0.iter().rev().find(|key| key.signs_from <= now);
        begun
            .or(self.0.first())
            .ok_or_else(|| Error::internal("there is no key to sign with"))
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
        (String, Vec<u8>, Vec<u8>, Timestamp, Timestamp),
        "select kid, sealed, public, created_at, signs_from from signing_keys order by signs_from, created_at, kid"
    )?;
    let mut keys = Vec::with_capacity(rows.len());
    for (kid, sealed, public, created_at, signs_from) in rows {
        let pkcs8 = portal.unseal(&context(&kid), &sealed)?;
        let pkcs8 = STANDARD.decode(pkcs8.expose()).map_err(Error::internal)?;
        let unreadable = |_| Error::internal("a signing key cannot be read");
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8).map_err(unreadable)?;
        // What is published is what signs, whatever the database says.
        if pair.public_key().as_ref() != point(&public) {
            return Err(Error::internal("a signing key is not the one that is published"));
        }
        let verifier = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point(&public)).map_err(unreadable)?;
        keys.push(Key {
            kid,
            pair,
            verifier,
            public,
            created_at,
            signs_from,
        });
    }
    Ok(Keys(keys))
}

/// The published keys, those that begin to sign first in front.
///
/// # Errors
/// Those of the database.
pub async fn list(portal: &Portal) -> Result<Vec<PublicKey>> {
    let keys = keys(portal).await?;
    let signer = keys.signer(portal.now())?.kid.clone();
    let describe = |key: &Key| {
        let (x, y) = key.public.split_at(key.public.len() / 2);
        PublicKey {
            kid: key.kid.clone(),
            x: URL_SAFE_NO_PAD.encode(x),
            y: URL_SAFE_NO_PAD.encode(y),
            created_at: key.created_at,
            signs_from: key.signs_from,
            signs: key.kid == signer,
        }
    };
    Ok(keys.0.iter().map(describe).collect())
}

/// Makes a key that begins to sign in [`LEAD`], and publishes it now, on every node within a second. A key that waits
/// for its time already is taken instead of another one.
///
/// # Errors
/// Those of the database.
pub async fn rotate(portal: &Portal) -> Result<PublicKey> {
    let mut tx = portal.begin().await?;
    tx.lock(Lock::Keys).await?;
    let now = portal.now();
    let waiting = load(portal, &mut tx).await?.0.iter().any(|key| key.signs_from > now);
    if !waiting {
        insert(portal, &mut tx, now.after(LEAD)).await?;
        changes::announce(portal, &mut tx).await?;
    }
    tx.commit().await?;
    portal.forget();
    let newest = list(portal).await?.pop();
    newest.ok_or_else(|| Error::internal("the new key was not kept"))
}

/// Makes the first key, which signs at once.
pub(crate) async fn ensure(portal: &Portal) -> Result<()> {
    if !keys(portal).await?.0.is_empty() {
        return Ok(());
    }
    let mut tx = portal.begin().await?;
    tx.lock(Lock::Keys).await?;
    // Another node may have been first.
    if load(portal, &mut tx).await?.0.is_empty() {
        insert(portal, &mut tx, portal.now()).await?;
        changes::announce(portal, &mut tx).await?;
    }
    tx.commit().await?;
    portal.forget();
    Ok(())
}

/// Rotates when it is time, and deletes keys that have signed nothing that is still alive.
pub(crate) async fn keep(portal: &Portal) -> Result<()> {
    let now = portal.now();
    let keys = keys(portal).await?;
    if keys.0.last().is_some_and(|key| key.signs_from.after(PERIOD) <= now) {
        rotate(portal).await?;
    }
    let successors = keys.0.iter().skip(1);
    let dead: Vec<&Key> = keys
        .0
        .iter()
        .zip(successors)
        .filter(|(_, successor)| successor.signs_from.after(KEPT) <= now)
        .map(|(key, _)| key)
        .collect();
    if dead.is_empty() {
        return Ok(());
    }
    let mut tx = portal.begin().await?;
    for key in dead {
        run!(&mut tx, "delete from signing_keys where kid = $1", &key.kid)?;
    }
    changes::announce(portal, &mut tx).await?;
    tx.commit().await?;
    portal.forget();
    Ok(())
}

async fn insert(portal: &Portal, tx: &mut Transaction, signs_from: Timestamp) -> Result<()> {
    let failed = |_| Error::internal("a signing key could not be made");
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).map_err(failed)?;
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref())
        .map_err(|_| Error::internal("a signing key could not be made"))?;
    let public = pair.public_key().as_ref()[1..].to_vec();
    let kid = thumbprint(&public);
    run!(
        tx,
        "insert into signing_keys (kid, sealed, public, created_at, signs_from) values ($1, $2, $3, $4, $5)",
        &kid,
        portal.seal(&context(&kid), &Secret::new(STANDARD.encode(pkcs8.as_ref())))?,
        &public,
        portal.now(),
        signs_from
    )?;
    Ok(())
}

/// The uncompressed point of two coordinates (SEC 1 §2.3.3).
fn point(public: &[u8]) -> Vec<u8> {
    [&[4], public].concat()
}

/// A key's name: its thumbprint (RFC 7638).
fn thumbprint(public: &[u8]) -> String {
    let (x, y) = public.split_at(public.len() / 2);
    let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
    let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    URL_SAFE_NO_PAD.encode(secret::digest(members.as_bytes()))
}

/// What a private key is sealed for.
pub(crate) fn context(kid: &str) -> String {
    format!("signing_keys/{kid}")
}
