//! Values that must not be printed by accident.

use aws_lc_rs::{digest, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fmt;
use zeroize::Zeroizing;

/// A secret text. It prints as `[redacted]`, and its memory is cleared when it goes.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a text in.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text. Each call is a place to look at in a review.
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

/// `N` random bytes from the system's generator.
///
/// # Panics
/// When the system has no randomness to give: nothing here can be done safely then.
#[must_use]
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).expect("the system's random generator answers");
    bytes
}

/// A new secret: 256 random bits as 43 URL-safe characters.
pub(crate) fn new_secret() -> Secret {
    Secret::new(URL_SAFE_NO_PAD.encode(random::<32>()))
}

/// A new secret that a person can read and type: 5 random bits per letter, in groups of four.
pub(crate) fn new_readable_secret<const LETTERS: usize>() -> Secret {
    /// Without letters and digits that look alike.
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

/// A new public name for a credential: 128 random bits as 32 hexadecimal digits.
pub(crate) fn new_public_key() -> String {
    format!("{:032x}", u128::from_be_bytes(random()))
}

/// What is kept of a value that need only be checked. A plain SHA-256 will do for 128 random bits and more: there is
/// nothing to guess.
pub(crate) fn digest(value: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, value).as_ref().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_print() {
        let secret = Secret::new("hunter2".to_owned());
        assert_eq!(format!("{secret:?}"), "[redacted]");
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn new_values_differ_and_have_their_length() {
        assert_eq!(new_secret().expose().len(), 43);
        assert_eq!(new_public_key().len(), 32);
        assert_eq!(new_readable_secret::<20>().expose().len(), 24);
        assert_ne!(new_secret().expose(), new_secret().expose());
    }
}
