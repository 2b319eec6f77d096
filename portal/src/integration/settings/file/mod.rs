//! Reads and writes the settings as a file for version control, with the names that connectors read and without the
//! client secret.

use domain::fields::FieldErrors;
use domain::integration::settings::{MAX_FIELD_NAME_CHARS, MAX_FIELDS, MAX_SEARCH_TERM_CHARS, Settings};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use std::collections::BTreeMap;

/// The comment at the top of a TOML file.
const TOML_HEADER: &str = "\
# Settings of the Integration section. Options that a field omits are taken from [global].
# `gatehouse settings diff FILE` shows what this file would change, `gatehouse settings apply FILE` applies it.

";

/// The maximum size of a file, in bytes: the maximum number of fields, each with the longest name and search term of
/// four bytes per character, and room for the names, quotes and line breaks around them.
pub const MAX_FILE_BYTES: usize = MAX_FIELDS * (4 * (MAX_FIELD_NAME_CHARS + MAX_SEARCH_TERM_CHARS) + 512) + 64 * 1024;

/// The maximum number of errors reported for a file.
const MAX_ERRORS: usize = 20;

/// The maximum length of an error message, in characters, because it may quote the file.
const MAX_MESSAGE_CHARS: usize = 300;

/// Lists the file formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// TOML, for people.
    Toml,
    /// JSON, for programs.
    Json,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 2] = [Self::Toml, Self::Json];

    /// Returns the format's name, which is also the file extension.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Toml => "toml",
            Self::Json => "json",
        }
    }

    /// Returns the format with this name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.code() == code)
    }

    /// Detects the format of a file by its extension or else by its content: a JSON object starts with a brace, TOML
    /// never does.
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

    /// Returns the media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Toml => "application/toml",
            Self::Json => "application/json",
        }
    }
}

/// Parses a file. Omitted settings have their defaults.
///
/// # Errors
/// Returns a validation error by setting and line for what can't be parsed or is unknown, or by setting for each
/// invalid value.
pub fn parse(text: &str, format: Format) -> Result<Settings, FieldErrors> {
    if text.len() > MAX_FILE_BYTES {
        let message = format!("Use a file of at most {} KiB.", MAX_FILE_BYTES / 1024);
        return Err(FieldErrors::single("file", message));
    }
    // Some editors on Windows add a byte order mark.
    let text = text.trim_start_matches('\u{feff}');
    let settings: Settings = match format {
        Format::Json => {
            let describe = |error: &serde_json::Error| error.to_string();
            check_tables(&read(&mut serde_json::Deserializer::from_str(text), describe)?)?;
            let mut reader = serde_json::Deserializer::from_str(text);
            let settings = read(&mut reader, describe)?;
            reader
                .end()
                .map_err(|error| FieldErrors::single("file", shorten(&error.to_string())))?;
            settings
        }
        Format::Toml => {
            let unread = |error| FieldErrors::single("file", parse_error_message(text, &error));
            let reader = || toml::Deserializer::parse(text).map_err(unread);
            check_tables(&read(reader()?, |error| parse_error_message(text, error))?)?;
            read(reader()?, |error| parse_error_message(text, error))?
        }
    };
    settings.validate().map_err(limit_errors)
}

/// Holds a parsed file before its values are validated.
type RawFile = BTreeMap<String, RawValue>;

#[derive(Deserialize)]
#[serde(untagged)]
enum RawValue {
    Table(#[expect(dead_code, reason = "only the kind of value matters")] BTreeMap<String, IgnoredAny>),
    List(Vec<RawValue>),
    Other(IgnoredAny),
}

/// Rejects a list in place of a table, which serde would accept as the members in declaration order.
fn check_tables(file: &RawFile) -> Result<(), FieldErrors> {
    let mut errors = FieldErrors::default();
    let mut expect_table = |value: &RawValue, place: &str| {
        if !matches!(value, RawValue::Table(_)) {
            errors.add(place, "Expected a table of names and values.");
        }
    };
    for (name, value) in file {
        match (name.as_str(), value) {
            ("portal" | "global", value) => expect_table(value, name),
            ("fields", RawValue::List(fields)) => {
                for (index, field) in fields.iter().enumerate() {
                    expect_table(field, &format!("fields[{index}]"));
                }
            }
            _ => {}
        }
    }
    errors.into_result(()).map_err(limit_errors)
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
        FieldErrors::single(&place, shorten(&describe(error.inner())))
    })
}

/// Formats a TOML error as one line; the error's own display quotes the passage.
fn parse_error_message(text: &str, error: &toml::de::Error) -> String {
    let message = error.message();
    match error.span().and_then(|span| text.get(..span.start)) {
        Some(before) => format!("{message} at line {}", before.matches('\n').count() + 1),
        None => message.to_owned(),
    }
}

/// Limits the number and the length of the errors.
fn limit_errors(mut errors: FieldErrors) -> FieldErrors {
    let more = errors.0.len().saturating_sub(MAX_ERRORS);
    errors.0.truncate(MAX_ERRORS);
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
    let mut short: String = message.chars().take(MAX_MESSAGE_CHARS).collect();
    if short.len() < message.len() {
        short.push('…');
    }
    short
}

/// Formats the settings as a file that [`parse`] reads back.
#[must_use]
pub fn print(settings: &Settings, format: Format) -> String {
    // Serialization can't fail for the settings' types: strings, booleans, lists and tables.
    match format {
        Format::Json => {
            let mut text = serde_json::to_string_pretty(settings).unwrap_or_default();
            text.push('\n');
            text
        }
        Format::Toml => format!("{TOML_HEADER}{}", toml::to_string(settings).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests;
