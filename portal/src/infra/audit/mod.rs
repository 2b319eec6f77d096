//! The audit log: who changed what, when, from where and with which credential.
//!
//! Every [`Change`](crate::infra::change::Change) writes its events in its transaction. The records of an account are a chain of
//! HMACs, so that [`verify`] finds any record that was changed, removed or reordered.

mod chain;
mod context;
mod event;
mod key;
mod record;
mod verify;

pub use crate::infra::audit::context::with_client_address;
pub use crate::infra::audit::verify::{
    AuditHead, AuditProblem, AuditReport, MAX_PROBLEMS, ParseAuditHeadError, verify,
};

pub(crate) use crate::infra::audit::chain::append;
pub(crate) use crate::infra::audit::event::{AuditEvent, SettingsSource};
pub(crate) use crate::infra::audit::key::{ensure as ensure_key, register};
pub(crate) use crate::infra::audit::record::Record;

use crate::crypto::encrypted_column::EncryptedColumn;

/// Returns the encrypted columns of the audit log.
pub(crate) fn encrypted_columns() -> [EncryptedColumn; 2] {
    [chain::ENCRYPTED_COLUMN, key::ENCRYPTED_COLUMN]
}
