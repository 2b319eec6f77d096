//! `gatehouse user`

use crate::cli::AccountArg;
use crate::cli::error::CliError;
use crate::cli::output::Output;
use crate::cli::stdin;
use clap::Subcommand;
use domain::accounts::users::{NewUser, User};
use domain::time::Timestamp;
use portal::Portal;
use portal::accounts::users::{self, UserQuery};
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a user; reads the password from standard input
    Create {
        /// Name of the user
        #[arg(long, value_name = "NAME")]
        name: String,
        /// Email address that the user signs in with
        #[arg(long, value_name = "EMAIL")]
        email: String,
        /// Name of the security profile, for example Administrator
        #[arg(long, value_name = "NAME")]
        profile: String,
        #[command(flatten)]
        account: AccountArg,
    },
    /// List the users of an account
    List {
        #[command(flatten)]
        account: AccountArg,
    },
    /// Activate a user: they can sign in and their tokens work again
    Activate {
        /// ID or email address of the user
        #[arg(value_name = "USER")]
        user: String,
        #[command(flatten)]
        account: AccountArg,
    },
    /// Deactivate a user: they are signed out and their tokens stop working
    Deactivate {
        /// ID or email address of the user
        #[arg(value_name = "USER")]
        user: String,
        #[command(flatten)]
        account: AccountArg,
    },
    /// Change a user's password, read from standard input, and sign them out everywhere
    SetPassword {
        /// ID or email address of the user
        #[arg(value_name = "USER")]
        user: String,
        #[command(flatten)]
        account: AccountArg,
    },
}

pub(crate) async fn run(portal: &Portal, command: Command) -> Result<Output, CliError> {
    match command {
        Command::Create {
            name,
            email,
            profile,
            account,
        } => {
            let operator = account.operator(portal).await?;
            let input = NewUser {
                name,
                email,
                password: stdin::password()?,
                profile,
            };
            let id = users::create(portal, &operator, input).await?;
            let user = users::get(portal, &operator, &id.to_string()).await?;
            Ok(Output::new(
                format!("Created user {} <{}> ({id}).", user.name, user.email),
                json(&user),
            ))
        }
        Command::List { account } => list(portal, &account).await,
        Command::Activate { user, account } => set_active(portal, &account, &user, true).await,
        Command::Deactivate { user, account } => set_active(portal, &account, &user, false).await,
        Command::SetPassword { user, account } => {
            let operator = account.operator(portal).await?;
            let user = users::get(portal, &operator, &user).await?;
            users::set_password(portal, &operator, user.id, &stdin::password()?).await?;
            Ok(Output::new(
                format!("Password changed for {} <{}>.", user.name, user.email),
                json(&user),
            ))
        }
    }
}

async fn list(portal: &Portal, account: &AccountArg) -> Result<Output, CliError> {
    let operator = account.operator(portal).await?;
    let query = UserQuery {
        limit: None,
        page: 1,
        include_inactive: true,
    };
    let users = users::list(portal, &operator, query).await?.users;
    let rows = users
        .iter()
        .map(|user| {
            let active = if user.active { "yes" } else { "no" };
            vec![
                user.id.to_string(),
                user.name.clone(),
                user.email.clone(),
                user.profile.clone(),
                active.to_owned(),
            ]
        })
        .collect();
    Ok(Output::list(
        &["ID", "NAME", "EMAIL", "PROFILE", "ACTIVE"],
        rows,
        users.iter().map(json).collect(),
    ))
}

async fn set_active(portal: &Portal, account: &AccountArg, user: &str, active: bool) -> Result<Output, CliError> {
    let operator = account.operator(portal).await?;
    let user = users::get(portal, &operator, user).await?;
    users::set_active(portal, &operator, user.id, active).await?;
    let user = User { active, ..user };
    let state = if active { "active" } else { "inactive" };
    Ok(Output::new(
        format!("{} <{}> is {state}.", user.name, user.email),
        json(&user),
    ))
}

fn json(user: &User) -> Value {
    json!({
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "profile": user.profile,
        "active": user.active,
        "last_sign_in_at": user.last_sign_in_at.map(Timestamp::rfc3339),
        "created_at": user.created_at.rfc3339(),
    })
}
