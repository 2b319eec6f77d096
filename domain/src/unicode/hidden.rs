//! Characters that nobody sees, and where they are needed all the same.

use crate::unicode::is_default_ignorable;
use std::borrow::Cow;

const ZERO_WIDTH_NON_JOINER: char = '\u{200c}';
const ZERO_WIDTH_JOINER: char = '\u{200d}';
const BRAILLE_BLANK: char = '\u{2800}';
const BLACK_FLAG: char = '\u{1f3f4}';

/// The flags of England, Scotland and Wales after their [`BLACK_FLAG`]: the only sequences of tag characters that are
/// recommended for interchange (UTS #51, emoji-sequences).
const FLAG_TAGS: [&str; 3] = [
    "\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
    "\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
    "\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}",
];

/// The characters of a text, each with whether it is hidden where it stands.
pub(crate) struct Hidden<'a> {
    rest: &'a str,
    before: Option<char>,
    /// How many bytes of a flag's tags are still to come.
    flag_tags: usize,
}

impl<'a> Hidden<'a> {
    pub(crate) fn scan(text: &'a str) -> Self {
        Self {
            rest: text,
            before: None,
            flag_tags: 0,
        }
    }
}

impl Iterator for Hidden<'_> {
    type Item = (char, bool);

    fn next(&mut self) -> Option<(char, bool)> {
        let mut characters = self.rest.chars();
        let c = characters.next()?;
        self.rest = characters.as_str();
        let before = self.before.replace(c);
        if self.flag_tags > 0 {
            self.flag_tags -= c.len_utf8();
            // An emoji that is joined to the flag stands after an emoji.
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

/// Returns the text with U+FFFD for each of its hidden and control characters, so that people see that there is something.
#[must_use]
pub fn replace_hidden(text: &str) -> Cow<'_, str> {
    rewrite(text, |_, shown| shown.push(char::REPLACEMENT_CHARACTER))
}

/// Returns the text with `\u{202e}` in place of each of its hidden and control characters. Line breaks and tabs stay.
#[must_use]
pub fn escape_hidden(text: &str) -> Cow<'_, str> {
    rewrite(text, |c, shown| match c {
        '\n' | '\r' | '\t' => shown.push(c),
        c => shown.extend(c.escape_unicode()),
    })
}

/// Rewrites the hidden and control characters; a text without any is as it was.
fn rewrite(text: &str, write: impl Fn(char, &mut String)) -> Cow<'_, str> {
    let must_go = |c: char, hidden: bool| hidden || c.is_control();
    if !Hidden::scan(text).any(|(c, hidden)| must_go(c, hidden)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for (c, hidden) in Hidden::scan(text) {
        if must_go(c, hidden) {
            write(c, &mut shown);
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Whether nobody sees a character between its neighbors, or only what it does to others.
fn is_hidden(before: Option<char>, c: char, after: Option<char>) -> bool {
    let holds = |c: Option<char>, is: fn(char) -> bool| c.is_some_and(is);
    match c {
        // UAX #31 §2.3.1: within words of the scripts that need it, where it separates letters that would join.
        ZERO_WIDTH_NON_JOINER => !(holds(before, is_joining) && holds(after, is_joining)),
        // There also at the end of a word, where it gives the letter its joined form; and between emoji (UTS #51 §1.4.4).
        ZERO_WIDTH_JOINER => !(holds(before, is_joining) || holds(before, is_emoji) && holds(after, is_pictograph)),
        '\u{fe0e}' | '\u{fe0f}' => !holds(before, takes_emoji_style),
        '\u{fe00}'..='\u{fe0d}' => !holds(before, |c| c >= '\u{1000}' && !is_default_ignorable(c)),
        '\u{e0100}'..='\u{e01ef}' => !holds(before, is_ideograph),
        '\u{180b}'..='\u{180d}' | '\u{180f}' => !holds(before, |c| matches!(c, '\u{1820}'..='\u{18aa}')),
        // A space within braille.
        BRAILLE_BLANK => !(holds(before, is_braille) && holds(after, is_braille)),
        // Interlinear annotation, the place of an object, a musical null notehead, blanks between hieroglyphs: no
        // default-ignorables, but nothing to see.
        '\u{fff9}'..='\u{fffc}' | '\u{1d159}' | '\u{13441}'..='\u{13442}' => true,
        c => is_default_ignorable(c),
    }
}

/// Whether a character is of a script whose letters join, or whose marks form conjuncts: by blocks, from Arabic over the
/// scripts of India and Southeast Asia to Mongolian.
fn is_joining(c: char) -> bool {
    let is_of_block = matches!(c,
        '\u{600}'..='\u{dff}' | '\u{f00}'..='\u{109f}' | '\u{1700}'..='\u{18af}' | '\u{1900}'..='\u{1cff}'
        | '\u{a800}'..='\u{a95f}' | '\u{a980}'..='\u{aaff}' | '\u{abc0}'..='\u{abff}'
        | '\u{fb50}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}'
        | '\u{10a00}'..='\u{10fff}' | '\u{11000}'..='\u{11fff}' | '\u{1e900}'..='\u{1e95f}');
    is_of_block && !is_default_ignorable(c)
}

fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{27ff}' | '\u{2900}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

/// Whether an emoji may end with it.
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
