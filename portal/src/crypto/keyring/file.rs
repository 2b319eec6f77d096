//! The file with the master keys, one per line, newest first.

use crate::crypto::keyring::{new_master_key, split_keys};
use crate::infra::error::{Error, Result};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The master key file.
#[derive(Debug)]
pub(crate) struct KeyFile(PathBuf);

/// Identifies a version of the file without reading it. The file is only replaced as a whole by a new file next to it, so
/// the versions differ at least in their inode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileVersion {
    inode: u64,
    modified: Option<std::time::SystemTime>,
}

impl KeyFile {
    /// Returns the key file at `path`, which need not exist.
    pub fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Returns whether the file doesn't exist.
    pub fn is_missing(&self) -> bool {
        matches!(fs::metadata(&self.0), Err(error) if error.kind() == io::ErrorKind::NotFound)
    }

    /// Creates the file with a new key, unless another process has just created it.
    pub fn create(&self) -> Result<()> {
        match create(&self.0) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(Error::unavailable("the master key file cannot be created", error)),
        }
    }

    /// Returns the current version of the file.
    pub fn version(&self) -> Result<FileVersion> {
        let metadata = fs::metadata(&self.0).map_err(read_error)?;
        Ok(FileVersion {
            inode: inode(&metadata),
            modified: metadata.modified().ok(),
        })
    }

    /// Reads the keys.
    pub fn read(&self) -> Result<Zeroizing<String>> {
        self.check_mode()?;
        fs::read_to_string(&self.0).map(Zeroizing::new).map_err(read_error)
    }

    /// Adds a new key in front of the others. The caller must prevent concurrent changes.
    pub fn add_key(&self) -> Result<()> {
        let current = self.read()?;
        let mut keys = Zeroizing::new(format!("{}\n", new_master_key().expose()));
        for key in split_keys(&current) {
            keys.push_str(key);
            keys.push('\n');
        }
        self.replace(&keys)
    }

    /// Removes all keys but the first. The caller must prevent concurrent changes.
    pub fn remove_old_keys(&self) -> Result<()> {
        let current = self.read()?;
        let first = split_keys(&current).next().unwrap_or_default();
        self.replace(&format!("{first}\n"))
    }

    /// Replaces the file atomically: concurrent readers and a power cut see either the old or the new file.
    fn replace(&self, keys: &str) -> Result<()> {
        let replace = || {
            let temp = write_temp_file(&self.0, keys)?;
            // The operator may be root, while the server runs as another user.
            copy_owner(&self.0, &temp.0)?;
            fs::rename(&temp.0, &self.0)?;
            // The rename is only durable after the folder is synced.
            if let Some(folder) = self.0.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                File::open(folder)?.sync_all()?;
            }
            Ok::<_, io::Error>(())
        };
        replace().map_err(write_error)
    }

    #[cfg(unix)]
    fn check_mode(&self) -> Result<()> {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&self.0).map_err(read_error)?.permissions().mode();
        if mode & 0o077 == 0 {
            Ok(())
        } else {
            let remedy = format!("run chmod 600 '{}'", self.0.display());
            Err(Error::unavailable(
                "the master key file is readable by other users",
                remedy,
            ))
        }
    }

    #[cfg(not(unix))]
    fn check_mode(&self) -> Result<()> {
        Ok(())
    }
}

/// Writes a new key to a temporary file and links it into place, so that of two concurrent processes one wins and neither
/// reads a partial file.
fn create(path: &Path) -> io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let temp = write_temp_file(path, &format!("{}\n", new_master_key().expose()))?;
    fs::hard_link(&temp.0, path)
}

/// A temporary file next to the key file. Deleted on drop, unless it was renamed.
struct TempFile(PathBuf);

impl Drop for TempFile {
    fn drop(&mut self) {
        // This fails if the file was renamed to the key file.
        let _ = fs::remove_file(&self.0);
    }
}

/// Writes the keys to a temporary file that only its owner can read.
fn write_temp_file(path: &Path, keys: &str) -> io::Result<TempFile> {
    let temp = TempFile(path.with_extension(format!("{}.new", std::process::id())));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temp.0)?;
    file.write_all(keys.as_bytes())?;
    file.sync_all()?;
    Ok(temp)
}

#[cfg(unix)]
fn copy_owner(path: &Path, temp: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, chown};
    let (current, new) = (fs::metadata(path)?, fs::metadata(temp)?);
    if (current.uid(), current.gid()) == (new.uid(), new.gid()) {
        return Ok(());
    }
    chown(temp, Some(current.uid()), Some(current.gid()))
}

#[cfg(not(unix))]
fn copy_owner(_: &Path, _: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> u64 {
    0
}

fn read_error(error: io::Error) -> Error {
    Error::unavailable("the master key file cannot be read", error)
}

fn write_error(error: io::Error) -> Error {
    Error::unavailable("the master key file cannot be written", error)
}
