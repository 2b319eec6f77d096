//! A change by an actor: a transaction that can't be committed without an audit event and a cache invalidation.

use crate::database::{AsExecutor, Executor, Transaction};
use crate::infra::actor::Actor;
use crate::infra::audit::{self, AuditEvent};
use crate::infra::error::Result;
use crate::infra::portal::Portal;
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

impl Change<'_> {
    /// Writes an audit event in the transaction, in addition to the one that [`commit`](Self::commit) writes.
    pub(crate) async fn record(&mut self, event: AuditEvent) -> Result<()> {
        audit::record(self.portal, &mut self.tx, self.actor, event).await
    }

    /// Writes the audit event, commits, and invalidates the cached data of the actor's account on every node.
    pub(crate) async fn commit(mut self, event: AuditEvent) -> Result<()> {
        self.record(event).await?;
        let Self { portal, actor, tx } = self;
        portal.commit_change(tx, actor.account()).await
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
