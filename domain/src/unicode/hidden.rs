//! Detection of invisible characters, with the exceptions that scripts and emoji need.

use crate::unicode::is_default_ignorable;
use std::borrow::Cow;

const ZERO_WIDTH_NON_JOINER: char = '\u{200c}';
const ZERO_WIDTH_JOINER: char = '\u{200d}';
const BRAILLE_BLANK: char = '\u{2800}';
const BLACK_FLAG: char = '\u{1f3f4}';

/// The tag sequences of the flags of England, Scotland and Wales, which follow a [`BLACK_FLAG`]: the only ones that are
/// recommended for interchange (UTS #51, emoji-sequences).
const FLAG_TAGS: [&str; 3] = [
    "\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
    "\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
    "\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}",
];

/// Iterates over the characters of a text, each with whether it is hidden in its context.
pub(crate) struct HiddenScanner<'a> {
    rest: &'a str,
    before: Option<char>,
    /// The remaining bytes of the current flag's tag sequence.
    flag_tags: usize,
}

impl<'a> HiddenScanner<'a> {
    pub(crate) fn scan(text: &'a str) -> Self {
        Self {
            rest: text,
            before: None,
            flag_tags: 0,
        }
    }
}

impl Iterator for HiddenScanner<'_> {
    type Item = (char, bool);

    fn next(&mut self) -> Option<(char, bool)> {
        let mut characters = self.rest.chars();
        let c = characters.next()?;
        self.rest = characters.as_str();
        let before = self.before.replace(c);
        if self.flag_tags > 0 {
            self.flag_tags -= c.len_utf8();
            // The whole flag counts as an emoji for a joiner that follows.
            self.before = Some(BLACK_FLAG);
            return Some((c, false));
        }
        if c == BLACK_FLAG {
            let tags = FLAG_TAGS.iter().find(|tags| self.rest.starts_with(**tags));
            self.flag_tags = tags.map_or(0, |tags| tags.len());
        }
        Some((c, is_hidden(before, c, characters.next())))
    }
}

/// Returns the text without its hidden characters.
#[must_use]
pub fn remove_hidden(text: &str) -> Cow<'_, str> {
    rewrite(text, |_, _| {})
}

/// Returns the text with U+FFFD in place of each hidden and control character, so that their presence is visible.
#[must_use]
pub fn replace_hidden(text: &str) -> Cow<'_, str> {
    rewrite(text, |_, shown| shown.push(char::REPLACEMENT_CHARACTER))
}

/// Returns the text with each hidden and control character escaped, such as `\u{202e}`. Line breaks and tabs are kept.
#[must_use]
pub fn escape_hidden(text: &str) -> Cow<'_, str> {
    rewrite(text, |c, shown| match c {
        '\n' | '\r' | '\t' => shown.push(c),
        c => shown.extend(c.escape_unicode()),
    })
}

/// Rewrites the hidden and control characters; borrows a text that has none.
fn rewrite(text: &str, write: impl Fn(char, &mut String)) -> Cow<'_, str> {
    let needs_rewrite = |c: char, hidden: bool| hidden || c.is_control();
    if !HiddenScanner::scan(text).any(|(c, hidden)| needs_rewrite(c, hidden)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for (c, hidden) in HiddenScanner::scan(text) {
        if needs_rewrite(c, hidden) {
            write(c, &mut shown);
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Reports whether a character is invisible, or only affects other characters, between its neighbors.
fn is_hidden(before: Option<char>, c: char, after: Option<char>) -> bool {
    let matches = |c: Option<char>, is: fn(char) -> bool| c.is_some_and(is);
    match c {
        // UAX #31 §2.3.1: within words of the scripts that need it, where it separates letters that would join.
        ZERO_WIDTH_NON_JOINER => !(matches(before, is_joining) && matches(after, is_joining)),
        // UAX #31 §2.3.1: also at the end of a word, where it selects the joined form; and between emoji (UTS #51 §1.4.4).
        ZERO_WIDTH_JOINER => {
            !(matches(before, is_joining) || matches(before, is_emoji) && matches(after, is_pictograph))
        }
        '\u{fe0e}' | '\u{fe0f}' => !matches(before, takes_emoji_style),
        '\u{fe00}'..='\u{fe0d}' => !matches(before, |c| c >= '\u{1000}' && !is_default_ignorable(c)),
        '\u{e0100}'..='\u{e01ef}' => !matches(before, is_ideograph),
        '\u{180b}'..='\u{180d}' | '\u{180f}' => !matches(before, |c| matches!(c, '\u{1820}'..='\u{18aa}')),
        // A space within braille.
        BRAILLE_BLANK => !(matches(before, is_braille) && matches(after, is_braille)),
        // Interlinear annotation, object replacement, the musical null notehead, hieroglyph blanks: not default-ignorable,
        // but invisible.
        '\u{fff9}'..='\u{fffc}' | '\u{1d159}' | '\u{13441}'..='\u{13442}' => true,
        c => is_default_ignorable(c),
    }
}

/// Reports whether a character belongs to a script whose letters join or form conjuncts, by blocks: Arabic, the scripts of
/// India and Southeast Asia, Mongolian.
fn is_joining(c: char) -> bool {
    let is_in_block = matches!(c,
        '\u{600}'..='\u{dff}' | '\u{f00}'..='\u{109f}' | '\u{1700}'..='\u{18af}' | '\u{1900}'..='\u{1cff}'
        | '\u{a800}'..='\u{a95f}' | '\u{a980}'..='\u{aaff}' | '\u{abc0}'..='\u{abff}'
        | '\u{fb50}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
        | '\u{10a00}'..='\u{10fff}' | '\u{11000}'..='\u{11fff}' | '\u{1e900}'..='\u{1e95f}');
    is_in_block && !is_default_ignorable(c)
}

fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{27ff}' | '\u{2900}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

/// Reports whether an emoji may end with this character.
fn is_emoji(c: char) -> bool {
    is_pictograph(c) || c == '\u{fe0f}'
}

fn takes_emoji_style(c: char) -> bool {
    is_pictograph(c) || c.is_ascii_digit() || "#*©®‼⁉™ℹ〰〽㊗㊙".contains(c)
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3fffd}') && c != '\u{3164}'
}

fn is_braille(c: char) -> bool {
    matches!(c, '\u{2801}'..='\u{28ff}')
}
