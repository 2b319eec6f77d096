//! `gatehouse profile`

use crate::cli::AccountArg;
use crate::cli::error::CliError;
use crate::cli::output::Output;
use clap::Subcommand;
use clap::builder::PossibleValuesParser;
use domain::accounts::rights::Right;
use domain::accounts::users::Profile;
use domain::coded_enum::CodedEnum;
use portal::Portal;
use portal::accounts::profiles;
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a security profile
    Create {
        /// Name of the profile
        #[arg(long, value_name = "NAME")]
        name: String,
        /// Right that the profile grants; can be repeated
        #[arg(long = "right", value_name = "RIGHT", value_parser = PossibleValuesParser::new(Right::ALL.iter().map(|right| right.code())))]
        rights: Vec<String>,
        #[command(flatten)]
        account: AccountArg,
    },
    /// List the security profiles of an account
    List {
        #[command(flatten)]
        account: AccountArg,
    },
}

pub(crate) async fn run(portal: &Portal, command: Command) -> Result<Output, CliError> {
    match command {
        Command::Create { name, rights, account } => {
            let operator = account.operator(portal).await?;
            let rights = rights.iter().filter_map(|code| Right::from_code(code)).collect();
            let id = profiles::create(portal, &operator, &name, rights).await?;
            let profile = profiles::get(portal, &operator, id).await?;
            Ok(Output::new(
                format!("Created profile {} ({id}).", profile.name),
                json(&profile),
            ))
        }
        Command::List { account } => {
            let operator = account.operator(portal).await?;
            let profiles = profiles::list(portal, &operator).await?;
            let rows = profiles
                .iter()
                .map(|profile| vec![profile.id.to_string(), profile.name.clone(), rights(profile).join(", ")])
                .collect();
            Ok(Output::list(
                &["ID", "NAME", "RIGHTS"],
                rows,
                profiles.iter().map(json).collect(),
            ))
        }
    }
}

fn rights(profile: &Profile) -> Vec<&'static str> {
    profile.rights.iter().map(Right::code).collect()
}

fn json(profile: &Profile) -> Value {
    json!({ "id": profile.id, "name": profile.name, "rights": rights(profile) })
}
