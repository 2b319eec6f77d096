//! The command-line interface: starts the server and runs administrative commands.

mod error;
mod output;
mod stdin;

mod accounts;
mod infra;
mod integration;
mod mail;
mod oauth1;
mod oauth2;

use crate::cli::accounts::{account, profile, user};
use crate::cli::error::CliError;
use crate::cli::infra::{audit, config, database, demo, jobs, master_key};
use crate::cli::integration::{api_key, settings};
use crate::cli::mail::{email, outbox};
use crate::cli::oauth1::{consumer, token};
use crate::cli::oauth2::{keys, oauth_app};
use crate::cli::output::Output;
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
      Serves http://127.0.0.1:3000 and stores all data in ./data
  gatehouse account create --name Northwind --admin-name Ada --admin-email ada@example.com < password
      Creates an account without a browser
  gatehouse consumer create --name 'Web shop' --json
      Prints consumer_key and consumer_secret; the secret is shown only once
  gatehouse token create --user ada@example.com --consumer 'Web shop' --integration Contentful --json
      Prints token and token_secret; the secret is shown only once
  gatehouse oauth-app create --name Connector --grant client_credentials --user ada@example.com --scope asset:read --json
      Prints client_id and client_secret; the secret is shown only once
  gatehouse settings export > settings.toml
      Exports the Integration settings to a file, for 'gatehouse settings apply' on this or another server

All commands can be used while servers are running; changes take effect on every node within a second.";

/// Gatehouse, a self-hosted integration portal for digital asset management
///
/// Users issue API credentials in the browser, and applications use them to call the API. All data is stored in one
/// folder or in a PostgreSQL database.
#[derive(Debug, Parser)]
#[command(name = "gatehouse", version, after_long_help = EXAMPLES, subcommand_help_heading = "Commands", max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Print JSON: results to standard output, errors to standard error
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten)]
    overrides: Overrides,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the server
    Serve,
    /// Migrate the database schema to the current version
    Migrate,
    /// Print each configuration setting with its value and source
    Config,
    /// Create a demo account and print its logins
    Demo,
    /// Create and list accounts, turn features on or off
    #[command(subcommand)]
    Account(account::Command),
    /// Create, list, activate and deactivate users, change passwords
    #[command(subcommand)]
    User(user::Command),
    /// Create and list security profiles (named sets of rights)
    #[command(subcommand)]
    Profile(profile::Command),
    /// Create, list and delete OAuth 1.0a consumers
    #[command(subcommand)]
    Consumer(consumer::Command),
    /// Create, list and revoke OAuth 1.0a tokens
    #[command(subcommand)]
    Token(token::Command),
    /// Create, list, configure and delete OAuth 2.0 apps, add client secrets
    #[command(subcommand)]
    OauthApp(oauth_app::Command),
    /// Show and rotate the API key that connectors use
    #[command(subcommand)]
    ApiKey(api_key::Command),
    /// Export, compare and apply the Integration settings as a file
    #[command(subcommand)]
    Settings(settings::Command),
    /// List and rotate the keys that sign access tokens
    #[command(subcommand)]
    Keys(keys::Command),
    /// Verify the audit log
    #[command(subcommand)]
    Audit(audit::Command),
    /// Send a test email
    #[command(subcommand)]
    Email(email::Command),
    /// List and show the emails that wait for being sent
    #[command(subcommand)]
    Outbox(outbox::Command),
    /// List and retry background work
    #[command(subcommand)]
    Jobs(jobs::Command),
    /// Rotate the master key that encrypts stored secrets
    #[command(subcommand)]
    MasterKey(master_key::Command),
}

impl Command {
    /// Returns whether the command creates the database if it does not exist. The other commands need existing data,
    /// and creating an empty database would hide a wrong data folder.
    fn may_create_database(&self) -> bool {
        matches!(
            self,
            Self::Serve | Self::Migrate | Self::Demo | Self::Account(account::Command::Create { .. })
        )
    }
}

/// Selects the account that a command works in.
#[derive(Debug, Args)]
struct AccountArg {
    /// Account name or ID; required only if there is more than one account
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,
}

impl AccountArg {
    /// Returns the operator as an actor in the selected account.
    ///
    /// # Errors
    /// [`portal::Error::NotFound`] when the account does not exist, or those of
    /// [`operator`](portal::accounts::operator).
    async fn operator(&self, portal: &Portal) -> portal::Result<Actor> {
        portal::accounts::operator(portal, self.account.as_deref()).await
    }
}

/// Runs the command that the process's arguments name, and returns its exit code.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse_from(arguments(std::env::args_os(), |name| std::env::var_os(name).is_some()));
    let outcome = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(execute(cli.command, &cli.overrides, cli.json)),
        Err(error) => Err(CliError::Input(format!("couldn't start the async runtime: {error}"))),
    };
    match outcome.and_then(|output| output.print(cli.json)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error.print(cli.json);
            ExitCode::FAILURE
        }
    }
}

/// Returns the program's name and arguments. `cargo leptos watch` starts the server without arguments, which otherwise
/// prints the help, so `serve` is added for it.
fn arguments(args: impl Iterator<Item = OsString>, has_env_variable: impl Fn(&str) -> bool) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = args.collect();
    if arguments.len() == 1 && has_env_variable("LEPTOS_OUTPUT_NAME") {
        arguments.push("serve".into());
    }
    arguments
}

async fn execute(command: Command, overrides: &Overrides, as_json: bool) -> Result<Output, CliError> {
    let config = Config::load(overrides)?;
    match command {
        Command::Serve => {
            serve(config).await?;
            return Ok(Output::empty());
        }
        Command::Config => return Ok(config::show(&config)),
        _ => {}
    }
    let portal = if command.may_create_database() {
        open(&config).await?
    } else {
        open_existing(&config).await?
    };
    let outcome = run_command(command, &portal, &config, as_json).await;
    portal.close().await;
    outcome
}

/// Runs a command on an open portal.
async fn run_command(command: Command, portal: &Portal, config: &Config, as_json: bool) -> Result<Output, CliError> {
    match command {
        Command::Serve | Command::Config => Ok(Output::empty()),
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
        Command::Audit(command) => audit::run(portal, command).await,
        Command::Email(command) => email::run(portal, config, command, as_json).await,
        Command::Outbox(command) => outbox::run(portal, command).await,
        Command::Jobs(command) => jobs::run(portal, command).await,
        Command::MasterKey(command) => master_key::run(portal, command).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn command_definition_is_valid() {
        Cli::command().debug_assert();
    }

    #[test]
    fn cargo_leptos_without_arguments_runs_serve() {
        let args = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>().into_iter();
        let is_cargo_leptos = |name: &str| name == "LEPTOS_OUTPUT_NAME";
        assert_eq!(arguments(args(&["gatehouse"]), is_cargo_leptos), ["gatehouse", "serve"]);
        assert_eq!(
            arguments(args(&["gatehouse", "demo"]), is_cargo_leptos),
            ["gatehouse", "demo"]
        );
        assert_eq!(arguments(args(&["gatehouse"]), |_| false), ["gatehouse"]);
    }
}
