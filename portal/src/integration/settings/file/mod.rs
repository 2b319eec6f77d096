//! The settings as a file, to be kept in a repository: the same names as connectors read, without the client secret.

use domain::fields::FieldErrors;
use domain::integration::settings::{MAX_FIELD, MAX_FIELDS, MAX_TERM, Settings};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use std::collections::BTreeMap;

/// What stands at the top of a file that may have comments.
const COMMENT: &str = "\
# Settings of the Integration section. An option that a field leaves out is taken from [global].
# `gatehouse settings diff FILE` says what this file would change, `gatehouse settings apply FILE` changes it.

";

/// The longest file, in bytes: as many fields as there may be, each with the longest name and search term of four bytes a
/// character, and with room for the names, quotes and line breaks around them.
pub const MAX_FILE_BYTES: usize = MAX_FIELDS * (4 * (MAX_FIELD + MAX_TERM) + 512) + 64 * 1024;

/// The most complaints about one file: a thousand help nobody more.
const MAX_COMPLAINTS: usize = 20;

/// The longest complaint about a file, in characters: it may quote what stands there.
const MAX_MESSAGE: usize = 300;

/// The kinds of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// TOML, for people.
    Toml,
    /// JSON, for programs.
    Json,
}

impl Format {
    /// All there are.
    pub const ALL: [Self; 2] = [Self::Toml, Self::Json];

    /// The word for it, which files also end with.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Toml => "toml",
            Self::Json => "json",
        }
    }

    /// The one that `code` names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.code() == code)
    }

    /// The format of a file by its name, or else by its content: an object of JSON begins as no TOML does.
    #[must_use]
    pub fn of(name: &str, text: &str) -> Self {
        let extension = name
            .rsplit_once('.')
            .map(|(_, extension)| extension.to_ascii_lowercase());
        let named = extension.and_then(|extension| Self::from_code(&extension));
        named.unwrap_or(if text.trim_start().starts_with('{') {
            Self::Json
        } else {
            Self::Toml
        })
    }

    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Toml => "application/toml",
            Self::Json => "application/json",
        }
    }
}

/// Reads a file. What it leaves out holds by itself, as for an account that nobody has configured.
///
/// # Errors
/// A complaint for what cannot be read or is not known, by its place and line, or for each value that is not what it must
/// be, by its place.
pub fn parse(text: &str, format: Format) -> Result<Settings, FieldErrors> {
    if text.len() > MAX_FILE_BYTES {
        let sentence = format!("Use a file of at most {} KiB.", MAX_FILE_BYTES / 1024);
        return Err(FieldErrors::one("file", sentence));
    }
    // Editors on Windows begin a file with it.
    let text = text.trim_start_matches('\u{feff}');
    let settings: Settings = match format {
        Format::Json => {
            let describe = |error: &serde_json::Error| error.to_string();
            check(&read(&mut serde_json::Deserializer::from_str(text), describe)?)?;
            let mut reader = serde_json::Deserializer::from_str(text);
            let settings = read(&mut reader, describe)?;
            reader
                .end()
                .map_err(|error| FieldErrors::one("file", shorten(&error.to_string())))?;
            settings
        }
        Format::Toml => {
            let unread = |error| FieldErrors::one("file", describe(text, &error));
            let reader = || toml::Deserializer::parse(text).map_err(unread);
            check(&read(reader()?, |error| describe(text, error))?)?;
            read(reader()?, |error| describe(text, error))?
        }
    };
    settings.checked().map_err(brief)
}

/// A file before its values are looked at.
type Shape = BTreeMap<String, Part>;

#[derive(Deserialize)]
#[serde(untagged)]
enum Part {
    Table(#[expect(dead_code, reason = "that it is one is all")] BTreeMap<String, IgnoredAny>),
    List(Vec<Part>),
    Other(IgnoredAny),
}

/// Refuses a list where a table belongs: serde would take its items for members, in the order of the type.
fn check(shape: &Shape) -> Result<(), FieldErrors> {
    let mut errors = FieldErrors::default();
    let mut expect_table = |part: &Part, place: &str| {
        if !matches!(part, Part::Table(_)) {
            errors.add(place, "Expected names with values.");
        }
    };
    for (name, part) in shape {
        match (name.as_str(), part) {
            ("portal" | "global", part) => expect_table(part, name),
            ("fields", Part::List(fields)) => {
                for (index, field) in fields.iter().enumerate() {
                    expect_table(field, &format!("fields[{index}]"));
                }
            }
            _ => {}
        }
    }
    errors.or(()).map_err(brief)
}

fn read<'de, T: DeserializeOwned, D: serde::Deserializer<'de>>(
    reader: D,
    describe: impl FnOnce(&D::Error) -> String,
) -> Result<T, FieldErrors> {
    serde_path_to_error::deserialize(reader).map_err(|error| {
        let place = match error.path().to_string() {
            whole if whole == "." => "file".to_owned(),
            place => place,
        };
        FieldErrors::one(&place, shorten(&describe(error.inner())))
    })
}

/// One line, where TOML's own has the whole passage.
fn describe(text: &str, error: &toml::de::Error) -> String {
    let message = error.message();
    match error.span().and_then(|span| text.get(..span.start)) {
        Some(before) => format!("{message} at line {}", before.matches('\n').count() + 1),
        None => message.to_owned(),
    }
}

/// The first complaints, none of them longer than a person reads.
fn brief(mut errors: FieldErrors) -> FieldErrors {
    let more = errors.0.len().saturating_sub(MAX_COMPLAINTS);
    errors.0.truncate(MAX_COMPLAINTS);
    for error in &mut errors.0 {
        error.field = shorten(&error.field);
        error.message = shorten(&error.message);
    }
    if more > 0 {
        errors.add("", format!("and {more} more"));
    }
    errors
}

fn shorten(message: &str) -> String {
    let mut short: String = message.chars().take(MAX_MESSAGE).collect();
    if short.len() < message.len() {
        short.push('…');
    }
    short
}

/// Writes the file that [`parse`] reads the same settings from.
#[must_use]
pub fn print(settings: &Settings, format: Format) -> String {
    // Neither fails for what the settings are made of: texts, flags, lists and tables.
    match format {
        Format::Json => {
            let mut text = serde_json::to_string_pretty(settings).unwrap_or_default();
            text.push('\n');
            text
        }
        Format::Toml => format!("{COMMENT}{}", toml::to_string(settings).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests;
