//! Sets of an enum's variants.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;
use strum::VariantArray;

/// A set of the variants of an enum that has at most 64, iterated in the order of their declaration. Serializes as a list.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct EnumSet<E> {
    bits: u64,
    variants: PhantomData<E>,
}

impl<E: VariantArray + Copy + PartialEq> EnumSet<E> {
    /// Returns the set of all variants.
    #[must_use]
    pub fn all() -> Self {
        E::VARIANTS.iter().copied().collect()
    }

    /// Reports whether the set contains `variant`.
    #[must_use]
    pub fn has(self, variant: E) -> bool {
        self.bits & Self::bit(variant) != 0
    }

    /// Reports whether the set contains at least one of `variants`.
    #[must_use]
    pub fn has_any(self, variants: &[E]) -> bool {
        variants.iter().any(|variant| self.has(*variant))
    }

    /// Reports whether the set is empty.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.bits == 0
    }

    /// Returns the set with `variant` added.
    #[must_use]
    pub fn with(self, variant: E) -> Self {
        Self::from_bits(self.bits | Self::bit(variant))
    }

    /// Returns the set with `variant` removed.
    #[must_use]
    pub fn without(self, variant: E) -> Self {
        Self::from_bits(self.bits & !Self::bit(variant))
    }

    /// Returns the variants that are in both sets.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self::from_bits(self.bits & other.bits)
    }

    /// Returns the variants that are in either set.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self::from_bits(self.bits | other.bits)
    }

    /// Returns the variants that are not in `other`.
    #[must_use]
    pub fn difference(self, other: Self) -> Self {
        Self::from_bits(self.bits & !other.bits)
    }

    /// Iterates over the variants in the order of their declaration.
    pub fn iter(self) -> impl Iterator<Item = E> {
        E::VARIANTS.iter().copied().filter(move |variant| self.has(*variant))
    }

    /// Returns the names of the variants, joined by `separator`.
    #[must_use]
    pub fn join(self, separator: &str) -> String
    where
        E: Into<&'static str>,
    {
        let names: Vec<&'static str> = self.iter().map(Into::into).collect();
        names.join(separator)
    }

    fn bit(variant: E) -> u64 {
        let position = E::VARIANTS.iter().take_while(|other| **other != variant).count();
        1 << position
    }

    fn from_bits(bits: u64) -> Self {
        Self {
            bits,
            variants: PhantomData,
        }
    }
}

impl<E> Default for EnumSet<E> {
    fn default() -> Self {
        Self {
            bits: 0,
            variants: PhantomData,
        }
    }
}

impl<E: VariantArray + Copy + PartialEq> FromIterator<E> for EnumSet<E> {
    fn from_iter<I: IntoIterator<Item = E>>(variants: I) -> Self {
        variants.into_iter().fold(Self::default(), Self::with)
    }
}

impl<E: VariantArray + Copy + PartialEq + fmt::Debug> fmt::Debug for EnumSet<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<E: VariantArray + Copy + PartialEq + Serialize> Serialize for EnumSet<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.iter().collect::<Vec<E>>().serialize(serializer)
    }
}

impl<'de, E: VariantArray + Copy + PartialEq + Deserialize<'de>> Deserialize<'de> for EnumSet<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<E>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::IntoStaticStr;

    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
    enum Letter {
        A,
        B,
        C,
    }

    fn set(letters: &[Letter]) -> EnumSet<Letter> {
        letters.iter().copied().collect()
    }

    #[test]
    fn order_and_repetition_are_ignored() {
        let letters = set(&[Letter::C, Letter::A, Letter::C]);
        assert_eq!(letters.iter().collect::<Vec<_>>(), [Letter::A, Letter::C]);
        assert_eq!(letters.join(" "), "A C");
        assert_eq!(format!("{letters:?}"), "{A, C}");
        assert_eq!(letters, set(&[Letter::A, Letter::C]));
    }

    #[test]
    fn variants_are_added_and_removed() {
        let all = EnumSet::<Letter>::all();
        assert_eq!(all, set(&[Letter::A, Letter::B, Letter::C]));
        let without = all.without(Letter::B);
        assert!(without.has(Letter::A) && !without.has(Letter::B) && without.has(Letter::C));
        assert_eq!(without.without(Letter::B), without);
        assert_eq!(without.with(Letter::B), all);
        assert!(without.has_any(&[Letter::B, Letter::C]) && !without.has_any(&[Letter::B]));
        assert!(EnumSet::<Letter>::default().is_empty() && !without.is_empty());
    }

    #[test]
    fn sets_are_combined() {
        let (one, other) = (set(&[Letter::A, Letter::B]), set(&[Letter::B, Letter::C]));
        assert_eq!(one.intersection(other), set(&[Letter::B]));
        assert_eq!(one.union(other), EnumSet::all());
        assert_eq!(one.difference(other), set(&[Letter::A]));
    }

    #[test]
    fn set_serializes_as_a_list() {
        let letters = set(&[Letter::B, Letter::A]);
        assert_eq!(serde_json::to_string(&letters).unwrap(), r#"["A","B"]"#);
        assert_eq!(
            serde_json::from_str::<EnumSet<Letter>>(r#"["B","A","B"]"#).unwrap(),
            letters
        );
        assert!(serde_json::from_str::<EnumSet<Letter>>(r#"["D"]"#).is_err());
    }
}
