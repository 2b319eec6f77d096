//! `gatehouse master-key`

use crate::cli::error::Trouble;
use crate::cli::output::Answer;
use clap::Subcommand;
use portal::Portal;
use portal::key_rotation;
use serde_json::json;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Put a new key before the others in the key file, and seal everything again under it
    #[command(long_about = "\
Puts a new key before the others in the key file, and seals everything again under it. Servers that read the same file \
follow by themselves. Where the keys come from GATEHOUSE_MASTER_KEY, none is made: put a new one before the others there \
on every node, restart them, and then run this.

The older keys stay until `gatehouse master-key drop-old`, and a backup from before needs them for as long as it is kept.")]
    Rotate,
    /// Take all keys but the newest out of the key file, once nothing is sealed under them
    DropOld,
}

pub(crate) async fn run(portal: &Portal, command: Command) -> Result<Answer, Trouble> {
    match command {
        Command::Rotate => {
            let done = key_rotation::rotate(portal).await?;
            let text = format!(
                "Sealed {} secrets under the newest of {} keys.",
                done.resealed, done.keys
            );
            Ok(Answer::new(
                text,
                json!({ "resealed": done.resealed, "keys": done.keys }),
            ))
        }
        Command::DropOld => {
            let dropped = key_rotation::drop_old(portal).await?;
            Ok(Answer::new(
                format!("Took {dropped} older keys away."),
                json!({ "dropped": dropped }),
            ))
        }
    }
}
