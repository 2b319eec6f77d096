//! A record of the audit log and its HMAC.

use crate::infra::actor::Actor;
use crate::infra::audit::AuditEvent;
use crate::infra::audit::context::client_address;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use aws_lc_rs::hmac;
use domain::ids::{AccountId, UserId};
use domain::time::Timestamp;
use uuid::Uuid;

/// The version of the bytes that the HMAC covers.
const FORMAT: &[u8] = b"gatehouse audit record 1";

/// A record, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Record {
    pub id: Uuid,
    pub account_id: AccountId,
    pub at: Timestamp,
    pub user_id: Option<UserId>,
    pub via: String,
    pub credential_id: Option<Uuid>,
    pub address: Option<String>,
    pub action: String,
    pub subject_id: Option<Uuid>,
    pub detail: String,
}

impl Record {
    /// Creates a record of what `actor` did.
    pub fn new(portal: &Portal, actor: &Actor, event: &AuditEvent) -> Result<Self> {
        Ok(Self {
            id: portal.new_id(),
            account_id: actor.account(),
            at: portal.now(),
            user_id: actor.user_id(),
            via: actor.auth_method().code().to_owned(),
            credential_id: actor.auth_method().credential(),
            address: client_address(),
            action: event.action().to_owned(),
            subject_id: event.subject(),
            detail: serde_json::to_string(event).map_err(Error::internal)?,
        })
    }

    /// Returns whether the record is the first one of a new account.
    pub fn creates_account(&self) -> bool {
        self.action == "account.create"
    }

    /// Returns the HMAC of this record as number `seq` after the record with the HMAC `previous`. Covers every column, each
    /// with its length, so that no two records have the same bytes.
    pub fn mac(&self, key: &hmac::Key, seq: i64, previous: &[u8]) -> Vec<u8> {
        let mut context = hmac::Context::with_key(key);
        let mut add = |bytes: Option<&[u8]>| match bytes {
            Some(bytes) => {
                context.update(&(bytes.len() as u64 + 1).to_be_bytes());
                context.update(bytes);
            }
            None => context.update(&0_u64.to_be_bytes()),
        };
        add(Some(FORMAT));
        add(Some(previous));
        add(Some(&seq.to_be_bytes()));
        add(Some(self.id.as_bytes()));
        add(Some(self.account_id.0.as_bytes()));
        add(Some(&self.at.0.to_be_bytes()));
        add(self.user_id.as_ref().map(|id| id.0.as_bytes().as_slice()));
        add(Some(self.via.as_bytes()));
        add(self.credential_id.as_ref().map(|id| id.as_bytes().as_slice()));
        add(self.address.as_deref().map(str::as_bytes));
        add(Some(self.action.as_bytes()));
        add(self.subject_id.as_ref().map(|id| id.as_bytes().as_slice()));
        add(Some(self.detail.as_bytes()));
        context.sign().as_ref().to_vec()
    }
}
