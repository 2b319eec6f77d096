//! The master key, and what is sealed under it.
//!
//! A sealed value is `version (1 byte) || key id (4 bytes) || nonce (12 bytes) || AES-256-GCM ciphertext and tag`. Its
//! additional data names the row that it belongs to, so that one row's value cannot be put into another's place.
//!
//! Keys that came from a file are read from it again when it has been replaced, so that a key can be added while
//! servers run (see `reseal`).

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

pub(crate) use crate::crypto::keyring::file::{KeyFile, Version};

const VERSION: u8 = 1;
const HEADER: usize = 1 + 4;

/// The master keys: the first seals, each opens what it sealed.
pub struct Keyring {
    file: Option<KeyFile>,
    held: RwLock<Held>,
}

/// The keys as they were read.
struct Held {
    keys: Arc<[Key]>,
    /// Which version of the file they are from.
    version: Option<Version>,
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

/// Why a text is not a list of master keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a master key is 32 random bytes in Base64, such as `openssl rand -base64 32` prints; several are separated by commas, the newest first"
)]
pub struct NotAMasterKey;

impl Keyring {
    /// Reads keys in Base64, separated by commas or lines, the newest first.
    ///
    /// # Errors
    /// [`NotAMasterKey`] when one is not 32 bytes, or when there is none.
    pub fn parse(text: &str) -> std::result::Result<Self, NotAMasterKey> {
        let held = Held {
            keys: parse(text)?,
            version: None,
        };
        Ok(Self {
            file: None,
            held: RwLock::new(held),
        })
    }

    /// Reads the key file. Where there is none it is made together with the database, when that is opened for the first
    /// time: a new key opens nothing of a database that is there already.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when it cannot be read, does not hold keys, or can be read by others than its owner.
    pub fn from_file(path: &Path) -> Result<Self> {
        let file = KeyFile::new(path);
        let held = if file.is_missing() {
            Held {
                keys: Arc::new([]),
                version: None,
            }
        } else {
            read(&file)?
        };
        Ok(Self {
            file: Some(file),
            held: RwLock::new(held),
        })
    }

    /// The key file, where it was missing when it was to be read and still is.
    pub(crate) fn missing_file(&self) -> Option<&Path> {
        let file = self.file.as_ref()?;
        (self.keys().is_empty() && file.is_missing()).then(|| file.path())
    }

    /// Makes the key file with a new key, where it is missing.
    pub(crate) fn create_missing_file(&self) -> Result<()> {
        match &self.file {
            Some(file) if self.missing_file().is_some() => file.create(),
            _ => Ok(()),
        }
    }

    /// Seals `secret` for the row that `context` names, under the first key that holds now.
    pub(crate) fn seal(&self, context: &str, secret: &Secret) -> Result<Vec<u8>> {
        self.follow_file()?;
        let keys = self.keys();
        let Key { id, key } = keys.first().ok_or_else(unknown_key)?;
        let mut sealed = secret.expose().as_bytes().to_vec();
        let nonce = key
            .seal_in_place_append_tag(Aad::from(context.as_bytes()), &mut sealed)
            .map_err(|_| Error::internal("sealing failed"))?;
        let mut value = Vec::with_capacity(HEADER + NONCE_LEN + sealed.len());
        value.push(VERSION);
        value.extend_from_slice(id);
        value.extend_from_slice(nonce.as_ref());
        value.extend_from_slice(&sealed);
        Ok(value)
    }

    /// Opens what [`seal`](Self::seal) made for the same row.
    pub(crate) fn open(&self, context: &str, value: &[u8]) -> Result<Secret> {
        let (header, rest) = value
            .split_at_checked(HEADER)
            .filter(|(header, _)| header[0] == VERSION)
            .ok_or_else(|| Error::internal("a sealed value is cut short"))?;
        let mut keys = self.keys();
        let key = match find(&keys, &header[1..]) {
            Some(key) => key,
            None => {
                // Another process may have sealed this under a key that it has just added.
                self.follow_file()?;
                keys = self.keys();
                find(&keys, &header[1..]).ok_or_else(unknown_key)?
            }
        };
        let (nonce, sealed) = rest
            .split_at_checked(NONCE_LEN)
            .ok_or_else(|| Error::internal("a sealed value is cut short"))?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Error::internal("a nonce is cut short"))?;
        let mut buffer = Zeroizing::new(sealed.to_vec());
        let plain = key
            .key
            .open_in_place(nonce, Aad::from(context.as_bytes()), &mut buffer)
            .map_err(|_| Error::internal("a sealed value was changed or moved"))?;
        let text = std::str::from_utf8(plain).map_err(Error::internal)?;
        Ok(Secret::new(text.to_owned()))
    }

    /// Whether one of the keys could open `value`.
    pub(crate) fn knows_key_of(&self, value: &[u8]) -> Result<bool> {
        self.follow_file()?;
        Ok(value.get(1..HEADER).is_some_and(|id| find(&self.keys(), id).is_some()))
    }

    /// Whether `value` is sealed under another key than the first.
    pub(crate) fn is_outdated(&self, value: &[u8]) -> bool {
        let keys = self.keys();
        let first = keys.first().map(|key| key.id.as_slice());
        value.get(1..HEADER).is_some_and(|id| Some(id) != first)
    }

    /// The file that the keys are in, unless they came from the environment.
    pub(crate) fn file(&self) -> Option<&KeyFile> {
        self.file.as_ref()
    }

    /// How many keys there are.
    pub(crate) fn len(&self) -> usize {
        self.keys().len()
    }

    /// Reads the file again if it has been replaced.
    pub(crate) fn follow_file(&self) -> Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let version = Some(file.version()?);
        if self.held.read().unwrap_or_else(PoisonError::into_inner).version == version {
            return Ok(());
        }
        let held = read(file)?;
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = held;
        Ok(())
    }

    fn keys(&self) -> Arc<[Key]> {
        Arc::clone(&self.held.read().unwrap_or_else(PoisonError::into_inner).keys)
    }
}

