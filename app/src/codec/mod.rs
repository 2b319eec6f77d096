//! The encoding of the data that the server sends to its own pages: positional binary, without the names of fields.
//!
//! The code that reads a type's JSON, where members come by name and in any order, takes three times as many bytes as the
//! code that reads its fields by position, and a browser downloads it for every type of every page. Server and browser are
//! built together, so both know the positions. Unlike the binary encodings of other libraries this one allows for
//! `skip_serializing_if`, which the same types need in the JSON of the machine APIs: each field of a struct begins with a
//! byte that tells whether it was skipped. It doesn't support `flatten`, `tag` and `untagged`, which depend on names.
//!
//! | type | encoding |
//! | --- | --- |
//! | `bool`, `u8`, `i8` | a byte |
//! | other integers | LEB128, signed ones in zigzag form |
//! | `f32`, `f64` | 4 or 8 bytes, little-endian |
//! | `char`, strings, bytes | a length and UTF-8 or the bytes |
//! | `Option` | a byte 0, or a byte 1 and the value |
//! | sequences, maps | a length and the items |
//! | tuples, newtypes | the items |
//! | structs | for each field a byte 0 if it was skipped, or a byte 1 and the value |
//! | enums | the index of the variant, and the value |

mod deserializer;
mod serializer;
#[cfg(test)]
mod tests;

#[cfg(not(target_arch = "wasm32"))]
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use leptos::server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;

/// The error of data that could not be encoded or decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodecError {
    /// The type needs something that the encoding doesn't support.
    Unsupported,
    /// The data is not an encoding of the type.
    Invalid,
}

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unsupported => "unsupported type",
            Self::Invalid => "invalid data",
        })
    }
}

impl std::error::Error for CodecError {}

// The messages would be code that the browser downloads.
impl serde::ser::Error for CodecError {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::Unsupported
    }
}

impl serde::de::Error for CodecError {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::Invalid
    }
}

/// Encodes a value.
///
/// # Errors
/// Returns [`CodecError::Unsupported`] for a type with `flatten` or 128-bit integers.
pub fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, CodecError> {
    let mut output = Vec::new();
    value.serialize(&mut serializer::Serializer(&mut output))?;
    Ok(output)
}

/// Decodes a value.
///
/// # Errors
/// Returns [`CodecError::Invalid`] if the data is not a complete encoding of the type.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError> {
    let mut input = deserializer::Deserializer(bytes);
    let value = T::deserialize(&mut input)?;
    if input.0.is_empty() {
        Ok(value)
    } else {
        Err(CodecError::Invalid)
    }
}

/// The media type, which the script of a page accepts. Whoever else calls a server function gets JSON.
pub const MEDIA_TYPE: &str = "application/vnd.gatehouse.positional";

/// Returns whether the value of an `Accept` header is that of the script of a page.
#[must_use]
pub fn is_accepted(accept: &str) -> bool {
    accept == MEDIA_TYPE
}

/// The encoding of the errors of server functions.
#[derive(Debug)]
pub struct PositionalEncoding;

impl ContentType for PositionalEncoding {
    const CONTENT_TYPE: &'static str = MEDIA_TYPE;
}

impl FormatType for PositionalEncoding {
    const FORMAT_TYPE: Format = Format::Binary;
}

impl<T: Serialize> Encodes<T> for PositionalEncoding {
    type Error = CodecError;

    fn encode(output: &T) -> Result<Bytes, CodecError> {
        encode(output).map(Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for PositionalEncoding {
    type Error = CodecError;

    fn decode(bytes: Bytes) -> Result<T, CodecError> {
        decode(&bytes)
    }
}

/// Encodes bytes as text for the document.
#[cfg(feature = "ssr")]
pub(crate) fn to_text(bytes: &[u8]) -> String {
    STANDARD_NO_PAD.encode(bytes)
}

/// Decodes bytes from the text in the document.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn from_text(text: &str) -> Result<Vec<u8>, CodecError> {
    STANDARD_NO_PAD.decode(text).map_err(|_| CodecError::Invalid)
}

/// Decodes bytes from the text in the document, as a string with a character for each byte.
#[cfg(target_arch = "wasm32")]
pub(crate) fn from_text(text: &str) -> Result<Vec<u8>, CodecError> {
    let bytes = leptos::prelude::window().atob(text).map_err(|_| CodecError::Invalid)?;
    bytes
        .chars()
        .map(|c| u8::try_from(c).map_err(|_| CodecError::Invalid))
        .collect()
}
