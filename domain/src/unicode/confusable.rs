//! Names that look alike (UTS #39 §4).

use crate::fields::name_key;
use unicode_security::skeleton;

/// Returns whether two different names look alike because of characters beyond ASCII, such as a Cyrillic letter among Latin
/// ones. Names in plain ASCII are never rejected for letters such as `l` and `I`, which ordinary names contain.
#[must_use]
pub fn looks_like(name: &str, other: &str) -> bool {
    if name.is_ascii() && other.is_ascii() {
        return false;
    }
    let (key, other_key) = (name_key(name), name_key(other));
    key != other_key && (skeleton(name).eq(skeleton(other)) || skeleton(&key).eq(skeleton(&other_key)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_in_another_script_looks_like_the_original() {
        for (name, other) in [
            ("W\u{435}bsite", "Website"),
            ("\u{421}MS", "CMS"),
            ("\u{0430}sset", "asset"),
            ("\u{391}BE", "ABE"),
            ("Web\u{2013}site", "Web-site"),
            ("\u{1d400}sset", "Asset"),
        ] {
            assert!(looks_like(name, other), "{name} {other}");
            assert!(looks_like(other, name), "{other} {name}");
        }
    }

    #[test]
    fn names_that_people_can_tell_apart_are_not_alike() {
        for (name, other) in [
            ("Bildfläche", "Bildflache"),
            ("日本 Photos", "Photos"),
            ("Ωmega", "Omega"),
            ("Сайт", "Website"),
            ("Website l", "Website I"),
            ("rn", "m"),
            ("Website", "Website"),
            ("Bildfläche", "bildfla\u{308}che"),
        ] {
            assert!(!looks_like(name, other), "{name} {other}");
        }
    }
}
