//! Opens the portal from the configuration.

use crate::config::Config;
use portal::mail::MailConfig;
use portal::{Clock, Location, Options, Portal, Result};
use std::path::Path;

/// Opens the portal: creates the data folder, the database and the master key if they do not exist, and migrates the
/// database.
///
/// # Errors
/// [`portal::Error::Unavailable`] with a message for the operator.
pub async fn open(config: &Config) -> Result<Portal> {
    config.database.check_folder()?;
    create_dir(&config.data_dir)?;
    if let Location::File(path) = &config.database
        && let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
    {
        create_dir(folder)?;
    }
    Portal::open(options(config)?).await
}

/// Opens the portal on an existing database, without creating anything.
///
/// # Errors
/// [`portal::Error::Unavailable`] with a message for the operator.
pub async fn open_existing(config: &Config) -> Result<Portal> {
    Portal::open_existing(options(config)?).await
}

fn options(config: &Config) -> Result<Options> {
    Ok(Options {
        database: config.database.clone(),
        keyring: config.keyring()?,
        clock: Clock::System,
        http_client: portal::http_client::HttpClientConfig {
            private_hosts: config.allowed_private_hosts.clone(),
            ..portal::http_client::HttpClientConfig::default()
        },
        mail: MailConfig {
            smtp: config.smtp.clone(),
            sender: config.sender.clone(),
            public_url: config.public_url.clone(),
        },
    })
}

/// Creates a folder that only its owner can access (mode 0700). An existing folder is left unchanged.
fn create_dir(path: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| portal::Error::Unavailable {
        message: "couldn't create the data folder",
        source: format!("{}: {error}", path.display()).into(),
    })
}
