//! Email and its outbox.

pub(super) mod email;
pub(super) mod outbox;
