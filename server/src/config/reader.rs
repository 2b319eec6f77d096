//! Reads settings one by one, and records what holds and where it came from.

use crate::config::parse::DisplayRedacted;
use crate::config::smtp::{default_smtp_tls, parse_smtp_tls, parse_smtp_url, smtp_config};
use crate::config::sources::{RawValue, Sources};
use crate::config::{ConfigError, ConfigKey, Entry, Source};
use portal::mail::SmtpConfig;
use portal::{Keyring, Secret};
use std::path::Path;

/// Reads settings from the sources and records each as an [`Entry`].
pub(super) struct Reader<'a> {
    pub sources: Sources<'a>,
    pub entries: Vec<Entry>,
}

impl Reader<'_> {
    /// Reads one setting with `parse`, or takes its default, and records the effective value.
    pub fn value<T: DisplayRedacted>(
        &mut self,
        key: ConfigKey,
        default: impl FnOnce() -> T,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<T, ConfigError> {
        let (value, source) = match self.sources.find(key)? {
            None => (default(), Source::Default),
            Some(RawValue { text, source }) => match parse(text.trim()) {
                Ok(value) => (value, source),
                Err(message) => {
                    return Err(ConfigError::Value {
                        key,
                        origin: source,
                        message,
                    });
                }
            },
        };
        self.entries.push(Entry {
            key,
            value: value.display_redacted(),
            source,
        });
        Ok(value)
    }

    /// Returns the recorded settings, in the order in which they are printed.
    pub fn into_entries(mut self) -> Vec<Entry> {
        self.entries.sort_by_key(|entry| entry.key as usize);
        self.entries
    }

    /// Reads the mail server and the encryption of its connection.
    pub fn smtp(&mut self) -> Result<Option<SmtpConfig>, ConfigError> {
        let server = self.value(ConfigKey::SmtpUrl, || None, parse_smtp_url)?;
        let key = ConfigKey::SmtpTls;
        let tls = self.value(key, || default_smtp_tls(server.as_ref()), parse_smtp_tls)?;
        let Some(server) = server else { return Ok(None) };
        smtp_config(server, tls)
            .map(Some)
            .map_err(|message| ConfigError::Value {
                key,
                origin: self
                    .entries
                    .last()
                    .map_or(Source::Default, |entry| entry.source.clone()),
                message,
            })
    }

    /// Reads the master keys, or records that they are in a file.
    pub fn master_key(&mut self, data_dir: &Path) -> Result<Option<Secret>, ConfigError> {
        let key = ConfigKey::MasterKey;
        let Some(RawValue { text, source }) = self.sources.find(key)? else {
            let value = format!("in {}", data_dir.join("master.key").display());
            self.entries.push(Entry {
                key,
                value,
                source: Source::Default,
            });
            return Ok(None);
        };
        let secret = Secret::new(text);
        match Keyring::parse(secret.expose()) {
            Ok(_) => {
                self.entries.push(Entry {
                    key,
                    value: "[redacted]".to_owned(),
                    source,
                });
                Ok(Some(secret))
            }
            Err(error) => Err(ConfigError::Value {
                key,
                origin: source,
                message: error.to_string(),
            }),
        }
    }
}
