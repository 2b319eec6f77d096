//! The job that sends an email.
//!
//! Between the end of the message and the server's answer, nobody can know whether the server has accepted it (RFC 1047). An
//! email whose fate is unknown is sent again, with the same `Message-ID`, and the outbox says that it may arrive twice. In no
//! other moment is an email sent again.

use crate::infra::portal::Portal;
use crate::jobs::{Job, JobError, JobKind, Outcome, Retry};
use crate::mail::message::Message;
use crate::mail::outbox::{self, PendingEmail, SendEmail, StoredContent};
use crate::mail::smtp::{DeliveryError, SmtpSession};
use crate::mail::{config, is_configured};
use domain::ids::EmailId;
use std::time::Duration;

/// Sends an email of the outbox.
pub(crate) const SEND_EMAIL: JobKind = JobKind {
    code: "send-email",
    run: |portal, job| Box::pin(async move { send(&portal, &job).await }),
    can_run: is_configured,
};

/// The delay after an answer that says that trying again is of no use. The email is sent again nevertheless until it expires,
/// because the operator may correct what the server objects to, such as the sender.
const PERMANENT_ERROR_DELAY: Duration = Duration::from_secs(900);

async fn send(portal: &Portal, job: &Job) -> Result<Outcome, JobError> {
    let SendEmail { email: id } = job.payload()?;
    let Some(email) = outbox::load(portal, id).await? else {
        return Ok(Outcome::NothingToCommit);
    };
    let Some(encrypted) = email
        .encrypted_content
        .as_deref()
        .filter(|_| portal.now() < email.expires_at)
    else {
        return Ok(Outcome::NothingToCommit);
    };
    let content = outbox::decrypt(portal, id, encrypted)?;
    match deliver(portal, job, id, &email, &content).await {
        Ok(()) => Ok(Outcome::Finished),
        Err(DeliveryFailure::Server(error)) => Err(JobError {
            message: error.message,
            retry: if error.is_permanent {
                Retry::After(PERMANENT_ERROR_DELAY)
            } else {
                Retry::WithBackoff
            },
        }),
        Err(DeliveryFailure::Portal(error)) => Err(error),
    }
}

/// Describes why an email wasn't delivered.
enum DeliveryFailure {
    /// The mail server didn't take it.
    Server(DeliveryError),
    /// The portal failed.
    Portal(JobError),
}

impl From<DeliveryError> for DeliveryFailure {
    fn from(error: DeliveryError) -> Self {
        Self::Server(error)
    }
}

impl<E: Into<JobError>> From<E> for DeliveryFailure {
    fn from(error: E) -> Self {
        Self::Portal(error.into())
    }
}

/// Hands the email to the mail server, and ends the job.
async fn deliver(
    portal: &Portal,
    job: &Job,
    id: EmailId,
    email: &PendingEmail,
    StoredContent {
        recipient_name,
        content,
    }: &StoredContent,
) -> Result<(), DeliveryFailure> {
    let config = config(portal);
    let Some(smtp) = &config.smtp else {
        return Err(no_server().into());
    };
    let message = Message {
        sender: &config.sender,
        recipient_name: recipient_name.as_deref(),
        recipient: &email.recipient,
        subject: &content.subject,
        text: &content.text,
        html: &content.html,
        message_id: &email.message_id,
        date: email.created_at,
    };
    let (envelope, bytes) = (message.envelope()?, message.encode()?);
    let mut session = SmtpSession::open(smtp, &config.public_url).await?;
    session.prepare(&envelope).await?;
    // From here on the server may accept the email. Only the worker that has the lease may get so far.
    let mut tx = portal.begin().await?;
    outbox::record_start(portal, &mut tx, id).await?;
    job.check_lease(&mut tx).await?;
    tx.commit().await?;
    if let Err(error) = session.send(&bytes).await {
        if !error.may_be_accepted {
            let mut tx = portal.begin().await?;
            outbox::record_rejection(&mut tx, id, email).await?;
            job.check_lease(&mut tx).await?;
            tx.commit().await?;
        }
        return Err(error.into());
    }
    let mut tx = portal.begin().await?;
    outbox::record_sent(portal, &mut tx, id).await?;
    job.finish(&mut tx).await?;
    tx.commit().await?;
    session.close().await;
    Ok(())
}

fn no_server() -> JobError {
    JobError {
        message: "no mail server is configured".to_owned(),
        retry: Retry::WithBackoff,
    }
}
