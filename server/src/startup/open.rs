//! From the settings to an open portal.

use crate::config::Config;
use portal::{Clock, Location, Options, Portal, Result};
use std::path::Path;

/// Opens the portal, making the data folder, the database and the master key where there are none, and bringing the
/// database's schema up to date.
///
/// # Errors
/// [`portal::Error::Unavailable`] with a sentence for the operator.
pub async fn open(config: &Config) -> Result<Portal> {
    make_folder(&config.data_dir)?;
    if let Location::File(path) = &config.database
        && let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
    {
        make_folder(folder)?;
    }
    Portal::open(options(config)?).await
}

/// As [`open`], on a database that is there: nothing is made.
///
/// # Errors
/// [`portal::Error::Unavailable`] with a sentence for the operator.
pub async fn open_existing(config: &Config) -> Result<Portal> {
    Portal::open_existing(options(config)?).await
}

fn options(config: &Config) -> Result<Options> {
    Ok(Options {
        database: config.database.clone(),
        keyring: config.keyring()?,
        clock: Clock::System,
        outgoing: portal::http_client::Policy {
            private_hosts: config.allowed_private_hosts.clone(),
            ..portal::http_client::Policy::default()
        },
    })
}

/// Makes a folder that is its owner's alone. One that is there stays as it is.
fn make_folder(path: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| portal::Error::Unavailable {
        message: "the data folder cannot be made",
        source: format!("{}: {error}", path.display()).into(),
    })
}
