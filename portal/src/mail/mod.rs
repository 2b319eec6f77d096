//! Email: an outbox in the database, from which background work sends through SMTP.
//!
//! An email is queued in the transaction of the change that causes it, and is never sent on the path of a request. Its content
//! is encrypted, because it may contain a link that lets its reader in, and is erased once it was sent or has expired.

mod content;
mod delivery;
mod message;
pub mod outbox;
mod smtp;
pub(crate) mod templates;
mod test_email;

pub use crate::mail::message::{ParseSenderError, Sender};
pub use crate::mail::smtp::{SmtpConfig, SmtpSecurity};
pub use crate::mail::test_email::{TestStep, send_test};

pub(crate) use crate::mail::content::Content;
pub(crate) use crate::mail::delivery::SEND_EMAIL;

use crate::crypto::encrypted_column::EncryptedColumn;
use crate::infra::portal::Portal;
use crate::infra::subject_state::SubjectState;
use domain::oauth1::Origin;

/// Configures email.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// The mail server, or `None` if emails stay in the outbox.
    pub smtp: Option<SmtpConfig>,
    /// The sender of all emails.
    pub sender: Sender,
    /// The public URL, which links start with.
    pub public_url: Origin,
}

/// Registers the configuration of this group.
pub(crate) fn register(subjects: &mut SubjectState, config: MailConfig) {
    subjects.insert(config);
}

/// Returns the encrypted columns of this group.
pub(crate) fn encrypted_columns() -> [EncryptedColumn; 1] {
    [outbox::ENCRYPTED_COLUMN]
}

/// Returns the configuration.
pub(crate) fn config(portal: &Portal) -> &MailConfig {
    portal.state()
}

/// Returns whether emails are sent, and don't just stay in the outbox.
#[must_use]
pub fn is_configured(portal: &Portal) -> bool {
    config(portal).smtp.is_some()
}
