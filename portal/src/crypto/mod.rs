//! Cryptography: encryption of stored secrets, digests, passwords and RSA keys.

pub(crate) mod keyring;
pub mod passwords;
pub(crate) mod rsa;
pub(crate) mod secret;
