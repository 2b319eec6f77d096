//! `gatehouse jobs`

use crate::cli::error::CliError;
use crate::cli::output::Output;
use clap::Subcommand;
use domain::ids::JobId;
use portal::Portal;
use portal::jobs::{self, JobSummary};
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the unfinished jobs and why they failed
    List,
    /// Run a job at once that failed or waits for its next run
    Retry {
        /// ID of the job, as gatehouse jobs list prints it
        #[arg(value_name = "ID")]
        id: String,
    },
}

pub(crate) async fn run(portal: &Portal, command: Command) -> Result<Output, CliError> {
    match command {
        Command::List => {
            let jobs = jobs::list(portal).await?;
            Ok(Output::list(
                &["ID", "STATE", "KIND", "ACCOUNT", "RUNS AT", "FAILURES", "LAST ERROR"],
                jobs.iter().map(row).collect(),
                jobs.iter().map(json).collect(),
            ))
        }
        Command::Retry { id } => {
            let malformed = |error| CliError::Input(format!("\"{id}\" is {error}, as gatehouse jobs list prints it"));
            let id = id.parse::<JobId>().map_err(malformed)?;
            jobs::retry(portal, id).await?;
            Ok(Output::new(
                format!("Job {id} runs again as soon as a server takes it."),
                json!({ "id": id }),
            ))
        }
    }
}

fn row(job: &JobSummary) -> Vec<String> {
    vec![
        job.id.to_string(),
        job.state.code().to_owned(),
        job.kind.clone(),
        job.account.clone().unwrap_or_default(),
        job.run_at.rfc3339(),
        job.failures.to_string(),
        job.last_error.clone().unwrap_or_default(),
    ]
}

fn json(job: &JobSummary) -> Value {
    json!({
        "id": job.id,
        "state": job.state.code(),
        "kind": job.kind,
        "account": job.account,
        "created_at": job.created_at.rfc3339(),
        "run_at": job.run_at.rfc3339(),
        "failures": job.failures,
        "last_error": job.last_error,
    })
}
