//! The command line: the server, and what an operator does without a browser.

mod error;
mod output;
mod stdin;

mod account;
mod api_key;
mod config;
mod consumer;
mod database;
mod demo;
mod keys;
mod master_key;
mod oauth_app;
mod profile;
mod settings;
mod token;
mod user;

use crate::cli::error::Trouble;
use crate::cli::output::Answer;
use crate::config::{Config, Overrides};
use crate::startup::open::{open, open_existing};
use crate::startup::serve::serve;
use clap::{Args, Parser, Subcommand};
use portal::{Actor, Portal};
use std::ffi::OsString;
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples:
  gatehouse serve
      Serves http://127.0.0.1:3000, with everything in ./data
  gatehouse account create --name Northwind --admin-name Ada --admin-email ada@example.com < password
      Makes an account without a browser
  gatehouse consumer create --name 'Web shop' --json
      Prints consumer_key and consumer_secret, the only time that they can be read
  gatehouse token create --user ada@example.com --consumer 'Web shop' --integration Contentful --json
      Prints token and token_secret, the only time that they can be read
  gatehouse oauth-app create --name Connector --grant client_credentials --user ada@example.com --scope asset:read --json
      Prints client_id and client_secret, the only time that the secret can be read
  gatehouse settings export > settings.toml
      Writes the settings that connectors read to a file, for 'gatehouse settings apply' here or elsewhere

All commands may be used while servers run; those know of a change within a second.";

/// Gatehouse, a self-hosted integration portal for digital asset management
///
/// Its people issue API credentials in a browser, and programs use those here. Everything is kept in one folder, or in
/// a PostgreSQL database.
#[derive(Debug, Parser)]
#[command(name = "gatehouse", version, after_long_help = EXAMPLES, subcommand_help_heading = "Commands", max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Print JSON: the answer on standard output, an error on standard error
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten)]
    settings: Overrides,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve pages and APIs until told to stop
    Serve,
    /// Bring the database's schema up to date
    Migrate,
    /// Print each setting, its value, and where it comes from
    Config,
    /// Fill a demo account and print its logins
    Demo,
    /// Accounts: make, list, switch features
    #[command(subcommand)]
    Account(account::Command),
    /// Users of an account: add, list, let in or out
    #[command(subcommand)]
    User(user::Command),
    /// Security profiles, the named sets of rights: make, list
    #[command(subcommand)]
    Profile(profile::Command),
    /// OAuth 1 consumers: make, list, delete
    #[command(subcommand)]
    Consumer(consumer::Command),
    /// OAuth 1 tokens: make, list, revoke
    #[command(subcommand)]
    Token(token::Command),
    /// OAuth 2 apps: make, list, change the token settings, give another secret, delete
    #[command(subcommand)]
    OauthApp(oauth_app::Command),
    /// The account's API key, by which connectors read the settings: show, rotate
    #[command(subcommand)]
    ApiKey(api_key::Command),
    /// The Integration settings as a file: export, compare, apply
    #[command(subcommand)]
    Settings(settings::Command),
    /// The keys that sign access tokens: list, rotate
    #[command(subcommand)]
    Keys(keys::Command),
    /// The master key, under which kept secrets are sealed
    #[command(subcommand)]
    MasterKey(master_key::Command),
}

impl Command {
    /// Whether it makes a database where there is none. The others find nothing to work with in a new one, and a wrong
    /// data folder would go unnoticed.
    fn may_begin_database(&self) -> bool {
        matches!(
            self,
            Self::Serve | Self::Migrate | Self::Demo | Self::Account(account::Command::Create { .. })
        )
    }
}

/// Which account a command works in.
#[derive(Debug, Args)]
struct InAccount {
    /// Account, by name or id; needed only where there are several
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,
}

impl InAccount {
    /// The operator, acting in the account.
    async fn operator(&self, portal: &Portal) -> portal::Result<Actor> {
        portal::accounts::operator(portal, self.account.as_deref()).await
    }
}

/// Does what the process's arguments say.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse_from(arguments(std::env::args_os(), |name| std::env::var_os(name).is_some()));
    let outcome = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(execute(cli.command, &cli.settings)),
        Err(error) => Err(Trouble::Input(format!("the program cannot start: {error}"))),
    };
    match outcome.and_then(|answer| answer.print(cli.json)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            trouble.print(cli.json);
            ExitCode::FAILURE
        }
    }
}

/// The program's name and arguments. `cargo leptos watch` starts the server by the program's name alone, which otherwise
/// prints the help.
fn arguments(given: impl Iterator<Item = OsString>, is_set: impl Fn(&str) -> bool) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = given.collect();
    if arguments.len() == 1 && is_set("LEPTOS_OUTPUT_NAME") {
        arguments.push("serve".into());
    }
    arguments
}

async fn execute(command: Command, settings: &Overrides) -> Result<Answer, Trouble> {
    let config = Config::load(settings)?;
    match command {
        Command::Serve => {
            serve(config).await?;
            return Ok(Answer::nothing());
        }
        Command::Config => return Ok(config::show(&config)),
        _ => {}
    }
    let portal = if command.may_begin_database() {
        open(&config).await?
    } else {
        open_existing(&config).await?
    };
    let outcome = within(command, &portal, &config).await;
    portal.close().await;
    outcome
}

/// A command that works on an open portal.
async fn within(command: Command, portal: &Portal, config: &Config) -> Result<Answer, Trouble> {
    match command {
        Command::Serve | Command::Config => Ok(Answer::nothing()),
        Command::Migrate => Ok(database::migrated()),
        Command::Demo => demo::run(portal).await,
        Command::Account(command) => account::run(portal, command).await,
        Command::User(command) => user::run(portal, command).await,
        Command::Profile(command) => profile::run(portal, command).await,
        Command::Consumer(command) => consumer::run(portal, command).await,
        Command::Token(command) => token::run(portal, command).await,
        Command::OauthApp(command) => oauth_app::run(portal, config, command).await,
        Command::ApiKey(command) => api_key::run(portal, command).await,
        Command::Settings(command) => settings::run(portal, command).await,
        Command::Keys(command) => keys::run(portal, command).await,
        Command::MasterKey(command) => master_key::run(portal, command).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn cargo_leptos_starts_the_server_without_saying_so() {
        let given = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>().into_iter();
        let by_cargo_leptos = |name: &str| name == "LEPTOS_OUTPUT_NAME";
        assert_eq!(
            arguments(given(&["gatehouse"]), by_cargo_leptos),
            ["gatehouse", "serve"]
        );
        assert_eq!(
            arguments(given(&["gatehouse", "demo"]), by_cargo_leptos),
            ["gatehouse", "demo"]
        );
        assert_eq!(arguments(given(&["gatehouse"]), |_| false), ["gatehouse"]);
    }
}
