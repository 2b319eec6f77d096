//! Periodic maintenance: deletes expired rows, on one node at a time.

use crate::auth::{email_links, known_browsers, one_time_secrets, sign_in};
use crate::database::{Lock, execute};
use crate::infra::error::Result;
use crate::infra::portal::Portal;
use crate::infra::{idempotency, invalidation};
use crate::integration::{api_keys, remote_logs, requested_fields, settings};
use crate::mail::outbox;
use crate::oauth1::{nonces, request_tokens};
use crate::oauth2;
use crate::oauth2::signing_keys;
use std::time::Duration;

/// How often a node runs maintenance.
pub const INTERVAL: Duration = Duration::from_secs(60);

pub use invalidation::watch;

/// Deletes expired nonces, one-time secrets, request tokens, sessions, sign-in failures, known browsers, codes, tokens,
/// API keys, logs, uploads, idempotency keys and emails, and maintains the signing keys.
///
/// # Errors
/// Returns an error if the database fails.
pub async fn run(portal: &Portal) -> Result<()> {
    let mut tx = portal.begin_relaxed().await?;
    tx.lock(Lock::Maintenance).await?;
    nonces::prune(portal, &mut tx).await?;
    one_time_secrets::prune(portal, &mut tx).await?;
    request_tokens::prune(portal, &mut tx).await?;
    sign_in::prune(portal, &mut tx).await?;
    known_browsers::prune(portal, &mut tx).await?;
    invalidation::prune(portal, &mut tx).await?;
    execute!(&mut tx, "delete from sessions where expires_at <= $1", portal.now())?;
    oauth2::prune_codes(portal, &mut tx).await?;
    oauth2::prune_access_tokens(portal, &mut tx).await?;
    oauth2::prune_refresh_tokens(portal, &mut tx).await?;
    api_keys::prune(portal, &mut tx).await?;
    requested_fields::prune(portal, &mut tx).await?;
    remote_logs::prune(portal, &mut tx).await?;
    settings::uploads::prune(portal, &mut tx).await?;
    idempotency::prune(portal, &mut tx).await?;
    outbox::prune(portal, &mut tx).await?;
    email_links::prune(portal, &mut tx).await?;
    tx.commit().await?;
    signing_keys::maintain(portal).await
}

/// Creates missing signing keys, then runs maintenance every [`INTERVAL`] until the future is dropped.
pub async fn run_periodically(portal: Portal) {
    loop {
        if let Err(error) = signing_keys::ensure_all(&portal).await {
            tracing::warn!(%error, "failed to create a signing key");
        }
        tokio::time::sleep(INTERVAL).await;
        if let Err(error) = run(&portal).await {
            tracing::warn!(%error, "maintenance failed");
        }
    }
}
