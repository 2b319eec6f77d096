//! `gatehouse keys`

use crate::cli::error::CliError;
use crate::cli::output::Output;
use clap::Subcommand;
use portal::Portal;
use portal::oauth2::signing_keys::{self, PublicKey};
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the published signing keys and their state
    List,
    /// Publish a new signing key for each algorithm; it starts signing after a delay
    #[command(long_about = "\
Publishes a new signing key for each algorithm (ES256 and, once a server has run, RS256) on every node within a second, \
and prints when it starts signing. The delay lets clients that cache the published keys for a few minutes fetch the new \
key first. If a new key is already waiting to start, that key is used and no other is created. The previous key stays \
published until every token that it signed has expired.

Servers rotate the signing keys automatically every 90 days.")]
    Rotate,
}

pub(crate) async fn run(portal: &Portal, command: Command) -> Result<Output, CliError> {
    match command {
        Command::List => {
            let keys = signing_keys::list(portal).await?;
            let rows = keys.iter().map(|key| row(portal, key)).collect();
            let json = keys.iter().map(|key| json(portal, key)).collect();
            Ok(Output::list(
                &["KEY", "ALGORITHM", "STATE", "CREATED", "SIGNS FROM"],
                rows,
                json,
            ))
        }
        Command::Rotate => {
            let keys = signing_keys::rotate(portal).await?;
            let lines = keys.iter().map(|key| {
                format!(
                    "Published {} key {}; it starts signing at {}.",
                    key.algorithm,
                    key.kid,
                    key.signs_from.rfc3339()
                )
            });
            let text = lines.collect::<Vec<_>>().join("\n");
            Ok(Output::new(text, keys.iter().map(|key| json(portal, key)).collect()))
        }
    }
}

/// Returns the state of a key: `signing`, `waiting` or `retired`.
fn state(portal: &Portal, key: &PublicKey) -> &'static str {
    if key.is_active {
        "signing"
    } else if key.signs_from > portal.now() {
        "waiting"
    } else {
        "retired"
    }
}

fn row(portal: &Portal, key: &PublicKey) -> Vec<String> {
    vec![
        key.kid.clone(),
        key.algorithm.code().to_owned(),
        state(portal, key).to_owned(),
        key.created_at.rfc3339(),
        key.signs_from.rfc3339(),
    ]
}

fn json(portal: &Portal, key: &PublicKey) -> Value {
    json!({
        "kid": key.kid,
        "algorithm": key.algorithm,
        "state": state(portal, key),
        "created_at": key.created_at.rfc3339(),
        "signs_from": key.signs_from.rfc3339(),
    })
}
