//! The files of a SQLite database: whether they are still where they were when it was opened, and who uses them.

use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The database itself, its write-ahead log, and the log's index.
const SUFFIXES: [&str; 3] = ["", "-wal", "-shm"];

/// Why the files are not as they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Displaced {
    /// There is no file of this name any more.
    Missing,
    /// There is another one.
    Replaced,
}

impl Displaced {
    /// What happened and what to do, for the operator.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Missing => "a file of the database was moved away or deleted; put it back, or restart the server",
            Self::Replaced => "a file of the database was replaced by another; restart the server",
        }
    }
}

/// Which file it is, whatever its name.
type FileId = (u64, u64);

/// The files, and the lock that says that this process uses them.
#[derive(Debug)]
pub(crate) struct DatabaseFiles {
    path: PathBuf,
    /// By the suffixes; none for a file that was not there yet.
    opened: Mutex<[Option<FileId>; 3]>,
    in_use: Mutex<Option<File>>,
}

impl DatabaseFiles {
    /// The files of the database at `path`, which has just been opened.
    pub fn new(path: &Path, in_use: File) -> Self {
        let files = Self {
            path: path.to_owned(),
            opened: Mutex::default(),
            in_use: Mutex::new(Some(in_use)),
        };
        files.opened.lock().unwrap_or_else(PoisonError::into_inner)[0] = find(path).ok().flatten();
        files
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Forgets the log and its index: SQLite deletes both when the last connection closes, and makes others.
    pub fn forget_log(&self) {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        opened[1..].fill(None);
    }

    /// Checks that each file has its name still, as long as the files are in use.
    ///
    /// # Errors
    /// [`Displaced`] for the first that has not.
    pub fn check(&self) -> Result<(), Displaced> {
        if self.in_use.lock().unwrap_or_else(PoisonError::into_inner).is_none() {
            return Ok(());
        }
        self.renew_lock();
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        for (suffix, opened) in SUFFIXES.iter().zip(opened.iter_mut()) {
            let mut name = self.path.clone().into_os_string();
            name.push(suffix);
            // What cannot be looked at, such as while the folder is not mounted, is not there.
            match (*opened, find(Path::new(&name)).unwrap_or_default()) {
                (Some(_), None) => return Err(Displaced::Missing),
                (Some(before), Some(now)) if before != now => return Err(Displaced::Replaced),
                (None, now) => *opened = now,
                _ => {}
            }
        }
        Ok(())
    }

    /// Takes the lock again where its file was moved away together with the database, as long as the folder is there.
    fn renew_lock(&self) {
        let mut in_use = self.in_use.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(held) = in_use.as_ref() else { return };
        let path = lock_path(&self.path);
        let held = held.metadata().ok().and_then(|metadata| id(&metadata));
        if held == find(&path).ok().flatten() {
            return;
        }
        if let Ok(file) = open_lock(&path)
            && file.try_lock_shared().is_ok()
        {
            *in_use = Some(file);
        }
    }

    /// Says that this process does not use the files any more.
    pub fn release(&self) {
        self.in_use.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// Why a database is not begun.
#[derive(Debug)]
pub(crate) enum NotBegun {
    /// Another process uses the database whose file is missing.
    InUse,
    /// There is a log without its database.
    Orphaned(PathBuf),
    /// The lock cannot be taken.
    Io(io::Error),
}

impl From<io::Error> for NotBegun {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Whether there is no database at `path`: no file, or an empty one, which SQLite takes for none.
pub(crate) fn is_missing(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.len() == 0) || matches!(find(path), Ok(None))
}

/// Says, until the file that is given back is closed, that this process uses the database at `path`. The caller sees to it
/// that no other process does so at the same time.
///
/// # Errors
/// [`NotBegun`] where the database is missing and must not be begun.
pub(crate) fn lock_in_use(path: &Path) -> Result<File, NotBegun> {
    let file = open_lock(&lock_path(path))?;
    if is_missing(path) {
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(NotBegun::InUse),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        // SQLite would delete it, with the last changes of a database that may only have been moved.
        if std::fs::metadata(&log).is_ok_and(|metadata| metadata.len() > 0) {
            return Err(NotBegun::Orphaned(log.into()));
        }
        file.unlock()?;
    }
    file.lock_shared()?;
    Ok(file)
}

fn lock_path(path: &Path) -> PathBuf {
    path.with_extension("in-use")
}

fn open_lock(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).truncate(false).write(true).open(path)
}

fn find(path: &Path) -> io::Result<Option<FileId>> {
    match std::fs::metadata(path) {
        Ok(metadata) => Ok(id(&metadata)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn id(metadata: &Metadata) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn id(_: &Metadata) -> Option<FileId> {
    Some((0, 0))
}
