//! Comparing and checking texts by the rules of Unicode.
//!
//! The tables of the server's side are not sent to browsers, which have their own (see `browser`). The server decides; both
//! agree on every character that their versions of Unicode know.

#[cfg(target_arch = "wasm32")]
mod browser;
mod hidden;
#[cfg(not(target_arch = "wasm32"))]
mod native;

#[cfg(target_arch = "wasm32")]
use browser::{is_combining_mark, nfd, to_uppercase};
#[cfg(not(target_arch = "wasm32"))]
use native::{is_combining_mark, nfd, to_uppercase};

#[cfg(target_arch = "wasm32")]
pub use browser::nfc;
pub use hidden::{escape_hidden, remove_hidden, replace_hidden};
#[cfg(not(target_arch = "wasm32"))]
pub use native::nfc;

use hidden::Hidden;

/// The most combining marks on one letter. The tallest stacks of Tibetan and cantillated Hebrew have about six; more only
/// serve to draw over what stands around.
const MAX_COMBINING_MARKS: usize = 8;

/// Why a text cannot be a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// It holds a control character.
    #[error("Use letters, digits and punctuation only.")]
    Control,
    /// It holds a character that nobody sees, or that changes the direction of the text around it.
    #[error("Remove the invisible or text-direction characters (U+{:04X}).", u32::from(*.0))]
    Hidden(char),
    /// It holds a character that looks different, or like nothing, on each machine.
    #[error("Remove the private-use characters (U+{:04X}).", u32::from(*.0))]
    PrivateUse(char),
    /// It holds a combining mark that stands on no letter.
    #[error("Put a letter before each accent or other combining mark.")]
    StrayMark,
    /// It holds more combining marks on one letter than [`MAX_COMBINING_MARKS`].
    #[error("Use at most {MAX_COMBINING_MARKS} combining marks on one letter.")]
    TooManyMarks,
}

/// Checks that people can see all of a text, and that it shows as it is stored (UTR #36 §3.1, UTS #39 §3.1).
///
/// Refuses control characters, bidirectional controls, default-ignorable and blank characters, private use, and combining
/// marks without a letter or in heaps. Joiners and variation selectors are taken where a script or an emoji needs them.
///
/// # Errors
/// [`InvalidText`] for the first character that is not right.
pub fn check_visible(text: &str) -> Result<(), InvalidText> {
    if text.is_ascii() {
        let has_control = text.bytes().any(|byte| byte.is_ascii_control());
        return if has_control { Err(InvalidText::Control) } else { Ok(()) };
    }
    let mut base = false;
    let mut marks = 0;
    for (c, hidden) in Hidden::scan(text) {
        if c.is_control() {
            return Err(InvalidText::Control);
        }
        if hidden {
            return Err(InvalidText::Hidden(c));
        }
        if is_private_use(c) {
            return Err(InvalidText::PrivateUse(c));
        }
        if is_default_ignorable(c) {
            continue;
        }
        if c > '\u{2ff}' && is_combining_mark(c) {
            marks += 1;
            if !base {
                return Err(InvalidText::StrayMark);
            }
            if marks > MAX_COMBINING_MARKS {
                return Err(InvalidText::TooManyMarks);
            }
        } else {
            base = !c.is_whitespace();
            marks = 0;
        }
    }
    Ok(())
}

/// Returns what two texts have in common that read the same: canonical caseless matching (Unicode §3.13, D145), with
/// default-ignorable characters left out, since nobody sees them.
#[must_use]
pub fn caseless_key(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let visible = text.replace(is_default_ignorable, "");
    nfc(&fold_case(&nfd(&visible))).into_owned()
}

/// Whether `text` begins with a combining mark, which belongs to the letter before it.
#[must_use]
pub fn starts_with_mark(text: &str) -> bool {
    text.chars()
        .next()
        .is_some_and(|c| c > '\u{2ff}' && is_combining_mark(c))
}

/// Returns the full case folding of a text (Unicode §3.13, `toCasefold`), from case mappings, which both sides have already. A
/// test compares it with ICU's table for every character.
fn fold_case(text: &str) -> String {
    // The dotless i has no folding, though it has the capital of the dotted one. A sigma at the end of a word has one.
    let parts = text
        .split('ı')
        .map(|part| to_uppercase(&part.to_lowercase()).to_lowercase());
    parts.collect::<Vec<_>>().join("ı").replace('ς', "σ")
}

/// Whether a character is invisible unless a font has something special for it: `Default_Ignorable_Code_Point`. A test
/// compares it with ICU's table for every character.
fn is_default_ignorable(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a character is for private use or is none at all (Unicode §23.5, §23.7).
fn is_private_use(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{f0000}'..='\u{10ffff}')
        || u32::from(c) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests;
