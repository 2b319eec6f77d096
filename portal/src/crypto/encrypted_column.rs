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

impl EncryptedColumn {
    /// Returns the statement that selects the rows after the key `$1`, at most `$2`: the key, the other id that the context
    /// names, if any, and the value.
    pub fn select_statement(&self) -> String {
        let Self { table, key, value, .. } = self;
        let columns = match self.context {
            RowContext::IdWith(other, _) => format!("{key}, {other}"),
            RowContext::Id(_) | RowContext::Text(_) | RowContext::Bytes(_) => (*key).to_owned(),
        };
        format!(
            "select {columns}, {value} from {table} where {key} > $1 and {value} is not null order by {key} limit $2"
        )
    }

    /// Returns the statement that replaces the value `$3` of the row with the key `$1` by `$2`.
    pub fn update_statement(&self) -> String {
        let Self { table, key, value, .. } = self;
        format!("update {table} set {value} = $2 where {key} = $1 and {value} = $3")
    }
}
