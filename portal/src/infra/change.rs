//! A change by an actor: a transaction that can't be committed without an audit event, and that invalidates cached data unless
//! none depends on it.

use crate::database::{AsExecutor, Executor, Transaction};
use crate::infra::actor::Actor;
use crate::infra::audit::{self, AuditEvent, Record};
use crate::infra::error::Result;
use crate::infra::portal::Portal;
use domain::ids::AccountId;
use std::ops::{Deref, DerefMut};

/// Holds a transaction that changes data of the actor's account. It is rolled back on drop unless it is committed.
pub(crate) struct Change<'a> {
    portal: &'a Portal,
    actor: &'a Actor,
    tx: Transaction,
    /// The audit records to write. They are written last, because that locks the heads of their accounts.
    records: Vec<Record>,
}

impl Portal {
    /// Begins a change by `actor`.
    pub(crate) async fn begin_change<'a>(&'a self, actor: &'a Actor) -> Result<Change<'a>> {
        Ok(Change {
            portal: self,
            actor,
            tx: self.begin().await?,
            records: Vec::new(),
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
            records: Vec::new(),
        }
    }
}

impl Change<'_> {
    /// Adds an audit event, in addition to the one that [`commit`](Self::commit) writes.
    pub(crate) fn record(&mut self, event: &AuditEvent) -> Result<()> {
        self.record_by(self.actor, event)
    }

    /// Adds an audit event by another actor.
    pub(crate) fn record_by(&mut self, actor: &Actor, event: &AuditEvent) -> Result<()> {
        self.records.push(Record::new(self.portal, actor, event)?);
        Ok(())
    }

    /// Writes the audit events, commits, and invalidates the cached data of the actor's account on every node.
    pub(crate) async fn commit(self, event: AuditEvent) -> Result<()> {
        let account = self.actor.account();
        self.commit_for(event, Some(account)).await
    }

    /// Writes the audit events, commits, and invalidates the cached data of `account` on every node; with `None`, that of all
    /// accounts.
    pub(crate) async fn commit_for(self, event: AuditEvent, account: Option<AccountId>) -> Result<()> {
        let portal = self.portal;
        let tx = self.write_records(&event).await?;
        portal.commit_change(tx, account).await
    }

    /// Writes the audit events and commits a change that no cached data depends on.
    pub(crate) async fn commit_uncached(self, event: AuditEvent) -> Result<()> {
        self.write_records(&event).await?.commit().await
    }

    /// Writes the audit events, `event` last.
    async fn write_records(mut self, event: &AuditEvent) -> Result<Transaction> {
        self.record(event)?;
        audit::append(self.portal, &mut self.tx, self.records).await?;
        Ok(self.tx)
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
