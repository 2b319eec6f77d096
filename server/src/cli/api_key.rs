//! `gatehouse api-key`

use crate::cli::InAccount;
use crate::cli::error::Trouble;
use crate::cli::output::Answer;
use clap::Subcommand;
use clap::builder::PossibleValuesParser;
use domain::integration::api_keys::Overlap;
use domain::time::Timestamp;
use portal::integration::api_keys;
use portal::{Actor, Portal};
use serde_json::json;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the key that connectors are given, and since when there is one
    Show {
        #[command(flatten)]
        within: InAccount,
    },
    /// Put a new key in its place and print it; both work for a while
    Rotate {
        /// For how long the key before still works
        #[arg(long, value_name = "HOW-LONG", default_value = "week", value_parser = PossibleValuesParser::new(Overlap::ALL.map(Overlap::code)))]
        overlap: String,
        #[command(flatten)]
        within: InAccount,
    },
}

pub(crate) async fn run(portal: &Portal, command: Command) -> Result<Answer, Trouble> {
    match command {
        Command::Show { within } => {
            let operator = within.operator(portal).await?;
            shown(portal, &operator).await
        }
        Command::Rotate { overlap, within } => {
            let operator = within.operator(portal).await?;
            let overlap = Overlap::from_code(&overlap).unwrap_or(Overlap::Week);
            let current = api_keys::get(portal, &operator).await?.current.id;
            api_keys::rotate(portal, &operator, current, overlap).await?;
            shown(portal, &operator).await
        }
    }
}

async fn shown(portal: &Portal, operator: &Actor) -> Result<Answer, Trouble> {
    let key = api_keys::show(portal, operator).await?;
    let keys = api_keys::get(portal, operator).await?;
    let previous_ends_at = keys
        .previous
        .and_then(|previous| previous.ends_at)
        .map(Timestamp::rfc3339);
    let mut text = format!("API key  {}", key.expose());
    if let Some(end) = &previous_ends_at {
        text.push_str(&format!("\nThe key before works until {end}."));
    }
    let json = json!({
        "api_key": key.expose(),
        "created_at": keys.current.created_at.rfc3339(),
        "last_used_at": keys.current.last_used_at.map(Timestamp::rfc3339),
        "last_used_by": keys.current.last_used_by,
        "previous_ends_at": previous_ends_at,
    });
    Ok(Answer::new(text, json))
}
