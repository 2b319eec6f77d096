//! `gatehouse account`

use crate::cli::InAccount;
use crate::cli::error::Trouble;
use crate::cli::output::Answer;
use crate::cli::stdin;
use clap::Subcommand;
use clap::builder::PossibleValuesParser;
use domain::accounts::NewAccount;
use domain::accounts::features::Feature;
use portal::{Portal, accounts};
use serde_json::json;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make an account with its administrator, whose password is read from standard input
    Create {
        /// Name of the organisation
        #[arg(long, value_name = "NAME")]
        name: String,
        /// Name of the administrator
        #[arg(long, value_name = "NAME")]
        admin_name: String,
        /// E-mail of the administrator, with which they sign in
        #[arg(long, value_name = "E-MAIL")]
        admin_email: String,
    },
    /// List the accounts
    List,
    /// Switch a feature of an account on or off; off, its credentials open nothing
    Feature {
        /// The feature
        #[arg(value_name = "NAME", value_parser = PossibleValuesParser::new(Feature::ALL.iter().map(|feature| feature.code())))]
        name: String,
        /// What it shall be
        #[arg(value_name = "on|off", value_parser = PossibleValuesParser::new(["on", "off"]), hide_possible_values = true)]
        state: String,
        #[command(flatten)]
        within: InAccount,
    },
}

pub(crate) async fn run(portal: &Portal, command: Command) -> Result<Answer, Trouble> {
    match command {
        Command::Create {
            name,
            admin_name,
            admin_email,
        } => create(portal, name, admin_name, admin_email).await,
        Command::List => list(portal).await,
        Command::Feature { name, state, within } => {
            let operator = within.operator(portal).await?;
            let feature = Feature::from_code(&name).ok_or(portal::Error::NotFound("feature"))?;
            accounts::set_feature(portal, &operator, feature, state == "on").await?;
            let text = format!("{} is {state} for {}.", feature.label(), operator.account_name());
            Ok(Answer::new(
                text,
                json!({ "account_id": operator.account(), "feature": name, "on": state == "on" }),
            ))
        }
    }
}

async fn create(portal: &Portal, account_name: String, name: String, email: String) -> Result<Answer, Trouble> {
    let password = stdin::password()?;
    let input = NewAccount {
        account_name,
        name,
        email,
        password,
    };
    let (account, user) = accounts::create(portal, input).await?;
    let text = format!("Made the account {account} with the administrator {user}.");
    Ok(Answer::new(text, json!({ "account_id": account, "user_id": user })))
}

async fn list(portal: &Portal) -> Result<Answer, Trouble> {
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
    Ok(Answer::list(&["ID", "NAME", "USERS", "FEATURES"], rows, json))
}
