//! Authentication and authorization: the actor and its rights, sign-in, sessions, first-time setup, and one-time secrets.

pub mod actor;
pub mod known_browsers;
pub mod one_time_secrets;
pub mod sessions;
pub mod setup;
pub mod sign_in;

use crate::infra::subject_state::SubjectState;

/// Registers the state of this group.
pub(crate) fn register(subjects: &mut SubjectState) {
    subjects.insert_cache::<sessions::SessionCache>();
}
