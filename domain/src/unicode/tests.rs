use crate::unicode::*;
use icu_casemap::CaseMapper;
use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup};
use icu_properties::{CodePointMapData, CodePointSetData};
use proptest::prelude::*;

/// Returns every assigned character.
fn assigned() -> impl Iterator<Item = char> {
    let categories = CodePointMapData::<GeneralCategory>::new();
    ('\0'..=char::MAX).filter(move |c| categories.get(*c) != GeneralCategory::Unassigned)
}

/// Compares equivalence, not the folded text: Unicode folds Cherokee to uppercase.
#[test]
fn case_folding_matches_icu_for_every_character() {
    let icu = CaseMapper::new();
    let categories = CodePointMapData::<GeneralCategory>::new();
    let differs = |c: &char| {
        // Skips letters that are newer than the standard library's version of Unicode.
        if GeneralCategoryGroup::Letter.contains(categories.get(*c)) && !c.is_alphabetic() {
            return false;
        }
        let text = c.to_string();
        let theirs = icu.fold_string(&text);
        let ours = fold_case(&text);
        fold_case(&theirs) != ours || icu.fold_string(&ours) != theirs
    };
    let different: Vec<char> = assigned().filter(differs).collect();
    assert!(different.is_empty(), "{different:?}");
}

#[test]
fn default_ignorable_matches_icu_for_every_character() {
    let icu = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let different: Vec<char> = ('\0'..=char::MAX)
        .filter(|c| is_default_ignorable(*c) != icu.contains(*c))
        .collect();
    assert!(different.is_empty(), "{different:?}");
}

#[test]
fn equivalent_names_have_equal_keys() {
    for (one, other) in [
        ("Bildfläche", "bildfla\u{308}che"),
        ("Straße", "STRASSE"),
        ("Straße", "STRA\u{1e9e}E"),
        ("ΌΔΟΣ", "όδος"),
        ("όδοσ", "όδος"),
        ("한글", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}"),
        ("\u{212a}elvin", "kelvin"),
        ("\u{212b}ngstrom", "ångstrom"),
        ("ﬁnance", "FINANCE"),
        ("maſter", "MASTER"),
        ("\u{1e69}", "s\u{307}\u{323}"),
        ("q\u{307}\u{323}", "Q\u{323}\u{307}"),
        ("İstanbul", "i\u{307}stanbul"),
        ("\u{1fc3}\u{301}", "\u{397}\u{301}\u{345}"),
        ("ŉ", "ʼN"),
        ("ǅ", "ǆ"),
        ("ꮳ", "Ꮳ"),
        ("Website", "Web\u{200b}site"),
        ("Website", "Website\u{202e}"),
        ("a\u{34f}\u{308}", "ä"),
        ("می\u{200c}خواهم", "میخواهم"),
        ("葛\u{e0100}", "葛"),
    ] {
        assert_eq!(caseless_key(one), caseless_key(other), "{one} {other}");
    }
}

#[test]
fn different_names_have_different_keys() {
    for (one, other) in [
        ("İstanbul", "istanbul"),
        ("ırmak", "irmak"),
        ("Bildflache", "Bildfläche"),
        ("Ａda", "Ada"),
        ("①", "1"),
        ("Аda", "Ada"),
    ] {
        assert_ne!(caseless_key(one), caseless_key(other), "{one} {other}");
    }
}

#[test]
fn legitimate_name_is_accepted() {
    for name in [
        "Website",
        "Bildfläche",
        "Bildfla\u{308}che",
        "O’Neill & Söhne (2026) – No. 1",
        "مدیریت می\u{200c}خواهم",
        "۱۴۰۱ ه\u{200d}.ش",
        "क्\u{200d}ष",
        "শ্\u{200c}য",
        "അവന്\u{200d}",
        "ශ්\u{200d}රී ලංකා",
        "שָׁלוֹם",
        "בְּרֵאשִׁ֖ית",
        "ไม้เท้า",
        "ཧཱུྃ",
        "Nguyễn Thị Ánh",
        "👩\u{200d}🚀 Team",
        "🏳\u{fe0f}\u{200d}🌈",
        "👨\u{200d}👩\u{200d}👧\u{200d}👦",
        "👍🏽",
        "❤\u{fe0f}\u{200d}🔥",
        "1\u{fe0f}\u{20e3} first",
        "©\u{fe0f} notices",
        "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
        "葛\u{e0100}飾区",
        "⠓⠊⠀⠽⠕⠥",
        "한글",
        "\u{1112}\u{1161}\u{11ab}",
        "ᠮᠣᠩᠭᠣᠯ\u{180b}",
        "日本語　テスト",
        "\u{fffd}",
    ] {
        assert_eq!(check_visible(name), Ok(()), "{name}");
        assert_eq!(check_visible(&nfc(name)), Ok(()), "{name}");
        assert_eq!(remove_hidden(name), name);
        assert_eq!(escape_hidden(name), name);
    }
}

