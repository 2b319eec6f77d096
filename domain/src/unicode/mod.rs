//! Comparison and validation of text by the rules of Unicode.
//!
//! The server uses the tables of ICU4X; browsers use their own (see `browser`), so that no tables are sent to them. The server
//! decides; both agree on every character that their versions of Unicode know.

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(not(target_arch = "wasm32"))]
mod confusable;
mod hidden;
#[cfg(not(target_arch = "wasm32"))]
mod native;

#[cfg(target_arch = "wasm32")]
use browser::{is_combining_mark, nfd, to_lowercase, to_uppercase};
#[cfg(not(target_arch = "wasm32"))]
use native::{is_combining_mark, nfd, to_lowercase, to_uppercase};

#[cfg(target_arch = "wasm32")]
pub use browser::nfc;
#[cfg(not(target_arch = "wasm32"))]
pub use confusable::looks_like;
pub use hidden::{escape_hidden, remove_hidden, replace_hidden};
#[cfg(not(target_arch = "wasm32"))]
pub use native::nfc;

use hidden::HiddenScanner;

/// The maximum number of combining marks on one letter. Tibetan and cantillated Hebrew need about six; more only overlap the
/// surrounding text.
const MAX_COMBINING_MARKS: usize = 8;

/// The error for a text that can't be used as a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// The text contains a control character.
    #[error("Use letters, digits and punctuation only.")]
    Control,
    /// The text contains an invisible character or a text-direction control.
    #[error("Remove the invisible or text-direction characters (U+{:04X}).", u32::from(*.0))]
    Hidden(char),
    /// The text contains a private-use character or a noncharacter, which has no defined appearance.
    #[error("Remove the private-use characters (U+{:04X}).", u32::from(*.0))]
    PrivateUse(char),
    /// The text contains a combining mark without a base letter.
    #[error("Put a letter before each accent or other combining mark.")]
    StrayMark,
    /// The text contains more than [`MAX_COMBINING_MARKS`] combining marks on one letter.
    #[error("Use at most {MAX_COMBINING_MARKS} combining marks on one letter.")]
    TooManyMarks,
}

/// Checks that all of a text is visible and displayed as it is stored (UTR #36 §3.1, UTS #39 §3.1).
///
/// Rejects control characters including line breaks, bidirectional controls, default-ignorable and blank characters,
/// private use, and combining marks without a base letter or in excess. Joiners and variation selectors are allowed where a
/// script or an emoji needs them.
///
/// # Errors
/// Returns [`TextError`] for the first invalid character.
pub fn check_visible(text: &str) -> Result<(), TextError> {
    if text.is_ascii() {
        let has_control = text.bytes().any(|byte| byte.is_ascii_control());
        return if has_control { Err(TextError::Control) } else { Ok(()) };
    }
    let mut has_base = false;
    let mut marks = 0;
    for (c, hidden) in HiddenScanner::scan(text) {
        if c.is_control() {
            return Err(TextError::Control);
        }
        if hidden {
            return Err(TextError::Hidden(c));
        }
        if is_private_use(c) {
            return Err(TextError::PrivateUse(c));
        }
        if is_default_ignorable(c) {
            continue;
        }
        if c > '\u{2ff}' && is_combining_mark(c) {
            marks += 1;
            if !has_base {
                return Err(TextError::StrayMark);
            }
            if marks > MAX_COMBINING_MARKS {
                return Err(TextError::TooManyMarks);
            }
        } else {
            has_base = !c.is_whitespace();
            marks = 0;
        }
    }
    Ok(())
}

/// Returns the key for canonical caseless matching (Unicode §3.13, D145), with default-ignorable characters removed, since
/// they are invisible.
#[must_use]
pub fn caseless_key(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let visible = text.replace(is_default_ignorable, "");
    nfc(&fold_case(&nfd(&visible))).into_owned()
}

/// Reports whether `text` begins with a combining mark, which belongs to the letter before it.
#[must_use]
pub fn starts_with_mark(text: &str) -> bool {
    text.chars()
        .next()
        .is_some_and(|c| c > '\u{2ff}' && is_combining_mark(c))
}

/// Returns the full case folding of a text (Unicode §3.13, `toCasefold`), derived from the case mappings that the server and
/// the browser both have. A test compares it with ICU's table for every character.
fn fold_case(text: &str) -> String {
    // The dotless i doesn't fold, although its capital is that of the dotted i. The final sigma folds to the medial one.
    let parts = text
        .split('ı')
        .map(|part| to_lowercase(&to_uppercase(&to_lowercase(part))));
    parts.collect::<Vec<_>>().join("ı").replace('ς', "σ")
}

/// Reports whether a character has the property `Default_Ignorable_Code_Point`. A test compares it with ICU's table for every
/// character.
fn is_default_ignorable(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Reports whether a character is for private use or a noncharacter (Unicode §23.5, §23.7).
fn is_private_use(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{f0000}'..='\u{10ffff}')
        || u32::from(c) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests;
