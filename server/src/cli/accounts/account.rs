//! `gatehouse account`

use crate::cli::AccountArg;
use crate::cli::error::CliError;
use crate::cli::output::Output;
use crate::cli::stdin;
use clap::Subcommand;
use clap::builder::PossibleValuesParser;
use domain::accounts::NewAccount;
use domain::accounts::features::Feature;
use portal::{Portal, accounts};
use serde_json::json;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create an account and its administrator; reads the administrator's password from standard input
    Create {
        /// Name of the organization
        #[arg(long, value_name = "NAME")]
        name: String,
        /// Name of the administrator
        #[arg(long, value_name = "NAME")]
        admin_name: String,
        /// Email address that the administrator signs in with
        #[arg(long, value_name = "EMAIL")]
        admin_email: String,
    },
    /// List all accounts
    List,
    /// Turn an account's feature on or off; while it is off, its credentials are rejected
    Feature {
        /// Feature to turn on or off
        #[arg(value_name = "NAME", value_parser = PossibleValuesParser::new(Feature::ALL.iter().map(|feature| feature.code())))]
        name: String,
        /// New state of the feature
        #[arg(value_name = "on|off", value_parser = PossibleValuesParser::new(["on", "off"]), hide_possible_values = true)]
        state: String,
        #[command(flatten)]
        account: AccountArg,
    },
}

pub(crate) async fn run(portal: &Portal, command: Command) -> Result<Output, CliError> {
    match command {
        Command::Create {
            name,
            admin_name,
            admin_email,
        } => create(portal, name, admin_name, admin_email).await,
        Command::List => list(portal).await,
        Command::Feature { name, state, account } => {
            let operator = account.operator(portal).await?;
            let feature = Feature::from_code(&name).ok_or(portal::Error::NotFound("feature"))?;
            accounts::set_feature(portal, &operator, feature, state == "on").await?;
            let text = format!("{} is {state} for {}.", feature.label(), operator.account_name());
            Ok(Output::new(
                text,
                json!({ "account_id": operator.account(), "feature": name, "on": state == "on" }),
            ))
        }
    }
}

async fn create(portal: &Portal, account_name: String, name: String, email: String) -> Result<Output, CliError> {
    let password = stdin::password()?;
    let input = NewAccount {
        account_name,
        name,
        email,
        password,
    };
    let (account, user) = accounts::create(portal, input).await?;
    let text = format!("Created account {account} with administrator {user}.");
    Ok(Output::new(text, json!({ "account_id": account, "user_id": user })))
}

async fn list(portal: &Portal) -> Result<Output, CliError> {
    let accounts = accounts::list(portal).await?;
    let rows = accounts
        .iter()
        .map(|account| {
            let features = account.features.join(", ");
            vec![
                account.id.to_string(),
                account.name.clone(),
                account.users.to_string(),
                features,
            ]
        })
        .collect();
    let json = accounts
        .iter()
        .map(|account| {
            json!({
                "id": account.id,
                "name": account.name,
                "users": account.users,
                "features": account.features,
                "created_at": account.created_at.rfc3339(),
            })
        })
        .collect();
    Ok(Output::list(&["ID", "NAME", "USERS", "FEATURES"], rows, json))
}
