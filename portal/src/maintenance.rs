//! Housekeeping: what no longer matters is deleted, by one node at a time.

use crate::auth::{known_browsers, one_time_secrets, sign_in};
use crate::database::{Lock, run};
use crate::infra::error::Result;
use crate::infra::portal::Portal;
use crate::infra::{idempotency, invalidation};
use crate::integration::{api_keys, remote_logs, requested_fields, settings};
use crate::oauth1::{nonces, request_tokens};
use crate::oauth2;
use crate::oauth2::signing_keys;
use std::time::Duration;

/// How often a node keeps house.
pub const PERIOD: Duration = Duration::from_secs(60);

pub use invalidation::watch;

/// Deletes nonces, reveals, request tokens, sessions, counts, known browsers, codes, tokens, API keys, logs, uploads and
/// answers to repeated requests whose time is over, and sees to the keys that sign.
///
/// # Errors
/// Those of the database.
pub async fn run(portal: &Portal) -> Result<()> {
    let mut tx = portal.begin_lightly().await?;
    tx.lock(Lock::Maintenance).await?;
    nonces::prune(portal, &mut tx).await?;
    one_time_secrets::prune(portal, &mut tx).await?;
    request_tokens::prune(portal, &mut tx).await?;
    sign_in::prune(portal, &mut tx).await?;
    known_browsers::prune(portal, &mut tx).await?;
    invalidation::prune(portal, &mut tx).await?;
    run!(&mut tx, "delete from sessions where expires_at <= $1", portal.now())?;
    oauth2::prune_codes(portal, &mut tx).await?;
    oauth2::prune_access_tokens(portal, &mut tx).await?;
    oauth2::prune_refresh_tokens(portal, &mut tx).await?;
    api_keys::prune(portal, &mut tx).await?;
    requested_fields::prune(portal, &mut tx).await?;
    remote_logs::prune(portal, &mut tx).await?;
    settings::uploads::prune(portal, &mut tx).await?;
    idempotency::prune(portal, &mut tx).await?;
    tx.commit().await?;
    signing_keys::keep(portal).await
}

/// Makes the signing keys that are missing, and keeps house every [`PERIOD`] until the future is dropped.
pub async fn keep(portal: Portal) {
    loop {
        if let Err(error) = signing_keys::ensure_all(&portal).await {
            tracing::warn!(%error, "a signing key could not be made");
        }
        tokio::time::sleep(PERIOD).await;
        if let Err(error) = run(&portal).await {
            tracing::warn!(%error, "housekeeping failed");
        }
    }
}
