//! Authentication: sign-in, sessions, known browsers, and one-time secrets.

pub(crate) mod email_links;
pub mod known_browsers;
pub mod one_time_secrets;
pub mod sessions;
pub mod sign_in;

use crate::crypto::encrypted_column::EncryptedColumn;
use crate::infra::subject_state::SubjectState;

/// Registers the state of this group.
pub(crate) fn register(subjects: &mut SubjectState) {
    subjects.insert_cache::<sessions::SessionCache>();
}

/// Returns the encrypted columns of this group.
pub(crate) fn encrypted_columns() -> [EncryptedColumn; 1] {
    [one_time_secrets::ENCRYPTED_COLUMN]
}
