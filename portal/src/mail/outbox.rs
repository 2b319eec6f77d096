//! The outbox: emails that wait for being sent, and for a while those that were.

use crate::crypto::encrypted_column::{EncryptedColumn, RowContext};
use crate::crypto::secret::Secret;
use crate::database::{Transaction, execute, fetch_all, fetch_optional};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::jobs;
use crate::mail::{Content, SEND_EMAIL, config};
use domain::ids::{AccountId, EmailId, JobId};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use std::time::Duration;

/// How long sent and expired emails stay listed, without their content.
pub const RETENTION: Duration = Duration::from_secs(30 * 24 * 3600);

/// An email to queue.
#[derive(Debug)]
pub(crate) struct NewEmail<'a> {
    /// The account that it belongs to, if any.
    pub account: Option<AccountId>,
    /// The code of its kind, such as `password-reset`.
    pub kind: &'static str,
    /// The address of the recipient.
    pub recipient: &'a str,
    /// The name of the recipient, if known.
    pub recipient_name: Option<&'a str>,
    /// The subject and the text.
    pub content: Content,
    /// Isn't sent later, because its link has expired by then.
    pub expires_at: Timestamp,
}

/// What is encrypted of an email.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredContent {
    pub recipient_name: Option<String>,
    pub content: Content,
}

/// The payload of the job that sends an email.
#[derive(Serialize, Deserialize)]
pub(super) struct SendEmail {
    pub email: EmailId,
}

/// Queues an email in the transaction of the change that causes it.
pub(crate) async fn queue(portal: &Portal, tx: &mut Transaction, email: NewEmail<'_>) -> Result<EmailId> {
    let id = EmailId(portal.new_id());
    let now = portal.now();
    let job = jobs::queue(
        portal,
        tx,
        SEND_EMAIL.code,
        email.account,
        &SendEmail { email: id },
        now,
    )
    .await?;
    let subject = email.content.subject.clone();
    let content = StoredContent {
        recipient_name: email.recipient_name.map(str::to_owned),
        content: email.content,
    };
    let content = Secret::new(serde_json::to_string(&content).map_err(Error::internal)?);
    let sender = &config(portal).sender.address;
    let domain = sender.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    execute!(
        tx,
        "insert into outbox (id, account_id, job_id, kind, recipient, subject, message_id, encrypted_content, created_at,
                             expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id,
        email.account,
        job,
        email.kind,
        email.recipient,
        subject,
        id.with_prefix(&[]) + "@" + domain,
        portal.encrypt(&context(id), &content)?,
        now,
        email.expires_at
    )?;
    Ok(id)
}

/// Describes an email for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEmail {
    /// The id.
    pub id: EmailId,
    /// The code of its kind, such as `password-reset`.
    pub kind: String,
    /// The name of the account that it belongs to, if any.
    pub account: Option<String>,
    /// The address of the recipient.
    pub recipient: String,
    /// The subject.
    pub subject: String,
    /// The identifier in the `Message-ID` header, without angle brackets.
    pub message_id: String,
    /// Its state.
    pub state: EmailState,
    /// When it was queued.
    pub created_at: Timestamp,
    /// Until when it is sent.
    pub expires_at: Timestamp,
    /// When the mail server accepted it.
    pub sent_at: Option<Timestamp>,
    /// Whether it may have arrived twice, because the mail server's answer to an earlier attempt was lost.
    pub possibly_sent_twice: bool,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
}

/// The state of an email.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailState {
    /// It waits for the background work, or for a mail server to be configured.
    Waiting,
    /// An attempt failed, and there will be another.
    Retrying,
    /// The mail server accepted it.
    Sent,
    /// It wasn't sent in time, and its content was erased.
    Expired,
}

impl EmailState {
    /// Returns the code on the command line.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Retrying => "retrying",
            Self::Sent => "sent",
            Self::Expired => "expired",
        }
    }
}

/// The text of an email.
#[derive(Debug, Clone)]
pub struct EmailText {
    /// The text.
    pub text: Secret,
    /// The link in it, if any.
    pub link: Option<Secret>,
}

const SELECT_EMAILS: &str =
    "select o.id, o.kind, a.name as account, o.recipient, o.subject, o.message_id, o.encrypted_content, o.created_at,
            o.expires_at, o.sent_at, o.possibly_sent_twice, j.last_error
     from outbox o left join accounts a on a.id = o.account_id left join jobs j on j.id = o.job_id";

#[derive(sqlx::FromRow)]
struct Row {
    id: EmailId,
    kind: String,
    account: Option<String>,
    recipient: String,
    subject: String,
    message_id: String,
    encrypted_content: Option<Vec<u8>>,
    created_at: Timestamp,
    expires_at: Timestamp,
    sent_at: Option<Timestamp>,
    possibly_sent_twice: bool,
    last_error: Option<String>,
}

impl Row {
    fn into_email(self, now: Timestamp) -> OutboxEmail {
        OutboxEmail {
            id: self.id,
            kind: self.kind,
            account: self.account,
            recipient: self.recipient,
            subject: self.subject,
            message_id: self.message_id,
            state: match (self.sent_at, self.expires_at <= now, &self.last_error) {
                (Some(_), _, _) => EmailState::Sent,
                (None, true, _) => EmailState::Expired,
                (None, false, Some(_)) => EmailState::Retrying,
                (None, false, None) => EmailState::Waiting,
            },
            created_at: self.created_at,
            expires_at: self.expires_at,
            sent_at: self.sent_at,
            possibly_sent_twice: self.possibly_sent_twice,
            last_error: self.last_error,
        }
    }
}

