//! `gatehouse audit`

use crate::cli::AccountArg;
use crate::cli::error::CliError;
use crate::cli::output::Output;
use clap::Subcommand;
use portal::Portal;
use portal::infra::audit::{self, AuditHead, AuditReport};
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check that no audit record was changed, removed or reordered
    #[command(long_about = "\
Checks that no audit record of an account was changed, removed, inserted or reordered, and says where. Exits with status 1 \
if one was.

Each record is protected by a key that is encrypted with the master key, so whoever can only write the database can't hide a \
change. Putting back an older copy of the whole database can only be noticed with a head that is kept elsewhere: store the \
head that this command prints, and pass it with --head the next time.")]
    Verify {
        /// Head that an earlier run has printed; checks that its record is still there
        #[arg(long, value_name = "HEAD")]
        head: Option<AuditHead>,
        #[command(flatten)]
        account: AccountArg,
    },
}

pub(crate) async fn run(portal: &Portal, command: Command) -> Result<Output, CliError> {
    let Command::Verify { head, account } = command;
    let operator = account.operator(portal).await?;
    let report = audit::verify(portal, &operator, head.as_ref()).await?;
    if report.problems.is_empty() {
        Ok(Output::new(text(&report), json(&report)))
    } else {
        let problems = report.problems.iter().map(ToString::to_string).collect();
        Err(CliError::AuditLog(problems))
    }
}

fn text(report: &AuditReport) -> String {
    let mut text = match report.verified {
        1 => "Verified 1 record. It is unchanged.".to_owned(),
        count => format!("Verified {count} records. None was changed, removed or reordered."),
    };
    if report.unchained > 0 {
        text.push_str(&format!(
            "\n{} older records were written before records were protected, and can't be verified.",
            report.unchained
        ));
    }
    if let Some(head) = &report.head {
        text.push_str(&format!("\nHead: {head}"));
    }
    text
}

fn json(report: &AuditReport) -> Value {
    json!({
        "verified": report.verified,
        "unprotected": report.unchained,
        "head": report.head.as_ref().map(ToString::to_string),
    })
}