#[test]
fn deceptive_name_is_rejected() {
    use TextError::{Control, Hidden, PrivateUse, StrayMark, TooManyMarks};
    let zalgo = format!("a{}", "\u{301}\u{316}".repeat(5));
    for (name, why) in [
        ("Photos\u{202e}", Hidden('\u{202e}')),
        ("\u{202d}Photos", Hidden('\u{202d}')),
        ("a\u{2066}b\u{2069}", Hidden('\u{2066}')),
        ("a\u{200e}", Hidden('\u{200e}')),
        ("a\u{200f}b", Hidden('\u{200f}')),
        ("a\u{61c}b", Hidden('\u{61c}')),
        ("\u{200b}", Hidden('\u{200b}')),
        ("Website\u{200b}", Hidden('\u{200b}')),
        ("\u{3164}", Hidden('\u{3164}')),
        ("\u{ffa0}", Hidden('\u{ffa0}')),
        ("\u{115f}\u{1160}", Hidden('\u{115f}')),
        ("\u{2800}", Hidden('\u{2800}')),
        ("Web\u{2800}site", Hidden('\u{2800}')),
        ("Web\u{ad}site", Hidden('\u{ad}')),
        ("\u{feff}Website", Hidden('\u{feff}')),
        ("Web\u{2060}site", Hidden('\u{2060}')),
        ("Web\u{2063}site", Hidden('\u{2063}')),
        ("a\u{34f}b", Hidden('\u{34f}')),
        ("a\u{180e}b", Hidden('\u{180e}')),
        ("Web\u{200c}site", Hidden('\u{200c}')),
        ("Web\u{200d}site", Hidden('\u{200d}')),
        ("Website\u{200d}", Hidden('\u{200d}')),
        ("م\u{200c}", Hidden('\u{200c}')),
        ("م\u{200c}\u{200c}م", Hidden('\u{200c}')),
        ("👩\u{200d}", Hidden('\u{200d}')),
        ("A\u{fe0f}", Hidden('\u{fe0f}')),
        ("\u{fe0f}", Hidden('\u{fe0f}')),
        ("👍\u{fe0f}\u{fe0f}", Hidden('\u{fe0f}')),
        ("A\u{e0100}", Hidden('\u{e0100}')),
        ("A\u{e0041}\u{e007f}", Hidden('\u{e0041}')),
        ("🏴\u{e0041}\u{e007f}", Hidden('\u{e0041}')),
        ("a\u{fff9}b", Hidden('\u{fff9}')),
        ("\u{1d159}", Hidden('\u{1d159}')),
        ("\u{13441}", Hidden('\u{13441}')),
        ("a\u{e000}", PrivateUse('\u{e000}')),
        ("a\u{f8ff}", PrivateUse('\u{f8ff}')),
        ("a\u{fdd0}", PrivateUse('\u{fdd0}')),
        ("a\u{10ffff}", PrivateUse('\u{10ffff}')),
        ("\u{301}", StrayMark),
        ("a \u{301}b", StrayMark),
        ("\u{20dd}", StrayMark),
        (&zalgo, TooManyMarks),
        ("a\u{1b}[31m", Control),
        ("é\u{85}", Control),
        ("a\u{7f}", Control),
    ] {
        assert_eq!(check_visible(name), Err(why), "{name:?}");
    }
}

#[test]
fn hidden_characters_are_removed_replaced_or_escaped() {
    assert_eq!(remove_hidden("Web\u{200b}site\u{202e}"), "Website");
    assert_eq!(replace_hidden("Web\u{202e}\u{1}"), "Web\u{fffd}\u{fffd}");
    assert_eq!(escape_hidden("a\u{202e}\n\t\u{1b}é"), "a\\u{202e}\n\t\\u{1b}é");
}

#[test]
fn error_message_names_the_character() {
    let message = check_visible("Photos\u{202e}").unwrap_err().to_string();
    assert_eq!(message, "Remove the invisible or text-direction characters (U+202E).");
}

proptest! {
    #[test]
    fn caseless_key_is_idempotent(text in "\\PC{0,20}", odd in any::<String>()) {
        for text in [text, odd] {
            let key = caseless_key(&text);
            prop_assert_eq!(caseless_key(&key), key);
        }
    }

    #[test]
    fn caseless_key_ignores_normalization_and_case(text in any::<String>()) {
        let text = text.replace(is_default_ignorable, "");
        let key = caseless_key(&text);
        prop_assert_eq!(&caseless_key(&nfc(&text)), &key);
        prop_assert_eq!(&caseless_key(&nfd(&text)), &key);
        prop_assert_eq!(&caseless_key(&CaseMapper::new().fold_string(&nfd(&text))), &key);
    }

    #[test]
    fn rewritten_text_has_no_hidden_characters(text in any::<String>()) {
        for shown in [remove_hidden(&text), replace_hidden(&text)] {
            prop_assert!(!HiddenScanner::scan(&shown).any(|(_, hidden)| hidden), "{:?}", shown);
        }
        prop_assert!(HiddenScanner::scan(&escape_hidden(&text)).all(|(c, hidden)| !hidden && (!c.is_control() || "\n\r\t".contains(c))));
    }

    #[test]
    fn letters_and_digits_are_accepted(text in "[\\p{L}\\p{N}]{1,20}") {
        let blank = text.chars().any(is_default_ignorable) || text.contains(['\u{13441}', '\u{13442}']);
        prop_assert!(blank || check_visible(&nfc(&text)).is_ok());
    }
}
