//! `gatehouse email test`: sends one email at once, and says how far it got.

use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::mail::message::Message;
use crate::mail::smtp::SmtpSession;
use crate::mail::{config, templates};
use domain::email;

/// A step of sending a test email that succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestStep {
    /// The portal is connected and signed in to the mail server.
    Connected,
    /// The server takes emails of this sender for this recipient.
    RecipientAccepted,
    /// The server accepted the email.
    EmailAccepted,
}

/// Sends a test email to `address` without the outbox. Calls `report` after each step that succeeded.
///
/// # Errors
/// Returns [`Error::Invalid`] for an invalid address, [`Error::Conflict`] if no mail server is configured, and
/// [`Error::Unavailable`] with the mail server's answer if it doesn't take the email.
pub async fn send_test(portal: &Portal, address: &str, mut report: impl FnMut(TestStep)) -> Result<()> {
    let recipient = email::parse(address)
        .ok_or_else(|| Error::field("address", "Enter an email address, such as ada@example.com."))?;
    let config = config(portal);
    let smtp = config.smtp.as_ref().ok_or_else(|| {
        let message = "No mail server is configured. Set GATEHOUSE_SMTP_URL, such as smtp://mail.example.com:587.";
        Error::Conflict(message.to_owned())
    })?;
    let content = templates::test_email(config.public_url.as_str());
    let domain = config
        .sender
        .address
        .rsplit_once('@')
        .map_or("localhost", |(_, domain)| domain);
    let message_id = format!("{}@{domain}", portal.new_id());
    let message = Message {
        sender: &config.sender,
        recipient_name: None,
        recipient: &recipient,
        subject: &content.subject,
        text: &content.text,
        html: &content.html,
        message_id: &message_id,
        date: portal.now(),
    };
    let (envelope, bytes) = (message.envelope()?, message.encode()?);
    let failed = |error| Error::unavailable("the test email was not sent", error);
    let mut session = SmtpSession::open(smtp, &config.public_url).await.map_err(failed)?;
    report(TestStep::Connected);
    session.prepare(&envelope).await.map_err(failed)?;
    report(TestStep::RecipientAccepted);
    session.send(&bytes).await.map_err(failed)?;
    report(TestStep::EmailAccepted);
    session.close().await;
    Ok(())
}
