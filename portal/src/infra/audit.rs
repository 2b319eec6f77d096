//! The audit trail: every change leaves a record in its own transaction.

use crate::auth::actor::Actor;
use crate::database::{Transaction, run};
use crate::infra::error::Result;
use crate::infra::portal::Portal;
use uuid::Uuid;

/// A change: what was done, to what, and what a reader of the trail needs to know of it. Never a secret.
pub(crate) struct Change<'a> {
    pub action: &'static str,
    pub subject: Option<Uuid>,
    pub detail: &'a str,
}

pub(crate) async fn record(portal: &Portal, tx: &mut Transaction, actor: &Actor, change: Change<'_>) -> Result<()> {
    run!(
        tx,
        "insert into audit_records (id, account_id, at, user_id, via, action, subject_id, detail)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        portal.new_id(),
        actor.account(),
        portal.now(),
        actor.user_id(),
        actor.via().code(),
        change.action,
        change.subject,
        change.detail
    )?;
    Ok(())
}
