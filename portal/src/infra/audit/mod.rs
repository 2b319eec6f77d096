//! The audit log: every change writes an event in its own transaction.

mod event;

pub(crate) use crate::infra::audit::event::{AuditEvent, SettingsSource};

use crate::database::{Transaction, execute};
use crate::infra::actor::Actor;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;

/// Writes an event by `actor` in the caller's transaction. For changes whose actor is only known within the transaction;
/// others use [`Portal::begin_change`], which can't be committed without an event.
pub(crate) async fn record(portal: &Portal, tx: &mut Transaction, actor: &Actor, event: AuditEvent) -> Result<()> {
    execute!(
        tx,
        "insert into audit_records (id, account_id, at, user_id, via, action, subject_id, detail)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        portal.new_id(),
        actor.account(),
        portal.now(),
        actor.user_id(),
        actor.auth_method().code(),
        event.action(),
        event.subject(),
        serde_json::to_string(&event).map_err(Error::internal)?
    )?;
    Ok(())
}
