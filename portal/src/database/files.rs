//! The files of a SQLite database: detects when they are moved or replaced, and locks them against other processes.

use crate::database::runtime_lock::{self, RuntimeLocks};
use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The suffixes of the database file, its write-ahead log, and the log's index.
const SUFFIXES: [&str; 3] = ["", "-wal", "-shm"];

/// The error for a database file that is no longer the one that was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DisplacedError {
    /// The file no longer exists.
    Missing,
    /// The file was replaced by a different one.
    Replaced,
}

impl DisplacedError {
    /// Returns what happened and what to do, for the operator.
    pub fn message(self) -> &'static str {
        match self {
            Self::Missing => "a database file was moved or deleted; restore it or restart the server",
            Self::Replaced => "a database file was replaced; restart the server",
        }
    }
}

/// Identifies a file independent of its name, by device and inode.
type FileId = (u64, u64);

/// The files of an open database, and the lock that marks them as in use.
#[derive(Debug)]
pub(crate) struct DatabaseFiles {
    path: PathBuf,
    /// The ids of the opened files, in the order of [`SUFFIXES`]. `None` for a file that doesn't exist yet.
    opened: Mutex<[Option<FileId>; 3]>,
    in_use: Mutex<Option<InUseLocks>>,
}

/// The locks that mark a database as in use, in its folder and outside of it.
#[derive(Debug)]
pub(crate) struct InUseLocks {
    file: File,
    runtime: RuntimeLocks,
}

impl DatabaseFiles {
    /// Records the files of the database at `path`, which has just been opened.
    pub fn new(path: &Path, in_use: InUseLocks) -> Self {
        let files = Self {
            path: path.to_owned(),
            opened: Mutex::default(),
            in_use: Mutex::new(Some(in_use)),
        };
        files.opened.lock().unwrap_or_else(PoisonError::into_inner)[0] = file_id_at(path).ok().flatten();
        files
    }

    /// Returns the path of the database file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Resets the ids of the log and its index, since SQLite deletes both when the last connection closes and then creates
    /// new ones.
    pub fn reset_log(&self) {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        opened[1..].fill(None);
    }

    /// Checks that each file is still the one that was opened, while the files are in use.
    ///
    /// # Errors
    /// Returns [`DisplacedError`] for the first file that is not.
    pub fn check(&self) -> Result<(), DisplacedError> {
        if self.in_use.lock().unwrap_or_else(PoisonError::into_inner).is_none() {
            return Ok(());
        }
        self.renew_locks();
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        for (suffix, opened) in SUFFIXES.iter().zip(opened.iter_mut()) {
            let mut name = self.path.clone().into_os_string();
            name.push(suffix);
            // An inaccessible file, for example on an unmounted volume, counts as missing.
            match (*opened, file_id_at(Path::new(&name)).unwrap_or_default()) {
                (Some(_), None) => return Err(DisplacedError::Missing),
                (Some(before), Some(now)) if before != now => return Err(DisplacedError::Replaced),
                (None, now) => *opened = now,
                _ => {}
            }
        }
        Ok(())
    }

    /// Acquires the locks again whose files were moved together with the database, as long as the folder exists, or deleted.
    fn renew_locks(&self) {
        let mut in_use = self.in_use.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(held) = in_use.as_mut() else { return };
        held.runtime.renew(&self.path);
        let path = lock_path(&self.path);
        if is_at(&held.file, &path) {
            return;
        }
        if let Ok(file) = open_lock(&path)
            && file.try_lock_shared().is_ok()
        {
            held.file = file;
        }
    }

    /// Releases the locks when this process no longer uses the files.
    pub fn release(&self) {
        self.in_use.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// The error for a database that can't be created.
#[derive(Debug)]
pub(crate) enum CreateError {
    /// Another process uses the database whose file is missing.
    InUse,
    /// There is a write-ahead log without its database.
    Orphaned(PathBuf),
    /// The lock can't be acquired.
    Io(io::Error),
}

impl From<io::Error> for CreateError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Returns whether there is no database at `path`: no file, or an empty file, which SQLite treats as new.
pub(crate) fn is_missing(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.len() == 0) || matches!(file_id_at(path), Ok(None))
}

/// Marks the database at `path` as in use by this process until the returned locks are dropped. The caller must ensure that
/// no other process does so at the same time.
///
/// # Errors
/// Returns [`CreateError`] if the database is missing and must not be created.
pub(crate) fn lock_in_use(path: &Path) -> Result<InUseLocks, CreateError> {
    let file = open_lock(&lock_path(path))?;
    if is_missing(path) {
        if runtime_lock::is_in_use(path) {
            return Err(CreateError::InUse);
        }
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(CreateError::InUse),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        // SQLite would delete the log, and with it the last changes of a database that may only have been moved.
        if std::fs::metadata(&log).is_ok_and(|metadata| metadata.len() > 0) {
            return Err(CreateError::Orphaned(log.into()));
        }
        file.unlock()?;
    }
    file.lock_shared()?;
    Ok(InUseLocks {
        file,
        runtime: RuntimeLocks::acquire(path),
    })
}

/// Returns whether the folder of the database at `path` is missing while a process uses the database, which means that the
/// folder was moved away.
pub(crate) fn is_folder_moved(path: &Path) -> bool {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.is_some_and(|folder| !folder.exists()) && runtime_lock::is_in_use(path)
}

fn lock_path(path: &Path) -> PathBuf {
    path.with_extension("in-use")
}

fn open_lock(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).truncate(false).write(true).open(path)
}

/// Returns whether an open file is still the one at `path`.
pub(crate) fn is_at(file: &File, path: &Path) -> bool {
    let opened = file.metadata().ok().and_then(|metadata| file_id(&metadata));
    opened == file_id_at(path).ok().flatten()
}

fn file_id_at(path: &Path) -> io::Result<Option<FileId>> {
    match std::fs::metadata(path) {
        Ok(metadata) => Ok(file_id(&metadata)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn file_id(metadata: &Metadata) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn file_id(_: &Metadata) -> Option<FileId> {
    Some((0, 0))
}
