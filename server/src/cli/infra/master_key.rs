//! `gatehouse master-key`

use crate::cli::error::CliError;
use crate::cli::output::Output;
use clap::Subcommand;
use portal::Portal;
use portal::key_rotation;
use serde_json::json;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add a new master key to the key file and re-encrypt all stored secrets with it
    #[command(long_about = "\
Adds a new master key at the top of the key file and re-encrypts all stored secrets with it. Running servers that use \
the same file pick up the new key automatically. If the keys come from GATEHOUSE_MASTER_KEY, no key is created: put a \
new key before the others in that variable on every node, restart the nodes, then run this command.

Old keys stay in the file until `gatehouse master-key drop-old`. Keep them for as long as you keep backups made before \
the rotation.")]
    Rotate,
    /// Remove all but the newest key from the key file, once no stored secret uses them
    DropOld,
}

pub(crate) async fn run(portal: &Portal, command: Command) -> Result<Output, CliError> {
    match command {
        Command::Rotate => {
            let rotation = key_rotation::rotate(portal).await?;
            let text = format!(
                "Re-encrypted {} secrets with the newest of {} keys.",
                rotation.reencrypted, rotation.keys
            );
            Ok(Output::new(
                text,
                json!({ "reencrypted": rotation.reencrypted, "keys": rotation.keys }),
            ))
        }
        Command::DropOld => {
            let dropped = key_rotation::remove_old_keys(portal).await?;
            Ok(Output::new(
                format!("Removed {dropped} old keys."),
                json!({ "dropped": dropped }),
            ))
        }
    }
}
