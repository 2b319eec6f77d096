//! The sources of configuration values, by precedence: command line, environment, file.

use crate::config::setting::{ConfigKey, Source};
use crate::config::{ConfigError, Overrides};
use std::path::{Path, PathBuf};

/// The file that is read by default, if it exists.
const DEFAULT_CONFIG_FILE: &str = "gatehouse.toml";

/// The environment variable that names another configuration file.
const CONFIG_FILE_VARIABLE: &str = "GATEHOUSE_CONFIG";

/// Looks up an environment variable. An empty variable counts as unset, as service files often set one to disable it.
pub(crate) type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Holds a value as text, before it is parsed, with its source.
pub(crate) struct RawValue {
    pub text: String,
    pub source: Source,
}

/// Holds the sources that can set a value.
pub(crate) struct Sources<'a> {
    overrides: &'a Overrides,
    environment: Environment<'a>,
    file: Option<(PathBuf, toml::Table)>,
}

impl<'a> Sources<'a> {
    /// Reads the configuration file: the named one, or the default file if it exists.
    ///
    /// # Errors
    /// [`ConfigError::File`] when the file can't be read, is not TOML or has an unknown key.
    pub fn open(overrides: &'a Overrides, environment: Environment<'a>) -> Result<Self, ConfigError> {
        let named = overrides
            .config
            .clone()
            .or_else(|| environment(CONFIG_FILE_VARIABLE).map(PathBuf::from));
        let file = match named {
            Some(path) => Some(read_file(&path)?),
            None if Path::new(DEFAULT_CONFIG_FILE).exists() => Some(read_file(Path::new(DEFAULT_CONFIG_FILE))?),
            None => None,
        };
        Ok(Self {
            overrides,
            environment,
            file,
        })
    }

    /// Returns the value of `key` from the source with the highest precedence, or `None` where no source sets it.
    ///
    /// # Errors
    /// [`ConfigError::Value`] when the value in the file has an unsupported type.
    pub fn find(&self, key: ConfigKey) -> Result<Option<RawValue>, ConfigError> {
        if let Some(text) = self.overrides.get(key) {
            return Ok(Some(RawValue {
                text,
                source: Source::CommandLine,
            }));
        }
        if let Some(value) = self.variable(key.env_variable()) {
            return Ok(Some(value));
        }
        if let Some((path, table)) = &self.file
            && let Some(value) = table.get(key.name())
        {
            let source = Source::File(path.clone());
            return match value_as_text(value) {
                Some(text) => Ok(Some(RawValue { text, source })),
                None => Err(ConfigError::Value {
                    key,
                    origin: source,
                    message: "must be a string, an integer, true or false, or a list of strings".to_owned(),
                }),
            };
        }
        Ok(key
            .cargo_leptos_variable()
            .and_then(|name| self.variable(name.to_owned())))
    }

    fn variable(&self, name: String) -> Option<RawValue> {
        let text = (self.environment)(&name)?;
        Some(RawValue {
            text,
            source: Source::Environment(name),
        })
    }
}

fn read_file(path: &Path) -> Result<(PathBuf, toml::Table), ConfigError> {
    let file_error = |message: String| ConfigError::File {
        path: path.to_owned(),
        message,
    };
    let text = std::fs::read_to_string(path).map_err(|error| file_error(format!("couldn't read the file: {error}")))?;
    // The full error of the parser quotes the line, which may hold a secret.
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error
            .span()
            .map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        file_error(format!("line {line}: {}", error.message().replace('\n', ", ")))
    })?;
    for name in table.keys() {
        if name.parse::<ConfigKey>().is_err() {
            let names: Vec<_> = ConfigKey::ALL.iter().map(|key| key.name()).collect();
            return Err(file_error(format!(
                "unknown setting \"{name}\"; use one of {}",
                names.join(", ")
            )));
        }
    }
    Ok((path.to_owned(), table))
}

/// Returns a TOML value in the form of an environment variable, or `None` for an unsupported type.
fn value_as_text(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(flag) => Some(flag.to_string()),
        toml::Value::Array(items) => {
            let items: Option<Vec<_>> = items.iter().map(toml::Value::as_str).collect();
            items.map(|items| items.join(","))
        }
        _ => None,
    }
}
