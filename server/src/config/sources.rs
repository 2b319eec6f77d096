//! The places that settings are read from: command line over environment over file.

use crate::config::setting::{Setting, Source};
use crate::config::{InvalidConfig, Overrides};
use std::path::{Path, PathBuf};

/// The file that is read when none is named, if it is there.
const FILE: &str = "gatehouse.toml";

/// The variable that names another file.
const FILE_VARIABLE: &str = "GATEHOUSE_CONFIG";

/// Looks a variable of the environment up; nothing for one that is empty, as an unset one often is in a service file.
pub(crate) type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A text that someone has given for a setting.
pub(crate) struct Given {
    pub text: String,
    pub source: Source,
}

pub(crate) struct Sources<'a> {
    overrides: &'a Overrides,
    environment: Environment<'a>,
    file: Option<(PathBuf, toml::Table)>,
}

impl<'a> Sources<'a> {
    pub fn open(overrides: &'a Overrides, environment: Environment<'a>) -> Result<Self, InvalidConfig> {
        let named = overrides
            .config
            .clone()
            .or_else(|| environment(FILE_VARIABLE).map(PathBuf::from));
        let file = match named {
            Some(path) => Some(read(&path)?),
            None if Path::new(FILE).exists() => Some(read(Path::new(FILE))?),
            None => None,
        };
        Ok(Self {
            overrides,
            environment,
            file,
        })
    }

    /// What holds for `setting`, unless it is left to its default.
    pub fn find(&self, setting: Setting) -> Result<Option<Given>, InvalidConfig> {
        if let Some(text) = self.overrides.get(setting) {
            return Ok(Some(Given {
                text,
                source: Source::CommandLine,
            }));
        }
        if let Some(given) = self.variable(setting.variable()) {
            return Ok(Some(given));
        }
        if let Some((path, table)) = &self.file
            && let Some(value) = table.get(setting.name())
        {
            let source = Source::File(path.clone());
            return match text(value) {
                Some(text) => Ok(Some(Given { text, source })),
                None => Err(InvalidConfig::Value {
                    setting,
                    origin: source,
                    message: "it must be a text, a number, true or false, or a list of texts".to_owned(),
                }),
            };
        }
        Ok(setting.build_variable().and_then(|name| self.variable(name.to_owned())))
    }

    fn variable(&self, name: String) -> Option<Given> {
        let text = (self.environment)(&name)?;
        Some(Given {
            text,
            source: Source::Environment(name),
        })
    }
}

fn read(path: &Path) -> Result<(PathBuf, toml::Table), InvalidConfig> {
    let wrong = |message: String| InvalidConfig::File {
        path: path.to_owned(),
        message,
    };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(format!("it cannot be read: {error}")))?;
    // The parser's own message shows the line, which may hold a secret.
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error
            .span()
            .map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        wrong(format!("line {line}: {}", error.message().replace('\n', ", ")))
    })?;
    for key in table.keys() {
        if !Setting::ALL.iter().any(|setting| setting.name() == key) {
            let names: Vec<_> = Setting::ALL.iter().map(|setting| setting.name()).collect();
            return Err(wrong(format!(
                "there is no setting \"{key}\"; there are {}",
                names.join(", ")
            )));
        }
    }
    Ok((path.to_owned(), table))
}

/// A value as it would stand in the environment.
fn text(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(flag) => Some(flag.to_string()),
        toml::Value::Array(parts) => {
            let parts: Option<Vec<_>> = parts.iter().map(toml::Value::as_str).collect();
            parts.map(|parts| parts.join(","))
        }
        _ => None,
    }
}
