//! The events of the audit log. Every [`Change`](crate::infra::change::Change) writes them in its transaction.

mod event;

pub(crate) use crate::infra::audit::event::{AuditEvent, SettingsSource};
