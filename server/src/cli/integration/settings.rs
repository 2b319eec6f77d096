//! `gatehouse settings`

use crate::cli::AccountArg;
use crate::cli::error::CliError;
use crate::cli::output::Output;
use crate::cli::stdin;
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use domain::integration::settings::{Difference, Edit, Saved, SettingKey, SettingPath, Settings, differences};
use portal::integration::settings;
use portal::integration::settings::file::{self, Format};
use portal::{Actor, Error, Portal};
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the settings in file format, without the client secret
    Export {
        /// File format
        #[arg(long, value_name = "FORMAT", default_value = "toml", value_parser = PossibleValuesParser::new(Format::ALL.map(Format::code)))]
        format: String,
        #[command(flatten)]
        account: AccountArg,
    },
    /// Print the changes that a file would make
    Diff {
        #[command(flatten)]
        file: SettingsFile,
        #[command(flatten)]
        account: AccountArg,
    },
    /// Replace the settings with those of a file, as one revision
    #[command(long_about = "\
Replaces the settings with those of a file, as one revision that every connected connector receives within a second. \
Settings that the file leaves out are reset to their defaults: the file is the complete configuration, except for the \
client secret, which is kept.

Prints the changes and asks for confirmation first; --yes skips the question.")]
    Apply {
        #[command(flatten)]
        file: SettingsFile,
        /// Apply without asking for confirmation
        #[arg(long, conflicts_with = "dry_run")]
        yes: bool,
        /// Print the changes without applying them
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        account: AccountArg,
    },
}

/// Names a file with Integration settings.
#[derive(Debug, Args)]
pub(crate) struct SettingsFile {
    /// TOML or JSON file, detected by its name or content; - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl SettingsFile {
    fn is_standard_input(&self) -> bool {
        self.file.as_os_str() == "-"
    }

    fn read(&self) -> Result<Settings, CliError> {
        let name = self.file.display();
        let text = if self.is_standard_input() {
            stdin::text()
        } else {
            std::fs::read_to_string(&self.file)
        };
        let text = text.map_err(|error| CliError::Input(format!("couldn't read {name}: {error}")))?;
        let settings = file::parse(&text, Format::of(&name.to_string(), &text));
        settings.map_err(|errors| Error::from(errors).into())
    }
}

pub(crate) async fn run(portal: &Portal, command: Command) -> Result<Output, CliError> {
    match command {
        Command::Export { format, account } => {
            let operator = account.operator(portal).await?;
            let settings = settings::get(portal, &operator).await?.settings;
            let format = Format::from_code(&format).unwrap_or(Format::Toml);
            let text = file::print(&settings, format);
            Ok(Output::new(text.trim_end(), json!(settings)))
        }
        Command::Diff { file, account } => {
            let new = file.read()?;
            let operator = account.operator(portal).await?;
            let current = settings::get(portal, &operator).await?.settings;
            Ok(diff_output(&differences(&current, &new)))
        }
        Command::Apply {
            file,
            yes,
            dry_run,
            account,
        } => {
            let new = file.read()?;
            let operator = account.operator(portal).await?;
            let current = settings::get(portal, &operator).await?;
            let changes = differences(&current.settings, &new);
            if dry_run || changes.is_empty() {
                return Ok(diff_output(&changes));
            }
            if !yes && !confirm(&file, &changes)? {
                return Ok(Output::new(
                    "No changes were made.",
                    json!({ "revision": current.revision }),
                ));
            }
            apply(portal, &operator, current.revision, new, &changes).await
        }
    }
}

/// Asks for confirmation on the terminal.
fn confirm(file: &SettingsFile, changes: &[Difference]) -> Result<bool, CliError> {
    if file.is_standard_input() || !stdin::is_terminal() {
        let message = "can't ask for confirmation without a terminal: use --yes to apply the file, or --dry-run to see \
                       the changes";
        return Err(CliError::Input(message.to_owned()));
    }
    let question = format!("{}\nApply these changes?", format_changes(changes));
    stdin::confirm(&question).map_err(|error| CliError::Input(format!("couldn't read the confirmation: {error}")))
}

async fn apply(
    portal: &Portal,
    operator: &Actor,
    base: i64,
    new: Settings,
    changes: &[Difference],
) -> Result<Output, CliError> {
    match settings::save(portal, operator, base, &Edit::Replace(Box::new(new))).await? {
        Saved::New(revision) | Saved::Unchanged(revision) => {
            let text = format!("{}\nSaved as revision {revision}.", format_changes(changes));
            let changes: Vec<Value> = changes.iter().map(|change| json!(change)).collect();
            Ok(Output::new(text, json!({ "revision": revision, "changes": changes })))
        }
        Saved::Conflict(conflicts) => {
            let message = format!(
                "Someone else saved revision {} with conflicting changes. Run the diff again and retry.",
                conflicts.revision
            );
            Err(Error::Conflict(message).into())
        }
    }
}

fn diff_output(changes: &[Difference]) -> Output {
    let text = if changes.is_empty() {
        "No changes: the settings match the file.".to_owned()
    } else {
        format_changes(changes)
    };
    Output::new(text, changes.iter().map(|change| json!(change)).collect())
}

fn format_changes(changes: &[Difference]) -> String {
    changes.iter().map(format_change).collect::<Vec<_>>().join("\n")
}

/// Formats a change: `+` for an added field, `-` for a removed field, `~` for a changed setting.
fn format_change(change: &Difference) -> String {
    let section = section_name(&change.path);
    let value = |value: &Option<String>| match value {
        Some(value) => format!("{value:?}"),
        None => "not set".to_owned(),
    };
    match (change.path.key, &change.before, &change.after) {
        (SettingKey::Field, None, Some(_)) => format!("+ {section}"),
        (SettingKey::Field, Some(_), None) => format!("- {section}"),
        (key, before, after) => format!("~ {section}: {}: {} → {}", key.label(), value(before), value(after)),
    }
}

/// Returns the content field or the section that a setting belongs to.
fn section_name(path: &SettingPath) -> &str {
    match &path.field {
        Some(field) => field,
        None if SettingKey::OPTIONS.contains(&path.key) => "Global field settings",
        None => "Settings",
    }
}
