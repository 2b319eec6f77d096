use super::*;
use domain::accounts::rights::Right;
use domain::ids::TokenId;
use proptest::prelude::*;
use rstest::rstest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Record {
    id: u64,
    signed: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    skipped: Option<String>,
    #[serde(rename = "other", default, skip_serializing_if = "Vec::is_empty")]
    list: Vec<Kind>,
    map: BTreeMap<String, bool>,
    tuple: (u8, char, f64),
    unit: (),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Unit,
    Newtype(Box<i32>),
    Tuple(Option<bool>, String),
    Struct {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        first: Option<u16>,
        second: u16,
    },
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Unit),
        any::<i32>().prop_map(|value| Kind::Newtype(Box::new(value))),
        any::<(Option<bool>, String)>().prop_map(|(one, two)| Kind::Tuple(one, two)),
        any::<(Option<u16>, u16)>().prop_map(|(first, second)| Kind::Struct { first, second }),
    ]
}

proptest! {
    #[test]
    fn decoding_returns_the_encoded_value(
        (id, signed, skipped) in any::<(u64, i64, Option<String>)>(),
        list in prop::collection::vec(kinds(), 0..4),
        map in any::<BTreeMap<String, bool>>(),
        (byte, letter, number) in (any::<u8>(), any::<char>(), -1e300..1e300),
    ) {
        let record = Record { id, signed, skipped, list, map, tuple: (byte, letter, number), unit: () };
        let bytes = encode(&record).unwrap();
        prop_assert_eq!(decode::<Record>(&from_text(&to_text(&bytes)).unwrap()), Ok(record));
        for length in 0..bytes.len() {
            prop_assert_eq!(decode::<Record>(&bytes[..length]), Err(CodecError::Invalid));
        }
    }

    /// Data of another build, or of something else than the portal, is an error and allocates no more than it contains.
    #[test]
    fn decoding_other_data_does_not_panic(bytes: Vec<u8>) {
        _ = decode::<Record>(&bytes);
        _ = decode::<Vec<Kind>>(&bytes);
    }
}

#[test]
fn types_of_the_domain_are_decoded() {
    let id: TokenId = "0192f0c1-2b3c-7d4e-8f90-123456789abc".parse().unwrap();
    let ids = vec![(id, Some(Right::ManageOauthApps)), (id, None)];
    assert_eq!(decode(&encode(&ids).unwrap()), Ok(ids));
}

#[rstest]
#[case::data_after_the_value(&[1, 0])]
#[case::no_flag(&[2])]
#[case::no_data(&[])]
fn invalid_flag_is_an_error(#[case] bytes: &[u8]) {
    assert_eq!(decode::<bool>(bytes), Err(CodecError::Invalid));
}

#[rstest]
#[case::too_long(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0])]
#[case::too_large(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2])]
#[case::cut(&[0x80])]
fn invalid_integer_is_an_error(#[case] bytes: &[u8]) {
    assert_eq!(decode::<u64>(bytes), Err(CodecError::Invalid));
}

#[test]
fn length_beyond_the_data_is_an_error() {
    assert_eq!(
        decode::<String>(&[0xff, 0xff, 0xff, 0xff, 0x0f]),
        Err(CodecError::Invalid)
    );
    assert_eq!(decode::<Vec<u8>>(&[2, 1]), Err(CodecError::Invalid));
    assert_eq!(decode::<String>(&[1, 0xff]), Err(CodecError::Invalid));
    assert_eq!(decode::<u8>(&[0xff, 1]), Err(CodecError::Invalid));
}

#[test]
fn flattened_struct_is_unsupported() {
    #[derive(Serialize)]
    struct Outer {
        #[serde(flatten)]
        inner: BTreeMap<String, bool>,
    }
    let outer = Outer {
        inner: BTreeMap::from([("a".to_owned(), true)]),
    };
    assert_eq!(encode(&outer), Err(CodecError::Unsupported));
}
