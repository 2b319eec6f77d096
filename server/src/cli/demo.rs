//! `gatehouse demo`

use crate::cli::error::Trouble;
use crate::cli::output::Answer;
use portal::Portal;
use portal::demo::{self, Demo, Login};
use serde_json::{Value, json};

/// Fills the demo account, unless it is there already, and prints its logins.
pub(crate) async fn run(portal: &Portal) -> Result<Answer, Trouble> {
    let demo = demo::fill(portal).await?;
    let rows = demo.logins.iter().map(|login| {
        [login.name, login.email, login.profile, login.shows]
            .map(str::to_owned)
            .to_vec()
    });
    let table = crate::cli::output::table(&["NAME", "E-MAIL", "PROFILE", "SHOWS"], rows.collect());
    let text = match &demo.password {
        Some(password) => {
            let password = password.expose();
            format!(
                "Made the account {}.\n\n{table}\n\nThe password of all of them is {password}",
                demo.account
            )
        }
        None => format!(
            "The account {} is there already.\n\n{table}\n\nTheir password was printed when it was made.",
            demo.account
        ),
    };
    Ok(Answer::new(text, json(&demo)))
}

fn json(demo: &Demo) -> Value {
    let login = |login: &Login| json!({ "name": login.name, "email": login.email, "profile": login.profile, "shows": login.shows });
    json!({
        "account": demo.account,
        "logins": demo.logins.iter().map(login).collect::<Vec<_>>(),
        "password": demo.password.as_ref().map(|password| password.expose()),
    })
}
