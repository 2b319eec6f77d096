//! A change by an actor: a transaction that can't be committed without an audit event, and that invalidates cached data unless
//! none depends on it.

use crate::database::{AsExecutor, Executor, Transaction, execute};
use crate::infra::actor::Actor;
use crate::infra::audit::AuditEvent;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use domain::ids::AccountId;
use std::ops::{Deref, DerefMut};

/// Holds a transaction that changes data of the actor's account. It is rolled back on drop unless it is committed.
pub(crate) struct Change<'a> {
    portal: &'a Portal,
    actor: &'a Actor,
    tx: Transaction,
}

impl Portal {
    /// Begins a change by `actor`.
    pub(crate) async fn begin_change<'a>(&'a self, actor: &'a Actor) -> Result<Change<'a>> {
        Ok(Change {
            portal: self,
            actor,
            tx: self.begin().await?,
        })
    }
}

impl Transaction {
    /// Continues the transaction as a change by `actor`, who only became known in it.
    pub(crate) fn into_change<'a>(self, portal: &'a Portal, actor: &'a Actor) -> Change<'a> {
        Change {
            portal,
            actor,
            tx: self,
        }
    }
}

impl Change<'_> {
    /// Writes an audit event in the transaction, in addition to the one that [`commit`](Self::commit) writes.
    pub(crate) async fn record(&mut self, event: AuditEvent) -> Result<()> {
        self.record_by(self.actor, event).await
    }

    /// Writes an audit event by another actor in the transaction.
    pub(crate) async fn record_by(&mut self, actor: &Actor, event: AuditEvent) -> Result<()> {
        execute!(
            &mut self.tx,
            "insert into audit_records (id, account_id, at, user_id, via, action, subject_id, detail)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            self.portal.new_id(),
            actor.account(),
            self.portal.now(),
            actor.user_id(),
            actor.auth_method().code(),
            event.action(),
            event.subject(),
            serde_json::to_string(&event).map_err(Error::internal)?
        )?;
        Ok(())
    }

    /// Writes the audit event, commits, and invalidates the cached data of the actor's account on every node.
    pub(crate) async fn commit(self, event: AuditEvent) -> Result<()> {
        let account = self.actor.account();
        self.commit_for(event, Some(account)).await
    }

    /// Writes the audit event, commits, and invalidates the cached data of `account` on every node; with `None`, that of all
    /// accounts.
    pub(crate) async fn commit_for(mut self, event: AuditEvent, account: Option<AccountId>) -> Result<()> {
        self.record(event).await?;
        self.portal.commit_change(self.tx, account).await
    }

    /// Writes the audit event and commits a change that no cached data depends on.
    pub(crate) async fn commit_uncached(mut self, event: AuditEvent) -> Result<()> {
        self.record(event).await?;
        self.tx.commit().await
    }
}

impl Deref for Change<'_> {
    type Target = Transaction;

    fn deref(&self) -> &Transaction {
        &self.tx
    }
}

impl DerefMut for Change<'_> {
    fn deref_mut(&mut self) -> &mut Transaction {
        &mut self.tx
    }
}

impl AsExecutor for Change<'_> {
    fn executor(&mut self) -> Executor<'_> {
        self.tx.executor()
    }

    fn record_failure(&mut self, error: &sqlx::Error) {
        self.tx.record_failure(error);
    }
}
