//! The file that holds the master keys, one a line, the newest first.

use crate::crypto::keyring::{new_master_key, split};
use crate::infra::error::{Error, Result};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The key file.
#[derive(Debug)]
pub(crate) struct KeyFile(PathBuf);

/// Tells one state of the file from the next without reading it. The file is only ever replaced whole, and its
/// successor stands beside it before that, so they differ at least in their inode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Version {
    inode: u64,
    modified: Option<std::time::SystemTime>,
}

impl KeyFile {
    /// The file at `path`, whether it is there or not.
    pub fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Whether there is no such file.
    pub fn is_missing(&self) -> bool {
        matches!(fs::metadata(&self.0), Err(error) if error.kind() == io::ErrorKind::NotFound)
    }

    /// Makes the file with a new key, unless another process has just done so.
    pub fn create(&self) -> Result<()> {
        match create(&self.0) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(Error::unavailable("the master key file cannot be made", error)),
        }
    }

    /// Which version it is.
    pub fn version(&self) -> Result<Version> {
        let metadata = fs::metadata(&self.0).map_err(unreadable)?;
        Ok(Version {
            inode: inode(&metadata),
            modified: metadata.modified().ok(),
        })
    }

    /// What it holds.
    pub fn read(&self) -> Result<Zeroizing<String>> {
        self.check_mode()?;
        fs::read_to_string(&self.0).map(Zeroizing::new).map_err(unreadable)
    }

    /// Puts a new key in front of the others. The caller sees to it that no one else does so at the same time.
    pub fn add_key(&self) -> Result<()> {
        let kept = self.read()?;
        let mut keys = Zeroizing::new(format!("{}\n", new_master_key().expose()));
        for key in split(&kept) {
            keys.push_str(key);
            keys.push('\n');
        }
        self.replace(&keys)
    }

    /// Keeps the first key only. The caller sees to it that no one changes the file at the same time.
    pub fn keep_first(&self) -> Result<()> {
        let kept = self.read()?;
        let first = split(&kept).next().unwrap_or_default();
        self.replace(&format!("{first}\n"))
    }

    /// Whoever reads meanwhile reads the old file or the new one, and a power cut leaves one of the two.
    fn replace(&self, keys: &str) -> Result<()> {
        let replace = || {
            let draft = write_draft(&self.0, keys)?;
            // The operator may be root, and the server that has to read the file somebody else.
            keep_owner(&self.0, &draft.0)?;
            fs::rename(&draft.0, &self.0)?;
            // The name is in the folder, which has to reach the disk as well.
            if let Some(folder) = self.0.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                File::open(folder)?.sync_all()?;
            }
            Ok::<_, io::Error>(())
        };
        replace().map_err(unwritable)
    }

    #[cfg(unix)]
    fn check_mode(&self) -> Result<()> {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&self.0).map_err(unreadable)?.permissions().mode();
        if mode & 0o077 == 0 {
            Ok(())
        } else {
            let remedy = format!("run chmod 600 '{}'", self.0.display());
            Err(Error::unavailable("the master key file can be read by others", remedy))
        }
    }

    #[cfg(not(unix))]
    fn check_mode(&self) -> Result<()> {
        Ok(())
    }
}

/// Writes a new key beside the file and links it into place, so that of two processes that start at once one wins and
/// neither reads half a file.
fn create(path: &Path) -> io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let draft = write_draft(path, &format!("{}\n", new_master_key().expose()))?;
    fs::hard_link(&draft.0, path)
}

/// A file beside the key file, which is deleted with this, unless it was renamed.
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        // It is gone where it has become the key file.
        let _ = fs::remove_file(&self.0);
    }
}

/// Writes the keys into a file of this process beside the key file, which only its owner may read.
fn write_draft(path: &Path, keys: &str) -> io::Result<Draft> {
    let draft = Draft(path.with_extension(format!("{}.new", std::process::id())));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft.0)?;
    file.write_all(keys.as_bytes())?;
    file.sync_all()?;
    Ok(draft)
}

#[cfg(unix)]
fn keep_owner(path: &Path, draft: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, chown};
    let (kept, new) = (fs::metadata(path)?, fs::metadata(draft)?);
    if (kept.uid(), kept.gid()) == (new.uid(), new.gid()) {
        return Ok(());
    }
    chown(draft, Some(kept.uid()), Some(kept.gid()))
}

#[cfg(not(unix))]
fn keep_owner(_: &Path, _: &Path) -> io::Result<()> {
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

fn unreadable(error: io::Error) -> Error {
    Error::unavailable("the master key file cannot be read", error)
}

fn unwritable(error: io::Error) -> Error {
    Error::unavailable("the master key file cannot be written", error)
}
