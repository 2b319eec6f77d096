//! The columns that the master key encrypts. Each subject declares its own, so that a rotation of the key finds them.

use uuid::Uuid;

/// A column of values that are encrypted with the master key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EncryptedColumn {
    /// The name of the table.
    pub table: &'static str,
    /// The primary key.
    pub key: &'static str,
    /// The column with the encrypted values.
    pub value: &'static str,
    /// How a row's encryption context follows from its primary key.
    pub context: RowContext,
}

/// Returns the encryption context of a row with a primary key of this type.
#[derive(Debug, Clone, Copy)]
pub(crate) enum RowContext {
    /// An id.
    Id(fn(Uuid) -> String),
    /// An id; the context also names the id in this column.
    IdWith(&'static str, fn(Uuid, Uuid) -> String),
    /// A text.
    Text(fn(&str) -> String),
    /// A digest.
    Bytes(fn(&[u8]) -> String),
}
