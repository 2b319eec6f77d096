//! The reason why a database can't be migrated.

use crate::infra::error::Error;
use sqlx::migrate::{MigrateError, Migrator};

/// Selects the checksum of the first migration that was applied to the database.
pub(crate) const FIRST_CHECKSUM: &str = "select checksum from _sqlx_migrations where version = 1";

/// Returns the error for a failed migration. `first_checksum` is the result of [`FIRST_CHECKSUM`]: development versions
/// before the first release had other migrations, which the migrator rejects before it changes anything.
pub(crate) fn migration_error(migrator: &Migrator, first_checksum: Option<Vec<u8>>, error: MigrateError) -> Error {
    let expected = migrator.iter().next().map(|migration| &*migration.checksum);
    if first_checksum.is_some() && first_checksum.as_deref() != expected {
        return Error::unavailable(
            "this database was created by a development version of Gatehouse and can't be upgraded",
            "start again with a new data folder or an empty PostgreSQL database",
        );
    }
    Error::unavailable("the database migration failed", error)
}