fn find<'a>(keys: &'a [Key], id: &[u8]) -> Option<&'a Key> {
    keys.iter().find(|key| key.id == id)
}

fn unknown_key() -> Error {
    Error::unavailable(
        "a secret is sealed under another master key",
        "give the key that was in use",
    )
}

fn read(file: &KeyFile) -> Result<Held> {
    // The version first: a file that is replaced in between is read once more, never once too seldom.
    let version = file.version()?;
    let keys =
        parse(&file.read()?).map_err(|error| Error::unavailable("the master key file holds something else", error))?;
    Ok(Held {
        keys,
        version: Some(version),
    })
}

fn parse(text: &str) -> std::result::Result<Arc<[Key]>, NotAMasterKey> {
    let keys = split(text)
        .map(|part| {
            let bytes = Zeroizing::new(STANDARD.decode(part).map_err(|_| NotAMasterKey)?);
            if bytes.len() != 32 {
                return Err(NotAMasterKey);
            }
            let text = Zeroizing::new([b"gatehouse master key".as_slice(), &bytes].concat());
            let digest = secret::digest(&text);
            Ok(Key {
                id: [digest[0], digest[1], digest[2], digest[3]],
                key: RandomizedNonceKey::new(&AES_256_GCM, &bytes).map_err(|_| NotAMasterKey)?,
            })
        })
        .collect::<std::result::Result<Vec<_>, _>>()?;
    if keys.is_empty() {
        Err(NotAMasterKey)
    } else {
        Ok(keys.into())
    }
}

/// The keys of a list, as text.
fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', '\n']).map(str::trim).filter(|part| !part.is_empty())
}

/// A new master key, as [`Keyring::parse`] reads it.
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
    fn what_is_sealed_opens_only_in_its_place() {
        let ring = keyring(&[&new_master_key()]);
        let sealed = ring.seal("consumers/1", &Secret::new("quiet".to_owned())).unwrap();
        assert!(!String::from_utf8_lossy(&sealed).contains("quiet"));
        assert_eq!(ring.open("consumers/1", &sealed).unwrap().expose(), "quiet");
        assert!(ring.open("consumers/2", &sealed).is_err());
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert!(ring.open("consumers/1", &changed).is_err(), "byte {index}");
            assert!(ring.open("consumers/1", &sealed[..index]).is_err(), "cut at {index}");
        }
    }

    #[test]
    fn an_older_key_still_opens() {
        let (old, new) = (new_master_key(), new_master_key());
        let sealed = keyring(&[&old]).seal("x", &Secret::new("quiet".to_owned())).unwrap();
        let both = keyring(&[&new, &old]);
        assert!(both.is_outdated(&sealed));
        assert_eq!(both.open("x", &sealed).unwrap().expose(), "quiet");
        assert!(keyring(&[&new]).open("x", &sealed).is_err());
        assert!(!both.is_outdated(&both.seal("x", &old).unwrap()));
    }

    #[test]
    fn only_keys_of_the_right_length_are_taken() {
        for text in ["", ",", "aGVsbG8=", "not base64"] {
            assert_eq!(Keyring::parse(text).err(), Some(NotAMasterKey), "{text}");
        }
    }

    #[test]
    fn the_key_file_is_made_once_and_must_be_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let ring = Keyring::from_file(&path).unwrap();
        assert_eq!(ring.missing_file(), Some(path.as_path()));
        assert!(!path.exists());
        ring.create_missing_file().unwrap();
        let key = std::fs::read_to_string(&path).unwrap();
        let sealed = ring.seal("x", &Secret::new("quiet".to_owned())).unwrap();
        Keyring::from_file(&path).unwrap().create_missing_file().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), key);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(
            Keyring::from_file(&path).unwrap().open("x", &sealed).unwrap().expose(),
            "quiet"
        );
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let error = Keyring::from_file(&path).unwrap_err().to_string();
        assert!(
            error.contains("can be read by others") && error.contains("chmod 600"),
            "{error}"
        );
    }
}
