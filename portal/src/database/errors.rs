//! Classification of database errors: which are temporary, which leave a broken connection, and which unique index they
//! violate.

use sqlx::error::DatabaseError;

/// SQLite primary result codes (<https://www.sqlite.org/rescode.html>).
mod sqlite {
    pub const BUSY: i32 = 5;
    pub const LOCKED: i32 = 6;
    pub const NO_MEMORY: i32 = 7;
    pub const READ_ONLY: i32 = 8;
    pub const INTERRUPTED: i32 = 9;
    pub const IO_ERROR: i32 = 10;
    pub const CORRUPT: i32 = 11;
    pub const FULL: i32 = 13;
    pub const CANNOT_OPEN: i32 = 14;
    pub const PROTOCOL: i32 = 15;
    pub const NOT_A_DATABASE: i32 = 26;
}

/// PostgreSQL SQLSTATE classes that concern the server rather than the statement
/// (<https://www.postgresql.org/docs/current/errcodes-appendix.html>): connection, insufficient resources, operator
/// intervention, system errors.
const POSTGRES_SERVER_CLASSES: [&str; 4] = ["08", "53", "57", "58"];

/// The SQLSTATE of a read-only server: a standby, or one in read-only mode.
const POSTGRES_READ_ONLY: &str = "25006";

/// Other PostgreSQL SQLSTATEs for which a retry may succeed: a read-only server, a serialization failure, a deadlock, and
/// an unavailable lock.
const POSTGRES_TEMPORARY: [&str; 4] = [POSTGRES_READ_ONLY, "40001", "40P01", "55P03"];

/// The SQLSTATE of a full disk.
const POSTGRES_DISK_FULL: &str = "53100";

/// Returns the primary result code of a SQLite error.
fn sqlite_code(error: &dyn DatabaseError) -> Option<i32> {
    error.try_downcast_ref::<sqlx::sqlite::SqliteError>()?;
    // The lowest byte of an extended code is the primary code.
    error.code()?.parse::<i32>().ok().map(|code| code & 0xff)
}

/// Returns whether the same statement may succeed later: the database is unavailable, full, locked, or read-only.
pub(crate) fn is_temporary(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => match sqlite_code(error.as_ref()) {
            Some(code) => matches!(
                code,
                sqlite::BUSY
                    | sqlite::LOCKED
                    | sqlite::NO_MEMORY
                    | sqlite::READ_ONLY
                    | sqlite::INTERRUPTED
                    | sqlite::IO_ERROR
                    | sqlite::FULL
                    | sqlite::CANNOT_OPEN
                    | sqlite::PROTOCOL
            ),
            None => error.code().is_some_and(|code| {
                POSTGRES_SERVER_CLASSES.iter().any(|class| code.starts_with(class))
                    || POSTGRES_TEMPORARY.contains(&code.as_ref())
            }),
        },
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed
        | sqlx::Error::InvalidSavePointStatement => true,
        _ => false,
    }
}

/// A unique index or primary key. PostgreSQL reports its name, SQLite its columns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UniqueIndex {
    /// The name of the index.
    pub name: &'static str,
    /// The columns, each with its table, separated by a comma and a space.
    pub columns: &'static str,
}

/// Returns whether a statement failed because it would have stored a duplicate in this index.
pub(crate) fn violates_unique(error: &sqlx::Error, index: &UniqueIndex) -> bool {
    let Some(error) = error.as_database_error() else {
        return false;
    };
    error.is_unique_violation()
        && match error.constraint() {
            Some(name) => name == index.name,
            None => error.message().strip_prefix("UNIQUE constraint failed: ") == Some(index.columns),
        }
}

/// Returns a message about the error for the operator.
pub(crate) fn message(error: &sqlx::Error) -> &'static str {
    let sqlx::Error::Database(error) = error else {
        return "the database is not responding";
    };
    match (sqlite_code(error.as_ref()), error.code().as_deref()) {
        (Some(sqlite::FULL), _) | (None, Some(POSTGRES_DISK_FULL)) => "the disk is full",
        (Some(sqlite::BUSY | sqlite::LOCKED), _) => "another process has locked the database",
        (Some(sqlite::READ_ONLY), _) | (None, Some(POSTGRES_READ_ONLY)) => "the database is read-only",
        (Some(sqlite::IO_ERROR | sqlite::CANNOT_OPEN), _) => "the database files cannot be read or written",
        _ => "the database is not responding",
    }
}

/// Returns whether the connection that reported this error must be closed. SQLite may have rolled back by itself, or hold
/// a file that it could open only for reading; a PostgreSQL server may be shutting down or have become a standby.
pub(crate) fn breaks_connection(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => match sqlite_code(error.as_ref()) {
            Some(code) => matches!(
                code,
                sqlite::NO_MEMORY
                    | sqlite::READ_ONLY
                    | sqlite::IO_ERROR
                    | sqlite::CORRUPT
                    | sqlite::FULL
                    | sqlite::CANNOT_OPEN
                    | sqlite::NOT_A_DATABASE
            ),
            None => error.code().is_some_and(|code| {
                code == POSTGRES_READ_ONLY || ["08", "57P", "58"].iter().any(|class| code.starts_with(class))
            }),
        },
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}