/// Lists the emails of all accounts, newest first.
///
/// # Errors
/// Returns an error if the database fails.
pub async fn list(portal: &Portal) -> Result<Vec<OutboxEmail>> {
    let mut db = portal.read().await?;
    let rows = fetch_all!(
        &mut db,
        Row,
        AssertSqlSafe(format!("{SELECT_EMAILS} order by o.created_at desc, o.id desc"))
    )?;
    let now = portal.now();
    Ok(rows.into_iter().map(|row| row.into_email(now)).collect())
}

/// Returns an email, with its text unless that was erased because the email was sent or has expired.
///
/// # Errors
/// Returns [`Error::NotFound`] if there is no such email.
pub async fn get(portal: &Portal, id: EmailId) -> Result<(OutboxEmail, Option<EmailText>)> {
    let mut db = portal.read().await?;
    let row = fetch_optional!(
        &mut db,
        Row,
        AssertSqlSafe(format!("{SELECT_EMAILS} where o.id = $1")),
        id
    )?;
    let row = row.ok_or(Error::NotFound("email"))?;
    let now = portal.now();
    let text = match &row.encrypted_content {
        Some(encrypted) if now < row.expires_at => {
            let StoredContent { content, .. } = decrypt(portal, id, encrypted)?;
            Some(EmailText {
                text: Secret::new(content.text),
                link: content.link.map(Secret::new),
            })
        }
        _ => None,
    };
    Ok((row.into_email(now), text))
}

/// An email that is about to be sent.
#[derive(sqlx::FromRow)]
pub(super) struct PendingEmail {
    pub recipient: String,
    pub message_id: String,
    pub encrypted_content: Option<Vec<u8>>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub delivery_started_at: Option<Timestamp>,
    pub possibly_sent_twice: bool,
}

/// Loads an email to send. Returns `None` if it doesn't exist any more.
pub(super) async fn load(portal: &Portal, id: EmailId) -> Result<Option<PendingEmail>> {
    let mut db = portal.read().await?;
    Ok(fetch_optional!(
        &mut db,
        PendingEmail,
        "select recipient, message_id, encrypted_content, created_at, expires_at, delivery_started_at,
                possibly_sent_twice
         from outbox where id = $1",
        id
    )?)
}

/// Decrypts the content of an email.
pub(super) fn decrypt(portal: &Portal, id: EmailId, encrypted: &[u8]) -> Result<StoredContent> {
    let content = portal.decrypt(&context(id), encrypted)?;
    serde_json::from_str(content.expose()).map_err(Error::internal)
}

/// Records that the whole email is about to be handed to the mail server. If that had happened before, the email may arrive
/// twice.
pub(super) async fn record_start(portal: &Portal, tx: &mut Transaction, id: EmailId) -> Result<()> {
    execute!(
        tx,
        "update outbox set delivery_started_at = $2,
             possibly_sent_twice = possibly_sent_twice or delivery_started_at is not null
         where id = $1",
        id,
        portal.now()
    )?;
    Ok(())
}

/// Records that the mail server certainly didn't accept the email in this attempt: restores what `before` says of earlier ones.
pub(super) async fn record_rejection(tx: &mut Transaction, id: EmailId, before: &PendingEmail) -> Result<()> {
    execute!(
        tx,
        "update outbox set delivery_started_at = $2, possibly_sent_twice = $3 where id = $1",
        id,
        before.delivery_started_at,
        before.possibly_sent_twice
    )?;
    Ok(())
}

/// Records that the mail server accepted the email, and erases its content.
pub(super) async fn record_sent(portal: &Portal, tx: &mut Transaction, id: EmailId) -> Result<()> {
    execute!(
        tx,
        "update outbox set sent_at = $2, encrypted_content = null where id = $1",
        id,
        portal.now()
    )?;
    Ok(())
}

/// Erases the content of expired emails with their jobs, and deletes old emails.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    let expired = fetch_all!(
        tx,
        (JobId,),
        "update outbox set encrypted_content = null where expires_at <= $1 and encrypted_content is not null
         returning job_id",
        portal.now()
    )?;
    for (job,) in expired {
        jobs::cancel(tx, job).await?;
    }
    execute!(
        tx,
        "delete from outbox where created_at <= $1 and encrypted_content is null",
        portal.now_minus(RETENTION)
    )?;
    Ok(())
}

/// Withdraws an email that wasn't sent yet, for example because its link was replaced. Erases its content and removes its job.
pub(crate) async fn withdraw(portal: &Portal, tx: &mut Transaction, id: EmailId) -> Result<()> {
    let withdrawn = fetch_optional!(
        tx,
        (JobId,),
        "update outbox set encrypted_content = null, expires_at = $2
         where id = $1 and sent_at is null and expires_at > $2 returning job_id",
        id,
        portal.now()
    )?;
    match withdrawn {
        Some((job,)) => jobs::cancel(tx, job).await,
        None => Ok(()),
    }
}

/// The content of emails.
pub(crate) const ENCRYPTED_COLUMN: EncryptedColumn = EncryptedColumn {
    table: "outbox",
    key: "id",
    value: "encrypted_content",
    context: RowContext::Id(|id| context(EmailId(id))),
};

/// Returns the encryption context of an email.
fn context(id: EmailId) -> String {
    format!("outbox/{id}")
}
