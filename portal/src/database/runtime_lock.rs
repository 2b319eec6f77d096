//! Marks a database as in use outside of its folder, so that it is not created again while a server uses a folder that was
//! moved away. The locks only hold for processes of the same user that share a folder for them, so not for those of another
//! machine or container. Where no folder can be used for them, as in a container without writable folders, there are none.

use crate::crypto::secret;
use crate::database::files::is_at;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The locks of a database that this process uses, one in each folder of [`lock_folders`]. Released on drop, or by the
/// kernel when the process is killed.
#[derive(Debug)]
pub(crate) struct RuntimeLocks(Vec<(PathBuf, File)>);

impl RuntimeLocks {
    /// Marks the database at `path` as in use by this process.
    pub fn acquire(path: &Path) -> Self {
        Self(lock_all(path))
    }

    /// Locks the files again if one was deleted, as programs that clean up temporary folders do.
    pub fn renew(&mut self, path: &Path) {
        if self.0.iter().any(|(path, file)| !is_at(file, path)) {
            self.0 = lock_all(path);
        }
    }
}

impl Drop for RuntimeLocks {
    fn drop(&mut self) {
        for (path, file) in self.0.drain(..) {
            // Unless another process uses the database, too, with this file or with one that replaced it.
            if file.try_lock().is_ok() && is_at(&file, &path) {
                let _ = std::fs::remove_file(path);
            }
        }
    }
}

/// Returns whether a process has marked the database at `path` as in use.
pub(crate) fn is_in_use(path: &Path) -> bool {
    lock_paths(path).iter().any(|path| {
        let file = File::open(path);
        file.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
    })
}

/// Opens and locks the lock files of the database at `path`. Skips those that can't be used.
fn lock_all(path: &Path) -> Vec<(PathBuf, File)> {
    let locked = lock_paths(path).into_iter().filter_map(|path| {
        let file = lock(&path).ok()?;
        Some((path, file))
    });
    locked.collect()
}

/// Opens and locks a file, again if the last process that used it has deleted it meanwhile.
fn lock(path: &Path) -> io::Result<File> {
    loop {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        file.lock_shared()?;
        if is_at(&file, path) {
            return Ok(file);
        }
    }
}

/// Returns the paths of a database's lock files, which don't depend on where its folder is now.
fn lock_paths(database: &Path) -> Vec<PathBuf> {
    let Ok(absolute) = std::path::absolute(database) else {
        return Vec::new();
    };
    let digest = secret::digest(absolute.as_os_str().as_encoded_bytes());
    let name: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    lock_folders().iter().map(|folder| folder.join(&name)).collect()
}

/// Returns the folders for lock files. There can be two, since a command may run without the variable that the server has.
fn lock_folders() -> Vec<PathBuf> {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let parents = runtime.into_iter().filter(|folder| folder.is_absolute());
    let parents = parents.chain([std::env::temp_dir()]);
    parents.filter_map(|parent| own_folder(&parent).ok()).collect()
}

/// Returns the folder of this process's user in `parent`, which others may write to. Creates it if it is missing.
///
/// # Errors
/// Returns an error if the folder can't be created, is a symbolic link, or is accessible to others, who could replace the
/// files in it.
#[cfg(unix)]
fn own_folder(parent: &Path) -> io::Result<PathBuf> {
    use std::os::unix::fs::{DirBuilderExt, MetadataExt};
    let user = rustix::process::geteuid().as_raw();
    let folder = parent.join(format!("gatehouse-{user}"));
    match std::fs::DirBuilder::new().mode(0o700).create(&folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let metadata = std::fs::symlink_metadata(&folder)?;
    if metadata.is_dir() && metadata.uid() == user && metadata.mode() & 0o077 == 0 {
        Ok(folder)
    } else {
        Err(io::ErrorKind::PermissionDenied.into())
    }
}

#[cfg(not(unix))]
fn own_folder(_: &Path) -> io::Result<PathBuf> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, chown, symlink};

    #[test]
    fn lock_is_held_until_the_last_user_drops_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("used.db");
        assert!(!is_in_use(&path));
        let first = RuntimeLocks::acquire(&path);
        assert!(is_in_use(&path));
        assert!(!is_in_use(&folder.path().join("other.db")));
        let mut second = RuntimeLocks::acquire(&path);
        drop(first);
        for path in lock_paths(&path) {
            std::fs::remove_file(path).unwrap();
        }
        assert!(!is_in_use(&path));
        second.renew(&path);
        assert!(is_in_use(&path));
        drop(second);
        assert!(!is_in_use(&path));
        assert!(lock_paths(&path).iter().all(|path| !path.exists()));
    }

    #[test]
    fn lock_that_replaced_a_deleted_one_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("used.db");
        let outdated = RuntimeLocks::acquire(&path);
        for path in lock_paths(&path) {
            std::fs::remove_file(path).unwrap();
        }
        let current = RuntimeLocks::acquire(&path);
        drop(outdated);
        assert!(is_in_use(&path));
        drop(current);
        assert!(!is_in_use(&path));
    }

    #[test]
    fn folder_that_others_control_is_not_used() {
        let parent = tempfile::tempdir().unwrap();
        own_folder(&parent.path().join("missing")).unwrap_err();
        let folder = own_folder(parent.path()).unwrap();
        assert_eq!(own_folder(parent.path()).unwrap(), folder);
        let names: Vec<_> = std::fs::read_dir(parent.path()).unwrap().collect();
        assert_eq!(names.len(), 1, "{names:?}");
        for mode in [0o770, 0o707, 0o755] {
            std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(mode)).unwrap();
            own_folder(parent.path()).unwrap_err();
        }
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).unwrap();
        own_folder(parent.path()).unwrap();
        // Only root may give a folder away.
        if chown(&folder, Some(1), None).is_ok() {
            own_folder(parent.path()).unwrap_err();
        }
        std::fs::remove_dir(&folder).unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        symlink(elsewhere.path(), &folder).unwrap();
        own_folder(parent.path()).unwrap_err();
    }
}
