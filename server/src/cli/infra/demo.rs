//! `gatehouse demo`

use crate::cli::error::CliError;
use crate::cli::output::Output;
use portal::Portal;
use portal::demo::{self, Demo, Login};
use serde_json::{Value, json};

/// Creates the demo account if it does not exist, and prints its logins.
pub(crate) async fn run(portal: &Portal) -> Result<Output, CliError> {
    let demo = demo::create_if_missing(portal).await?;
    let rows = demo.logins.iter().map(|login| {
        [login.name, login.email, login.profile, login.shows]
            .map(str::to_owned)
            .to_vec()
    });
    let table = crate::cli::output::table(&["NAME", "EMAIL", "PROFILE", "SHOWS"], rows.collect());
    let text = match &demo.password {
        Some(password) => {
            let password = password.expose();
            format!(
                "Created account {}.\n\n{table}\n\nPassword for all users: {password}",
                demo.account
            )
        }
        None => format!(
            "Account {} already exists.\n\n{table}\n\nThe password was printed when the account was created.",
            demo.account
        ),
    };
    Ok(Output::new(text, json(&demo)))
}

fn json(demo: &Demo) -> Value {
    let login = |login: &Login| json!({ "name": login.name, "email": login.email, "profile": login.profile, "shows": login.shows });
    json!({
        "account": demo.account,
        "logins": demo.logins.iter().map(login).collect::<Vec<_>>(),
        "password": demo.password.as_ref().map(|password| password.expose()),
    })
}
