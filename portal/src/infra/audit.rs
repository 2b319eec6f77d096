//! The audit log: every change writes a record in its own transaction.

use crate::database::{Transaction, execute};
use crate::infra::actor::Actor;
use crate::infra::error::Result;
use crate::infra::portal::Portal;
use uuid::Uuid;

/// Describes a change: the action, its subject, and details for the reader. Must not hold secrets.
pub(crate) struct Change<'a> {
    pub action: &'static str,
    pub subject: Option<Uuid>,
    pub detail: &'a str,
}

/// Writes an audit record for `change` by `actor`.
pub(crate) async fn record(portal: &Portal, tx: &mut Transaction, actor: &Actor, change: Change<'_>) -> Result<()> {
    execute!(
        tx,
        "insert into audit_records (id, account_id, at, user_id, via, action, subject_id, detail)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        portal.new_id(),
        actor.account(),
        portal.now(),
        actor.user_id(),
        actor.auth_method().code(),
        change.action,
        change.subject,
        change.detail
    )?;
    Ok(())
}
