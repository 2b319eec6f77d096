//! How many connections the process's open files allow (`RLIMIT_NOFILE`, getrlimit(2)).

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// How many open files are kept for what is no connection of a client: the database (8 readers and a writer of SQLite with
/// their WAL, or 16 connections to PostgreSQL), files for the browser, connections to a DAM, and connections that are being
/// refused or closed.
const RESERVED_FILES: u64 = 128;

/// The most connections where nothing is set: enough for 5,000 listeners twice over.
const MAX_DEFAULT: u64 = 10_000;

/// The most connections of an address where nothing is set: an office behind one address, before anyone has signed in.
const MAX_DEFAULT_PER_ADDRESS: u32 = 256;

/// Returns how many connections there may be where the operator has not said: as many as the hard limit on open files
/// allows, up to 10,000.
#[must_use]
pub fn default_max_connections() -> u32 {
    let hard = getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX);
    u32::try_from(connections_within(hard).min(MAX_DEFAULT)).unwrap_or(u32::MAX)
}

/// Returns how many connections a client address may have where the operator has not said: a quarter of all, up to 256.
#[must_use]
pub fn default_max_connections_per_address(max_connections: u32) -> u32 {
    (max_connections / 4).clamp(1, MAX_DEFAULT_PER_ADDRESS)
}

/// Returns how many of `files` are for connections: all but those that are reserved, and at least half.
fn connections_within(files: u64) -> u64 {
    files - RESERVED_FILES.min(files / 2)
}

/// Raises the soft limit on open files to what `wanted` connections need, as far as the hard limit allows. Returns how
/// many of them fit.
pub fn make_room_for(wanted: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    let needed = u64::try_from(wanted).unwrap_or(u64::MAX).saturating_add(RESERVED_FILES);
    let mut current = limit.current.unwrap_or(u64::MAX);
    if current < needed {
        let raised = limit.maximum.map_or(needed, |hard| needed.min(hard));
        let request = Rlimit {
            current: Some(raised),
            maximum: limit.maximum,
        };
        match setrlimit(Resource::Nofile, request) {
            Ok(()) => current = raised,
            Err(error) => tracing::debug!(%error, "the limit on open files stays as it is"),
        }
    }
    wanted.min(usize::try_from(connections_within(current)).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_kept_for_the_database() {
        for (files, connections) in [(64, 32), (256, 128), (1024, 896), (65_536, 65_408)] {
            assert_eq!(connections_within(files), connections, "{files}");
        }
    }

    #[test]
    fn an_address_has_a_quarter_of_all_up_to_a_number() {
        for (all, of_one) in [(1, 1), (128, 32), (896, 224), (10_000, 256)] {
            assert_eq!(default_max_connections_per_address(all), of_one, "{all}");
        }
    }

    #[test]
    fn no_more_are_promised_than_files_are_open() {
        assert_eq!(make_room_for(10), 10);
        let hard = getrlimit(Resource::Nofile).maximum;
        if let Some(hard) = hard.and_then(|hard| usize::try_from(hard).ok()) {
            assert!(make_room_for(hard) < hard);
        }
    }
}
