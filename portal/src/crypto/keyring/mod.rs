//! The master keys, and encryption with them.
//!
//! An encrypted value is `version (1 byte) || key id (4 bytes) || nonce (12 bytes) || AES-256-GCM ciphertext and tag`. Its
//! additional data names the row that it belongs to, so that a value can't be moved to another row.
//!
//! Keys from a file are reloaded when the file is replaced, so that a key can be added while servers run (see
//! [`key_rotation`](crate::key_rotation)).

use crate::crypto::secret::{self, Secret};
use crate::infra::error::{Error, Result};
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use zeroize::Zeroizing;

mod file;

pub(crate) use crate::crypto::keyring::file::{FileVersion, KeyFile};

/// The format version of encrypted values.
const VERSION: u8 = 1;

/// The length of the version and the key id.
const HEADER_BYTES: usize = 1 + 4;

/// Holds the master keys. The first encrypts; each decrypts the values that it encrypted.
pub struct Keyring {
    file: Option<KeyFile>,
    loaded: RwLock<LoadedKeys>,
}

/// The keys as they were loaded.
struct LoadedKeys {
    keys: Arc<[Key]>,
    /// The version of the file that they are from.
    version: Option<FileVersion>,
}

struct Key {
    id: [u8; 4],
    key: RandomizedNonceKey,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyring({} keys)", self.keys().len())
    }
}

/// The error for an invalid list of master keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a master key must be 32 random bytes in Base64, for example the output of `openssl rand -base64 32`; separate several keys with commas, newest first"
)]
pub struct MasterKeyError;

impl Keyring {
    /// Parses keys in Base64, separated by commas or line breaks, newest first.
    ///
    /// # Errors
    /// Returns [`MasterKeyError`] if a key is not 32 bytes, or if there is none.
    pub fn parse(text: &str) -> std::result::Result<Self, MasterKeyError> {
        let loaded = LoadedKeys {
            keys: parse(text)?,
            version: None,
        };
        Ok(Self {
            file: None,
            loaded: RwLock::new(loaded),
        })
    }

    /// Reads the key file. If it is missing, it is created together with the database when that is first opened, because a
    /// new key can't decrypt anything in an existing database.
    ///
    /// # Errors
    /// Returns [`Error::Unavailable`] if the file can't be read, is invalid, or is readable by other users.
    pub fn from_file(path: &Path) -> Result<Self> {
        let file = KeyFile::new(path);
        let loaded = if file.is_missing() {
            LoadedKeys {
                keys: Arc::new([]),
                version: None,
            }
        } else {
            read(&file)?
        };
        Ok(Self {
            file: Some(file),
            loaded: RwLock::new(loaded),
        })
    }

    /// Returns the path of the key file if it was missing when it was loaded and still is.
    pub(crate) fn missing_file(&self) -> Option<&Path> {
        let file = self.file.as_ref()?;
        (self.keys().is_empty() && file.is_missing()).then(|| file.path())
    }

    /// Creates the key file with a new key if it is missing.
    pub(crate) fn create_missing_file(&self) -> Result<()> {
        match &self.file {
            Some(file) if self.missing_file().is_some() => file.create(),
            _ => Ok(()),
        }
    }

    /// Encrypts `secret` with the current first key for the row that `context` names.
    pub(crate) fn encrypt(&self, context: &str, secret: &Secret) -> Result<Vec<u8>> {
        self.reload_if_changed()?;
        let keys = self.keys();
        let Key { id, key } = keys.first().ok_or_else(unknown_key)?;
        let mut ciphertext = secret.expose().as_bytes().to_vec();
        let nonce = key
            .seal_in_place_append_tag(Aad::from(context.as_bytes()), &mut ciphertext)
            .map_err(|_| Error::internal("encryption failed"))?;
        let mut value = Vec::with_capacity(HEADER_BYTES + NONCE_LEN + ciphertext.len());
        value.push(VERSION);
        value.extend_from_slice(id);
        value.extend_from_slice(nonce.as_ref());
        value.extend_from_slice(&ciphertext);
        Ok(value)
    }

    /// Decrypts a value that [`encrypt`](Self::encrypt) returned for the same `context`.
    pub(crate) fn decrypt(&self, context: &str, value: &[u8]) -> Result<Secret> {
        let (header, rest) = value
            .split_at_checked(HEADER_BYTES)
            .filter(|(header, _)| header[0] == VERSION)
            .ok_or_else(|| Error::internal("an encrypted value is truncated"))?;
        let mut keys = self.keys();
        let key = match find(&keys, &header[1..]) {
            Some(key) => key,
            None => {
                // Another process may have encrypted this with a key that it has just added.
                self.reload_if_changed()?;
                keys = self.keys();
                find(&keys, &header[1..]).ok_or_else(unknown_key)?
            }
        };
        let (nonce, ciphertext) = rest
            .split_at_checked(NONCE_LEN)
            .ok_or_else(|| Error::internal("an encrypted value is truncated"))?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Error::internal("a nonce is truncated"))?;
        let mut buffer = Zeroizing::new(ciphertext.to_vec());
        let plain = key
            .key
            .open_in_place(nonce, Aad::from(context.as_bytes()), &mut buffer)
            .map_err(|_| Error::internal("an encrypted value was changed or moved to another row"))?;
        let text = std::str::from_utf8(plain).map_err(Error::internal)?;
        Ok(Secret::new(text.to_owned()))
    }

    /// Returns whether one of the keys can decrypt `value`.
    pub(crate) fn has_key_for(&self, value: &[u8]) -> Result<bool> {
        self.reload_if_changed()?;
        Ok(value
            .get(1..HEADER_BYTES)
            .is_some_and(|id| find(&self.keys(), id).is_some()))
    }

    /// Returns whether `value` is encrypted with a key other than the first.
    pub(crate) fn is_outdated(&self, value: &[u8]) -> bool {
        let keys = self.keys();
        let first = keys.first().map(|key| key.id.as_slice());
        value.get(1..HEADER_BYTES).is_some_and(|id| Some(id) != first)
    }

    /// Returns the key file, or `None` if the keys came from the environment.
    pub(crate) fn file(&self) -> Option<&KeyFile> {
        self.file.as_ref()
    }

    /// Returns the number of keys.
    pub(crate) fn len(&self) -> usize {
        self.keys().len()
    }

    /// Reloads the key file if it was replaced.
    pub(crate) fn reload_if_changed(&self) -> Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let version = Some(file.version()?);
        if self.loaded.read().unwrap_or_else(PoisonError::into_inner).version == version {
            return Ok(());
        }
        let loaded = read(file)?;
        *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = loaded;
        Ok(())
    }

    fn keys(&self) -> Arc<[Key]> {
        Arc::clone(&self.loaded.read().unwrap_or_else(PoisonError::into_inner).keys)
    }
}

