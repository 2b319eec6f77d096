//! `gatehouse api-key`

use crate::cli::AccountArg;
use crate::cli::error::CliError;
use crate::cli::output::Output;
use clap::Subcommand;
use clap::builder::PossibleValuesParser;
use domain::integration::api_keys::Overlap;
use domain::time::Timestamp;
use portal::integration::api_keys;
use portal::{Actor, Portal};
use serde_json::json;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the API key that connectors use
    Show {
        #[command(flatten)]
        account: AccountArg,
    },
    /// Replace the API key and print the new one; the previous key stays active for the overlap
    Rotate {
        /// How long the previous key stays active
        #[arg(long, value_name = "DURATION", default_value = "week", value_parser = PossibleValuesParser::new(Overlap::ALL.map(Overlap::code)))]
        overlap: String,
        #[command(flatten)]
        account: AccountArg,
    },
}

pub(crate) async fn run(portal: &Portal, command: Command) -> Result<Output, CliError> {
    match command {
        Command::Show { account } => {
            let operator = account.operator(portal).await?;
            show(portal, &operator).await
        }
        Command::Rotate { overlap, account } => {
            let operator = account.operator(portal).await?;
            let overlap = Overlap::from_code(&overlap).unwrap_or(Overlap::Week);
            let current = api_keys::get(portal, &operator).await?.current.id;
            api_keys::rotate(portal, &operator, current, overlap).await?;
            show(portal, &operator).await
        }
    }
}

async fn show(portal: &Portal, operator: &Actor) -> Result<Output, CliError> {
    let key = api_keys::show(portal, operator).await?;
    let keys = api_keys::get(portal, operator).await?;
    let previous_ends_at = keys
        .previous
        .and_then(|previous| previous.ends_at)
        .map(Timestamp::rfc3339);
    let mut text = format!("API key  {}", key.expose());
    if let Some(end) = &previous_ends_at {
        text.push_str(&format!("\nThe previous key is active until {end}."));
    }
    let json = json!({
        "api_key": key.expose(),
        "created_at": keys.current.created_at.rfc3339(),
        "last_used_at": keys.current.last_used_at.map(Timestamp::rfc3339),
        "last_used_by": keys.current.last_used_by,
        "previous_ends_at": previous_ends_at,
    });
    Ok(Output::new(text, json))
}
