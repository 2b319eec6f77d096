//! `gatehouse keys`

use crate::cli::error::Trouble;
use crate::cli::output::Answer;
use clap::Subcommand;
use portal::Portal;
use portal::oauth2::signing_keys::{self, PublicKey};
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the published keys, and say which one signs of each algorithm
    List,
    /// Publish a new key of each algorithm now, which begins to sign a while later
    #[command(long_about = "\
Publishes a new key of each algorithm (ES256 and, once a server has run, RS256) now, on every node within a second, and \
prints when it begins to sign: a while later, so that whoever keeps the published keys for a few minutes knows it in time. \
A key that waits for its time already is taken instead of another one. The key before it stays published until nothing \
that it signed is alive.

Servers do this by themselves every 90 days.")]
    Rotate,
}

pub(crate) async fn run(portal: &Portal, command: Command) -> Result<Answer, Trouble> {
    match command {
        Command::List => {
            let keys = signing_keys::list(portal).await?;
            let rows = keys.iter().map(|key| row(portal, key)).collect();
            let json = keys.iter().map(|key| json(portal, key)).collect();
            Ok(Answer::list(
                &["KEY", "ALGORITHM", "STATE", "MADE", "SIGNS FROM"],
                rows,
                json,
            ))
        }
        Command::Rotate => {
            let keys = signing_keys::rotate(portal).await?;
            let lines = keys.iter().map(|key| {
                format!(
                    "Published the {} key {}, which begins to sign at {}.",
                    key.algorithm,
                    key.kid,
                    key.signs_from.rfc3339()
                )
            });
            let text = lines.collect::<Vec<_>>().join("\n");
            Ok(Answer::new(text, keys.iter().map(|key| json(portal, key)).collect()))
        }
    }
}

/// Where a key is in its life.
fn state(portal: &Portal, key: &PublicKey) -> &'static str {
    if key.signs {
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
