//! Secret values that must not be printed by accident, and their generation.

use aws_lc_rs::{digest, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fmt;
use zeroize::Zeroizing;

/// A secret text. Its debug output is `[redacted]`, and its memory is zeroed on drop.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a text.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Returns the text. Reviews should check every call.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Returns `N` random bytes from the system's random number generator.
///
/// # Panics
/// Panics if the generator fails, since no operation is safe without it.
#[must_use]
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).expect("the system's random number generator works");
    bytes
}

/// Generates a secret of 256 random bits as 43 URL-safe characters.
pub(crate) fn new_secret() -> Secret {
    Secret::new(URL_SAFE_NO_PAD.encode(random::<32>()))
}

/// Generates a secret that is easy to read and type: 5 random bits per letter, in groups of four.
pub(crate) fn new_readable_secret<const LETTERS: usize>() -> Secret {
    /// Excludes letters and digits that look alike.
    const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut text = Zeroizing::new(String::with_capacity(LETTERS + LETTERS / 4));
    for (index, byte) in random::<LETTERS>().into_iter().enumerate() {
        if index > 0 && index % 4 == 0 {
            text.push('-');
        }
        text.push(char::from(ALPHABET[usize::from(byte % 32)]));
    }
    Secret(text)
}

/// Generates a public identifier of a credential: 128 random bits as 32 hexadecimal digits.
pub(crate) fn new_public_key() -> String {
    format!("{:032x}", u128::from_be_bytes(random()))
}

/// Returns the SHA-256 digest of a value that only needs to be verified. A fast hash is enough for values with at least 128
/// random bits, since they can't be guessed.
pub(crate) fn digest(value: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, value).as_ref().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_of_secret_is_redacted() {
        let secret = Secret::new("hunter2".to_owned());
        assert_eq!(format!("{secret:?}"), "[redacted]");
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn generated_values_differ_and_have_expected_length() {
        assert_eq!(new_secret().expose().len(), 43);
        assert_eq!(new_public_key().len(), 32);
        assert_eq!(new_readable_secret::<20>().expose().len(), 24);
        assert_ne!(new_secret().expose(), new_secret().expose());
    }
}
