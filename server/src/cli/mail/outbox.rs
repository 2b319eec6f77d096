//! `gatehouse outbox`

use crate::cli::error::CliError;
use crate::cli::output::Output;
use clap::Subcommand;
use domain::ids::EmailId;
use domain::time::Timestamp;
use portal::Portal;
use portal::mail::outbox::{self, EmailState, EmailText, OutboxEmail};
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the emails that wait for being sent, and those of the last 30 days
    List,
    /// Print an email with its link
    #[command(long_about = "\
Prints an email with its text, unless it was sent or has expired, which erases the text.

The text may contain a link that lets whoever opens it set a password or join the account. Give it only to the person whom \
the email is for.")]
    Show {
        /// ID of the email, as gatehouse outbox list prints it
        #[arg(value_name = "ID")]
        id: String,
    },
}

pub(crate) async fn run(portal: &Portal, command: Command) -> Result<Output, CliError> {
    match command {
        Command::List => {
            let emails = outbox::list(portal).await?;
            Ok(Output::list(
                &["ID", "STATE", "KIND", "TO", "SUBJECT", "QUEUED", "NOTE"],
                emails.iter().map(row).collect(),
                emails.iter().map(json).collect(),
            ))
        }
        Command::Show { id } => {
            let malformed = |error| CliError::Input(format!("\"{id}\" is {error}, as gatehouse outbox list prints it"));
            let id = id.parse::<EmailId>().map_err(malformed)?;
            let (email, text) = outbox::get(portal, id).await?;
            let mut value = json(&email);
            value["text"] = json!(text.as_ref().map(|text| text.text.expose()));
            value["link"] = json!(
                text.as_ref()
                    .and_then(|text| text.link.as_ref())
                    .map(|link| link.expose())
            );
            Ok(Output::new(show(&email, text.as_ref()), value))
        }
    }
}

fn row(email: &OutboxEmail) -> Vec<String> {
    vec![
        email.id.to_string(),
        email.state.code().to_owned(),
        email.kind.clone(),
        email.recipient.clone(),
        email.subject.clone(),
        email.created_at.rfc3339(),
        note(email),
    ]
}

/// Returns what the operator should know besides the state.
fn note(email: &OutboxEmail) -> String {
    let twice = email.possibly_sent_twice.then(|| "possibly sent twice".to_owned());
    let error = email.last_error.clone();
    [twice, error].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn show(email: &OutboxEmail, text: Option<&EmailText>) -> String {
    let mut lines = vec![
        format!("To: {}", email.recipient),
        format!("Subject: {}", email.subject),
        format!("Message-ID: <{}>", email.message_id),
        format!("Kind: {}", email.kind),
    ];
    if let Some(account) = &email.account {
        lines.push(format!("Account: {account}"));
    }
    lines.extend([
        format!("State: {}", email.state.code()),
        format!("Queued: {}", email.created_at.rfc3339()),
        format!("Expires: {}", email.expires_at.rfc3339()),
    ]);
    if let Some(sent_at) = email.sent_at {
        lines.push(format!("Sent: {}", sent_at.rfc3339()));
    }
    let note = note(email);
    if !note.is_empty() {
        lines.push(format!("Note: {note}"));
    }
    let text = match (text, email.state) {
        (Some(text), _) => text.text.expose().trim_end().to_owned(),
        (None, EmailState::Sent) => "The text was erased when the email was sent.".to_owned(),
        (None, _) => "The text was erased because the email expired or was replaced before it was sent.".to_owned(),
    };
    format!("{}\n\n{text}", lines.join("\n"))
}

fn json(email: &OutboxEmail) -> Value {
    json!({
        "id": email.id,
        "state": email.state.code(),
        "kind": email.kind,
        "account": email.account,
        "recipient": email.recipient,
        "subject": email.subject,
        "message_id": email.message_id,
        "created_at": email.created_at.rfc3339(),
        "expires_at": email.expires_at.rfc3339(),
        "sent_at": email.sent_at.map(Timestamp::rfc3339),
        "possibly_sent_twice": email.possibly_sent_twice,
        "last_error": email.last_error,
    })
}
