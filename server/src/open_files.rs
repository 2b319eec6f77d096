//! The number of connections that the limit on open files allows (`RLIMIT_NOFILE`, getrlimit(2)).

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The number of open files reserved for other uses than client connections: the database (8 readers and a writer of
/// SQLite with their WAL, or 16 connections to PostgreSQL), static files, connections to a DAM, and connections that
/// are being rejected or closed.
const RESERVED_FILES: u64 = 128;

/// The upper bound of the default connection limit: twice what 5,000 connected connectors need.
const MAX_DEFAULT_CONNECTIONS: u64 = 10_000;

/// The upper bound of the default limit per address: enough for an office behind one address before anyone has signed
/// in.
const MAX_DEFAULT_CONNECTIONS_PER_ADDRESS: u32 = 256;

/// Returns the default connection limit: what the hard limit on open files allows, up to 10,000.
#[must_use]
pub fn default_max_connections() -> u32 {
    let hard = getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX);
    u32::try_from(connections_within(hard).min(MAX_DEFAULT_CONNECTIONS)).unwrap_or(u32::MAX)
}

/// Returns the default connection limit per client address: a quarter of `max_connections`, up to 256.
#[must_use]
pub fn default_max_connections_per_address(max_connections: u32) -> u32 {
    (max_connections / 4).clamp(1, MAX_DEFAULT_CONNECTIONS_PER_ADDRESS)
}

/// Returns how many of `files` open files can be used for connections: all but the reserved ones, and at least half.
fn connections_within(files: u64) -> u64 {
    files - RESERVED_FILES.min(files / 2)
}

/// Raises the soft limit on open files for `wanted` connections, as far as the hard limit allows. Returns how many
/// connections the limit allows, at most `wanted`.
pub fn raise_open_file_limit(wanted: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    let needed = u64::try_from(wanted).unwrap_or(u64::MAX).saturating_add(RESERVED_FILES);
    let mut current = limit.current.unwrap_or(u64::MAX);
    if current < needed {
        let raised = limit.maximum.map_or(needed, |hard| needed.min(hard));
        let new_limit = Rlimit {
            current: Some(raised),
            maximum: limit.maximum,
        };
        match setrlimit(Resource::Nofile, new_limit) {
            Ok(()) => current = raised,
            Err(error) => tracing::debug!(%error, "couldn't raise the limit on open files"),
        }
    }
    wanted.min(usize::try_from(connections_within(current)).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_files_are_reserved_for_the_database() {
        for (files, connections) in [(64, 32), (256, 128), (1024, 896), (65_536, 65_408)] {
            assert_eq!(connections_within(files), connections, "{files}");
        }
    }

    #[test]
    fn default_limit_per_address_is_a_quarter_up_to_256() {
        for (max_connections, per_address) in [(1, 1), (128, 32), (896, 224), (10_000, 256)] {
            assert_eq!(
                default_max_connections_per_address(max_connections),
                per_address,
                "{max_connections}"
            );
        }
    }

    #[test]
    fn allowed_connections_stay_below_the_hard_limit() {
        assert_eq!(raise_open_file_limit(10), 10);
        let hard = getrlimit(Resource::Nofile).maximum;
        if let Some(hard) = hard.and_then(|hard| usize::try_from(hard).ok()) {
            assert!(raise_open_file_limit(hard) < hard);
        }
    }
}
