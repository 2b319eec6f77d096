//! Cryptography: encryption of stored secrets, digests, passwords and RSA keys.

pub(crate) mod encrypted_column;
pub(crate) mod keyring;
pub mod passwords;
pub(crate) mod rsa;
pub(crate) mod secret;
