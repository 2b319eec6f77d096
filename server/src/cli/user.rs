//! `gatehouse user`

use crate::cli::InAccount;
use crate::cli::error::Trouble;
use crate::cli::output::Answer;
use crate::cli::stdin;
use clap::Subcommand;
use domain::accounts::users::{NewUser, User};
use domain::time::Timestamp;
use portal::Portal;
use portal::accounts::users::{self, PeopleQuery};
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add a user, whose password is read from standard input
    Create {
        /// Name of the user
        #[arg(long, value_name = "NAME")]
        name: String,
        /// E-mail, with which they sign in
        #[arg(long, value_name = "E-MAIL")]
        email: String,
        /// Name of the security profile, such as Administrator
        #[arg(long, value_name = "NAME")]
        profile: String,
        #[command(flatten)]
        within: InAccount,
    },
    /// List the users of an account
    List {
        #[command(flatten)]
        within: InAccount,
    },
    /// Let a user sign in again, and their tokens work
    Activate {
        /// Id or e-mail
        #[arg(value_name = "USER")]
        user: String,
        #[command(flatten)]
        within: InAccount,
    },
    /// Keep a user out: their sessions end and their tokens open nothing
    Deactivate {
        /// Id or e-mail
        #[arg(value_name = "USER")]
        user: String,
        #[command(flatten)]
        within: InAccount,
    },
    /// Give a user another password, read from standard input; their sessions end
    SetPassword {
        /// Id or e-mail
        #[arg(value_name = "USER")]
        user: String,
        #[command(flatten)]
        within: InAccount,
    },
}

pub(crate) async fn run(portal: &Portal, command: Command) -> Result<Answer, Trouble> {
    match command {
        Command::Create {
            name,
            email,
            profile,
            within,
        } => {
            let operator = within.operator(portal).await?;
            let input = NewUser {
                name,
                email,
                password: stdin::password()?,
                profile,
            };
            let id = users::create(portal, &operator, input).await?;
            let user = users::get(portal, &operator, &id.to_string()).await?;
            Ok(Answer::new(
                format!("Added {} <{}>, {id}.", user.name, user.email),
                json(&user),
            ))
        }
        Command::List { within } => list(portal, &within).await,
        Command::Activate { user, within } => set_active(portal, &within, &user, true).await,
        Command::Deactivate { user, within } => set_active(portal, &within, &user, false).await,
        Command::SetPassword { user, within } => {
            let operator = within.operator(portal).await?;
            let user = users::get(portal, &operator, &user).await?;
            users::set_password(portal, &operator, user.id, &stdin::password()?).await?;
            Ok(Answer::new(
                format!("{} <{}> has another password.", user.name, user.email),
                json(&user),
            ))
        }
    }
}

async fn list(portal: &Portal, within: &InAccount) -> Result<Answer, Trouble> {
    let operator = within.operator(portal).await?;
    let query = PeopleQuery {
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
    Ok(Answer::list(
        &["ID", "NAME", "E-MAIL", "PROFILE", "ACTIVE"],
        rows,
        users.iter().map(json).collect(),
    ))
}

async fn set_active(portal: &Portal, within: &InAccount, user: &str, active: bool) -> Result<Answer, Trouble> {
    let operator = within.operator(portal).await?;
    let user = users::get(portal, &operator, user).await?;
    users::set_active(portal, &operator, user.id, active).await?;
    let user = User { active, ..user };
    let state = if active { "active" } else { "inactive" };
    Ok(Answer::new(
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
