//! `gatehouse settings`

use crate::cli::InAccount;
use crate::cli::error::Trouble;
use crate::cli::output::Answer;
use crate::cli::stdin;
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use domain::integration::settings::{Difference, Edit, Member, Place, Saved, Settings, differences};
use portal::integration::settings;
use portal::integration::settings::file::{self, Format};
use portal::{Actor, Error, Portal};
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the settings as a file, without the client secret
    Export {
        /// What kind of file
        #[arg(long, value_name = "FORMAT", default_value = "toml", value_parser = PossibleValuesParser::new(Format::ALL.map(Format::code)))]
        format: String,
        #[command(flatten)]
        within: InAccount,
    },
    /// Print what a file would change
    Diff {
        #[command(flatten)]
        file: File,
        #[command(flatten)]
        within: InAccount,
    },
    /// Make the settings what a file says, in one revision
    #[command(long_about = "\
Makes the settings what a file says, in one revision which every listening connector has within a second. What the file \
leaves out becomes what it is by itself: a file is the whole configuration but for the client secret, which stays.

Says first what it changes, and asks; --yes does not ask.")]
    Apply {
        #[command(flatten)]
        file: File,
        /// Do not ask
        #[arg(long, conflicts_with = "dry_run")]
        yes: bool,
        /// Only say what would change
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        within: InAccount,
    },
}

/// A file with settings.
#[derive(Debug, Args)]
pub(crate) struct File {
    /// File in TOML or JSON, known by its name or else by its content; - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl File {
    fn is_standard_input(&self) -> bool {
        self.file.as_os_str() == "-"
    }

    fn read(&self) -> Result<Settings, Trouble> {
        let name = self.file.display();
        let text = if self.is_standard_input() {
            stdin::text()
        } else {
            std::fs::read_to_string(&self.file)
        };
        let text = text.map_err(|error| Trouble::Input(format!("{name} cannot be read: {error}")))?;
        let settings = file::parse(&text, Format::of(&name.to_string(), &text));
        settings.map_err(|errors| Error::from(errors).into())
    }
}

pub(crate) async fn run(portal: &Portal, command: Command) -> Result<Answer, Trouble> {
    match command {
        Command::Export { format, within } => {
            let operator = within.operator(portal).await?;
            let settings = settings::get(portal, &operator).await?.settings;
            let format = Format::from_code(&format).unwrap_or(Format::Toml);
            let text = file::print(&settings, format);
            Ok(Answer::new(text.trim_end(), json!(settings)))
        }
        Command::Diff { file, within } => {
            let wanted = file.read()?;
            let operator = within.operator(portal).await?;
            let current = settings::get(portal, &operator).await?.settings;
            Ok(described(&differences(&current, &wanted)))
        }
        Command::Apply {
            file,
            yes,
            dry_run,
            within,
        } => {
            let wanted = file.read()?;
            let operator = within.operator(portal).await?;
            let current = settings::get(portal, &operator).await?;
            let changes = differences(&current.settings, &wanted);
            if dry_run || changes.is_empty() {
                return Ok(described(&changes));
            }
            if !yes && !confirmed(&file, &changes)? {
                return Ok(Answer::new(
                    "Nothing was changed.",
                    json!({ "revision": current.revision }),
                ));
            }
            apply(portal, &operator, current.revision, wanted, &changes).await
        }
    }
}

/// Asks the person at the terminal.
fn confirmed(file: &File, changes: &[Difference]) -> Result<bool, Trouble> {
    if file.is_standard_input() || !stdin::is_terminal() {
        let sentence = "nobody can be asked here: give --yes to apply the file, or --dry-run to see what it changes";
        return Err(Trouble::Input(sentence.to_owned()));
    }
    let question = format!("{}\nApply this?", lines(changes));
    stdin::confirm(&question).map_err(|error| Trouble::Input(format!("the answer cannot be read: {error}")))
}

async fn apply(
    portal: &Portal,
    operator: &Actor,
    base: i64,
    wanted: Settings,
    changes: &[Difference],
) -> Result<Answer, Trouble> {
    match settings::save(portal, operator, base, &Edit::Whole(Box::new(wanted))).await? {
        Saved::New(revision) | Saved::Same(revision) => {
            let text = format!("{}\nThis is revision {revision}.", lines(changes));
            let changes: Vec<Value> = changes.iter().map(|change| json!(change)).collect();
            Ok(Answer::new(text, json!({ "revision": revision, "changes": changes })))
        }
        Saved::Clashes(clashes) => {
            let sentence = format!(
                "Somebody has saved revision {} meanwhile, which changes the same; see what the file changes now.",
                clashes.revision
            );
            Err(Error::Conflict(sentence).into())
        }
    }
}

fn described(changes: &[Difference]) -> Answer {
    let text = if changes.is_empty() {
        "The settings are what the file says.".to_owned()
    } else {
        lines(changes)
    };
    Answer::new(text, changes.iter().map(|change| json!(change)).collect())
}

fn lines(changes: &[Difference]) -> String {
    changes.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// `+` for a field that comes, `-` for one that goes, `~` for a member that changes.
fn line(change: &Difference) -> String {
    let place = name(&change.place);
    let value = |value: &Option<String>| match value {
        Some(value) => format!("{value:?}"),
        None => "left open".to_owned(),
    };
    match (change.place.member, &change.before, &change.after) {
        (Member::Field, None, Some(_)) => format!("+ {place}"),
        (Member::Field, Some(_), None) => format!("- {place}"),
        (member, before, after) => format!("~ {place}: {}: {} → {}", member.label(), value(before), value(after)),
    }
}

/// What a member belongs to.
fn name(place: &Place) -> &str {
    match &place.field {
        Some(field) => field,
        None if Member::OPTIONS.contains(&place.member) => "Global field settings",
        None => "Settings",
    }
}
