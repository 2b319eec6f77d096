//! The strength of passwords.

use serde::{Deserialize, Serialize};

/// How hard a password is to guess for someone who knows its user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordStrength {
    /// From 0, which is guessed at once, to 4 (zxcvbn's score).
    pub score: u8,
    /// Whether it may be set.
    pub is_accepted: bool,
    /// Why it is easy to guess, and what would be better. Empty if it is accepted.
    pub advice: String,
}

impl PasswordStrength {
    /// The highest score.
    pub const MAX_SCORE: u8 = 4;

    /// Returns the strength in a word.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self.score {
            0 | 1 => "Weak",
            2 => "Fair",
            3 => "Good",
            _ => "Strong",
        }
    }
}
