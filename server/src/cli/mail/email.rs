//! `gatehouse email`

use crate::cli::error::CliError;
use crate::cli::output::Output;
use crate::config::Config;
use clap::Subcommand;
use portal::Portal;
use portal::mail::{TestStep, send_test};
use serde_json::json;
use std::io::Write;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Send a test email at once, and print how far it got
    #[command(long_about = "\
Sends a test email at once, without the outbox, and prints each step as it succeeds. If the mail server doesn't take \
the email, prints its answer and exits with status 1.")]
    Test {
        /// Address to send it to
        #[arg(value_name = "ADDRESS")]
        address: String,
    },
}

pub(crate) async fn run(portal: &Portal, config: &Config, command: Command, as_json: bool) -> Result<Output, CliError> {
    let Command::Test { address } = command;
    let server = config
        .smtp
        .as_ref()
        .map(|smtp| format!("{}:{}", smtp.host, smtp.port))
        .unwrap_or_default();
    let report = |step| {
        // A script reads the error alone from standard error.
        if as_json {
            return;
        }
        let text = match step {
            TestStep::Connected => format!("Connected to {server}."),
            TestStep::RecipientAccepted => format!("The mail server takes emails for {address}."),
            TestStep::EmailAccepted => "The mail server accepted the email.".to_owned(),
        };
        // If standard error can't be written, the result still says whether the email was sent.
        let _ = writeln!(std::io::stderr(), "{text}");
    };
    send_test(portal, &address, report).await?;
    Ok(Output::new(
        format!("Sent a test email to {address}. Check that it arrived, and that its link opens the portal."),
        json!({ "sent_to": address, "server": server }),
    ))
}
