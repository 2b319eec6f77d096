//! Which failures of a database pass, and which leave a connection behind that is of no more use.

use sqlx::error::DatabaseError;

/// SQLite's primary result codes (<https://www.sqlite.org/rescode.html>).
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

/// PostgreSQL's classes of SQLSTATE that are about the server and not about the statement
/// (<https://www.postgresql.org/docs/current/errcodes-appendix.html>): connection, insufficient resources, operator
/// intervention, system errors.
const SERVER_CLASSES: [&str; 4] = ["08", "53", "57", "58"];

/// PostgreSQL's other codes of what another attempt may not meet again: a server that only reads (a standby, or one that
/// was told to), a serialization failure, a deadlock, a lock that was not available.
const READ_ONLY: &str = "25006";
const OTHER_TEMPORARY: [&str; 4] = [READ_ONLY, "40001", "40P01", "55P03"];

/// The code of a full disk.
const POSTGRES_DISK_FULL: &str = "53100";

/// The primary result code of an error of SQLite's.
fn sqlite_code(error: &dyn DatabaseError) -> Option<i32> {
    error.try_downcast_ref::<sqlx::sqlite::SqliteError>()?;
    // The lowest byte of an extended code is the primary one.
    error.code()?.parse::<i32>().ok().map(|code| code & 0xff)
}

/// Whether the same statement may work later, though nobody changes it: the database is away, full, locked by another, or
/// takes no writes.
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
                SERVER_CLASSES.iter().any(|class| code.starts_with(class)) || OTHER_TEMPORARY.contains(&code.as_ref())
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

/// What a failure is, in a sentence for the operator.
pub(crate) fn sentence(error: &sqlx::Error) -> &'static str {
    let sqlx::Error::Database(error) = error else {
        return "the database does not answer";
    };
    match (sqlite_code(error.as_ref()), error.code().as_deref()) {
        (Some(sqlite::FULL), _) | (None, Some(POSTGRES_DISK_FULL)) => "the disk is full",
        (Some(sqlite::BUSY | sqlite::LOCKED), _) => "another process holds the lock of the database",
        (Some(sqlite::READ_ONLY), _) | (None, Some(READ_ONLY)) => "the database can only be read",
        (Some(sqlite::IO_ERROR | sqlite::CANNOT_OPEN), _) => "the files of the database cannot be read or written",
        _ => "the database does not answer",
    }
}

/// Whether the connection that reported this is to be closed. SQLite may have rolled back by itself, or hold a file that
/// it could only open for reading; a server of PostgreSQL's may be on its way down, or have become a standby.
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
                code == READ_ONLY || ["08", "57P", "58"].iter().any(|class| code.starts_with(class))
            }),
        },
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}
