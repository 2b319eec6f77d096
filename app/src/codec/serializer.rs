//! Writes values in the positional encoding.

use crate::codec::CodecError;
use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant,
};

/// Appends to a buffer.
pub(super) struct Serializer<'a>(pub &'a mut Vec<u8>);

type Result = std::result::Result<(), CodecError>;

impl Serializer<'_> {
    fn unsigned(&mut self, mut value: u64) -> Result {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
        Ok(())
    }

    fn signed(&mut self, value: i64) -> Result {
        self.unsigned(((value << 1) ^ (value >> 63)) as u64)
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result {
        self.unsigned(bytes.len() as u64)?;
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}

macro_rules! integers {
    ($($method:ident $integer:ident $write:ident,)*) => {$(
        fn $method(self, value: $integer) -> Result {
            self.$write(value.into())
        }
    )*};
}

impl serde::Serializer for &mut Serializer<'_> {
    type Ok = ();
    type Error = CodecError;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_bool(self, value: bool) -> Result {
        self.serialize_u8(value.into())
    }

    fn serialize_i8(self, value: i8) -> Result {
        self.serialize_u8(value as u8)
    }

    fn serialize_u8(self, value: u8) -> Result {
        self.0.push(value);
        Ok(())
    }

    integers! {
        serialize_i16 i16 signed,
        serialize_i32 i32 signed,
        serialize_i64 i64 signed,
        serialize_u16 u16 unsigned,
        serialize_u32 u32 unsigned,
        serialize_u64 u64 unsigned,
    }

    fn serialize_f32(self, value: f32) -> Result {
        self.0.extend_from_slice(&value.to_le_bytes());
        Ok(())
    }

    fn serialize_f64(self, value: f64) -> Result {
        self.0.extend_from_slice(&value.to_le_bytes());
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result {
        self.bytes(value.as_bytes())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result {
        self.bytes(value)
    }

    fn serialize_none(self) -> Result {
        self.serialize_u8(0)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result {
        self.0.push(1);
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, index: u32, _: &'static str) -> Result {
        self.serialize_u32(index)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        value: &T,
    ) -> Result {
        self.unsigned(index.into())?;
        value.serialize(self)
    }

    fn serialize_seq(self, length: Option<usize>) -> std::result::Result<Self, CodecError> {
        self.unsigned(length.ok_or(CodecError::Unsupported)? as u64)?;
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> std::result::Result<Self, CodecError> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> std::result::Result<Self, CodecError> {
        Ok(self)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> std::result::Result<Self, CodecError> {
        self.unsigned(index.into())?;
        Ok(self)
    }

    /// Fails without a length, as that of a struct with `flatten`.
    fn serialize_map(self, length: Option<usize>) -> std::result::Result<Self, CodecError> {
        self.serialize_seq(length)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> std::result::Result<Self, CodecError> {
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> std::result::Result<Self, CodecError> {
        self.unsigned(index.into())?;
        Ok(self)
    }
}

macro_rules! items {
    ($($name:ident $method:ident,)*) => {$(
        impl $name for &mut Serializer<'_> {
            type Ok = ();
            type Error = CodecError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
                value.serialize(&mut **self)
            }

            fn end(self) -> Result {
                Ok(())
            }
        }
    )*};
}

items! {
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field,
}

impl SerializeMap for &mut Serializer<'_> {
    type Ok = ();
    type Error = CodecError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result {
        key.serialize(&mut **self)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result {
        value.serialize(&mut **self)
    }

    fn end(self) -> Result {
        Ok(())
    }
}

macro_rules! fields {
    ($($name:ident,)*) => {$(
        impl $name for &mut Serializer<'_> {
            type Ok = ();
            type Error = CodecError;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, _: &'static str, value: &T) -> Result {
                self.0.push(1);
                value.serialize(&mut **self)
            }

            fn skip_field(&mut self, _: &'static str) -> Result {
                self.0.push(0);
                Ok(())
            }

            fn end(self) -> Result {
                Ok(())
            }
        }
    )*};
}

fields! {
    SerializeStruct,
    SerializeStructVariant,
}