fn find<'a>(keys: &'a [Key], id: &[u8]) -> Option<&'a Key> {
    keys.iter().find(|key| key.id == id)
}

fn unknown_key() -> Error {
    Error::unavailable(
        "a secret is encrypted with an unknown master key",
        "add the key that encrypted it",
    )
}

fn read(file: &KeyFile) -> Result<LoadedKeys> {
    // Get the version first: if the file is replaced in between, it is reloaded once more.
    let version = file.version()?;
    let keys = parse(&file.read()?).map_err(|error| Error::unavailable("the master key file is invalid", error))?;
    Ok(LoadedKeys {
        keys,
        version: Some(version),
    })
}

fn parse(text: &str) -> std::result::Result<Arc<[Key]>, MasterKeyError> {
    let keys = split_keys(text)
        .map(|part| {
            let bytes = Zeroizing::new(STANDARD.decode(part).map_err(|_| MasterKeyError)?);
            if bytes.len() != 32 {
                return Err(MasterKeyError);
            }
            let text = Zeroizing::new([b"gatehouse master key".as_slice(), &bytes].concat());
            let digest = secret::digest(&text);
            Ok(Key {
                id: [digest[0], digest[1], digest[2], digest[3]],
                key: RandomizedNonceKey::new(&AES_256_GCM, &bytes).map_err(|_| MasterKeyError)?,
            })
        })
        .collect::<std::result::Result<Vec<_>, _>>()?;
    if keys.is_empty() {
        Err(MasterKeyError)
    } else {
        Ok(keys.into())
    }
}

/// Splits a list into the texts of its keys.
fn split_keys(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', '\n']).map(str::trim).filter(|part| !part.is_empty())
}

/// Generates a master key in the format that [`Keyring::parse`] reads.
#[must_use]
pub fn new_master_key() -> Secret {
    Secret::new(STANDARD.encode(Zeroizing::new(secret::random::<32>()).as_slice()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyring(keys: &[&Secret]) -> Keyring {
        let text: Vec<_> = keys.iter().map(|key| key.expose()).collect();
        Keyring::parse(&text.join(",")).unwrap()
    }

    #[test]
    fn decrypting_changed_or_moved_value_fails() {
        let ring = keyring(&[&new_master_key()]);
        let ciphertext = ring.encrypt("consumers/1", &Secret::new("quiet".to_owned())).unwrap();
        assert!(!String::from_utf8_lossy(&ciphertext).contains("quiet"));
        assert_eq!(ring.decrypt("consumers/1", &ciphertext).unwrap().expose(), "quiet");
        assert!(ring.decrypt("consumers/2", &ciphertext).is_err());
        for index in 0..ciphertext.len() {
            let mut changed = ciphertext.clone();
            changed[index] ^= 1;
            assert!(ring.decrypt("consumers/1", &changed).is_err(), "byte {index}");
            assert!(
                ring.decrypt("consumers/1", &ciphertext[..index]).is_err(),
                "cut at {index}"
            );
        }
    }

    #[test]
    fn older_key_decrypts_its_values() {
        let (old, new) = (new_master_key(), new_master_key());
        let ciphertext = keyring(&[&old]).encrypt("x", &Secret::new("quiet".to_owned())).unwrap();
        let both = keyring(&[&new, &old]);
        assert!(both.is_outdated(&ciphertext));
        assert_eq!(both.decrypt("x", &ciphertext).unwrap().expose(), "quiet");
        assert!(keyring(&[&new]).decrypt("x", &ciphertext).is_err());
        assert!(!both.is_outdated(&both.encrypt("x", &old).unwrap()));
    }

    #[test]
    fn parsing_key_of_wrong_length_fails() {
        for text in ["", ",", "aGVsbG8=", "not base64"] {
            assert_eq!(Keyring::parse(text).err(), Some(MasterKeyError), "{text}");
        }
    }

    #[test]
    fn key_file_is_created_once_and_must_be_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let ring = Keyring::from_file(&path).unwrap();
        assert_eq!(ring.missing_file(), Some(path.as_path()));
        assert!(!path.exists());
        ring.create_missing_file().unwrap();
        let key = std::fs::read_to_string(&path).unwrap();
        let ciphertext = ring.encrypt("x", &Secret::new("quiet".to_owned())).unwrap();
        Keyring::from_file(&path).unwrap().create_missing_file().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), key);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(
            Keyring::from_file(&path)
                .unwrap()
                .decrypt("x", &ciphertext)
                .unwrap()
                .expose(),
            "quiet"
        );
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let error = Keyring::from_file(&path).unwrap_err().to_string();
        assert!(
            error.contains("is readable by other users") && error.contains("chmod 600"),
            "{error}"
        );
    }
}
