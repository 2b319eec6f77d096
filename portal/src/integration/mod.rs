//! Implements the Integration section: settings, API keys, connectors, remote logs and the DAM.

pub mod api_keys;
pub mod connection_test;
pub mod connectors;
pub(crate) mod dam;
pub mod dam_assets;
pub mod implementations;
pub mod remote_logs;
pub mod requested_fields;
pub mod settings;

use crate::crypto::encrypted_column::EncryptedColumn;
use crate::infra::subject_state::SubjectState;

/// Registers the state of this group.
pub(crate) fn register(subjects: &mut SubjectState) {
    subjects.insert_cache::<api_keys::ApiKeyCache>();
    subjects.insert_cache::<implementations::ImplementationCache>();
    subjects.insert_cache::<requested_fields::RequestedFieldCache>();
    subjects.insert_cache::<settings::SettingsCache>();
    subjects.insert(settings::Listeners::default());
    subjects.insert(dam_assets::AssetCache::default());
    subjects.insert(connection_test::TestPermits::default());
}

/// Returns the encrypted columns of this group.
pub(crate) fn encrypted_columns() -> [EncryptedColumn; 2] {
    [api_keys::ENCRYPTED_COLUMN, settings::ENCRYPTED_COLUMN]
}
