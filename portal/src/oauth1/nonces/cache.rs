//! Caches the nonces in the database: for some seconds all of them, for the others none.
//!
//! The nonces of one second, taken from the client's timestamp, are stored in batches with consecutive numbers. A node
//! can write the next batch only after it has read all earlier ones, because each number can be used once. So nodes
//! that share a database accept a nonce once between them, and a node that is alone needs a single insert per batch.

use crate::oauth1::nonces::{Digest, Nonce};
use std::collections::{BTreeMap, HashSet};

/// The maximum number of cached nonces, at about 20 bytes each. Evicted seconds are read again when they are needed.
const MAX_CACHED_NONCES: usize = 250_000;

/// The maximum number of batches in a second: the batch number occupies the lower bits of its id.
const MAX_BATCHES_PER_SECOND: i64 = 1 << 20;

/// Returns the id of the batch with this number in a second.
pub(crate) fn batch_id(second: i64, number: i64) -> i64 {
    second.saturating_mul(MAX_BATCHES_PER_SECOND).saturating_add(number)
}

/// Returns the batch number within its second.
fn batch_number(id: i64) -> i64 {
    id.rem_euclid(MAX_BATCHES_PER_SECOND)
}

/// The cached part of a digest. Two different nonces of a second collide once in centuries of full load; the later one
/// is then rejected as already used.
type TruncatedDigest = u64;

fn truncate(digest: &Digest) -> TruncatedDigest {
    (u128::from_be_bytes(*digest) >> 64) as TruncatedDigest
}

/// Holds new nonces by their second.
pub(crate) type NewNonces = BTreeMap<i64, Vec<Digest>>;

/// Caches the nonces of recent seconds. See the module.
#[derive(Default)]
pub(crate) struct SeenNonces {
    seconds: BTreeMap<i64, Second>,
    /// The number of nonces in all seconds.
    count: usize,
    /// Counts accesses, so that the least recently used seconds are evicted first.
    access_counter: u64,
}

#[derive(Default)]
struct Second {
    /// The number of batches read or written.
    batches: i64,
    digests: HashSet<TruncatedDigest>,
    last_access: u64,
}

impl SeenNonces {
    /// Returns for each of `nonces` whether it is new, and the new ones without duplicates.
    pub fn classify<'a>(&mut self, nonces: impl Iterator<Item = Option<&'a Nonce>>) -> (Vec<bool>, NewNonces) {
        self.access_counter += 1;
        let mut new = NewNonces::new();
        let mut in_batch = HashSet::new();
        let is_new = nonces.map(|nonce| {
            let Some(Nonce { second, digest }) = nonce else {
                return true;
            };
            if let Some(entry) = self.seconds.get_mut(second) {
                entry.last_access = self.access_counter;
                if entry.digests.contains(&truncate(digest)) {
                    return false;
                }
            }
            let is_new = in_batch.insert((*second, truncate(digest)));
            if is_new {
                new.entry(*second).or_default().push(*digest);
            }
            is_new
        });
        (is_new.collect(), new)
    }

    /// Returns the range of ids of a second's batches that haven't been read.
    pub fn unread_range(&self, second: i64) -> (i64, i64) {
        (self.next_id(second), batch_id(second.saturating_add(1), 0))
    }

    /// Returns the id of the next batch of a second.
    pub fn next_id(&self, second: i64) -> i64 {
        batch_id(second, self.seconds.get(&second).map_or(0, |entry| entry.batches))
    }

    /// Records a batch that another node has written, or this one before it was started.
    pub fn record_batch(&mut self, second: i64, id: i64, digests: impl Iterator<Item = Digest>) {
        let entry = self.seconds.entry(second).or_default();
        entry.batches = entry.batches.max(batch_number(id) + 1);
        entry.last_access = self.access_counter;
        let before = entry.digests.len();
        entry.digests.extend(digests.map(|digest| truncate(&digest)));
        self.count += entry.digests.len() - before;
    }

    /// Records the batches that this node has just written as the next ones.
    pub fn record_written(&mut self, new: NewNonces) {
        let newest = new.keys().next_back().copied();
        for (second, digests) in new {
            let id = self.next_id(second);
            self.record_batch(second, id, digests.into_iter());
        }
        if let Some(newest) = newest {
            self.evict(newest);
        }
    }

    /// Removes a second for which the outcome of a write is unknown.
    pub fn remove(&mut self, second: i64) {
        if let Some(entry) = self.seconds.remove(&second) {
            self.count -= entry.digests.len();
        }
    }

    /// Removes the seconds that are outside the timestamp window, then the least recently used ones.
    fn evict(&mut self, newest: i64) {
        let oldest = newest
            .saturating_sub(i64::try_from(2 * crate::oauth1::nonces::TIMESTAMP_WINDOW.as_secs()).unwrap_or_default());
        while let Some((&second, _)) = self.seconds.first_key_value() {
            if second >= oldest {
                break;
            }
            self.remove(second);
        }
        while self.count > MAX_CACHED_NONCES {
            let idle = self
                .seconds
                .iter()
                .filter(|(_, entry)| entry.last_access < self.access_counter);
            let Some((&second, _)) = idle.min_by_key(|(_, entry)| entry.last_access) else {
                break;
            };
            self.remove(second);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nonce(second: i64, digest: u32) -> Nonce {
        let mut bytes = Digest::default();
        bytes[..4].copy_from_slice(&digest.to_be_bytes());
        Nonce { second, digest: bytes }
    }

    fn consume(seen: &mut SeenNonces, nonces: &[Nonce]) -> Vec<bool> {
        let (is_new, new) = seen.classify(nonces.iter().map(Some));
        seen.record_written(new);
        is_new
    }

    #[test]
    fn repeated_nonce_of_a_second_is_not_new() {
        let mut seen = SeenNonces::default();
        let both = [nonce(1, 7), nonce(2, 7), nonce(1, 7)];
        assert_eq!(consume(&mut seen, &both), [true, true, false]);
        assert_eq!(consume(&mut seen, &both), [false, false, false]);
        assert_eq!(consume(&mut seen, &[nonce(1, 8)]), [true]);
        assert_eq!(
            (seen.next_id(1), seen.next_id(2), seen.next_id(3)),
            (batch_id(1, 2), batch_id(2, 1), batch_id(3, 0))
        );
    }

    #[test]
    fn request_without_nonce_is_new() {
        let (is_new, new) = SeenNonces::default().classify([None, None].into_iter());
        assert_eq!(is_new, [true, true]);
        assert!(new.is_empty());
    }

    #[test]
    fn nonce_in_a_batch_of_another_node_is_not_new() {
        let mut seen = SeenNonces::default();
        assert_eq!(seen.unread_range(5), (batch_id(5, 0), batch_id(6, 0)));
        seen.record_batch(5, batch_id(5, 0), [nonce(5, 1).digest].into_iter());
        seen.record_batch(5, batch_id(5, 1), [nonce(5, 2).digest].into_iter());
        assert_eq!(seen.unread_range(5), (batch_id(5, 2), batch_id(6, 0)));
        assert_eq!(
            consume(&mut seen, &[nonce(5, 1), nonce(5, 2), nonce(5, 3)]),
            [false, false, true]
        );
    }

    #[test]
    fn full_cache_evicts_least_recently_used_seconds() {
        let mut seen = SeenNonces::default();
        let batch = |second: i64| -> Vec<Nonce> { (0..100_000).map(|digest| nonce(second, digest)).collect() };
        for second in 1..=5 {
            consume(&mut seen, &batch(second));
        }
        assert_eq!(seen.count, 200_000);
        assert_eq!(seen.next_id(3), batch_id(3, 0), "the third is evicted");
        assert_eq!(seen.next_id(4), batch_id(4, 1), "the fourth is cached");
        // The batch being written is never evicted, whatever its size.
        let many: Vec<Nonce> = (0..300_000).map(|digest| nonce(6, digest)).collect();
        consume(&mut seen, &many);
        assert_eq!((seen.count, seen.next_id(6)), (300_000, batch_id(6, 1)));
    }

    #[test]
    fn seconds_outside_the_window_are_evicted() {
        let mut seen = SeenNonces::default();
        consume(&mut seen, &[nonce(1_000, 1), nonce(1_001, 1)]);
        consume(&mut seen, &[nonce(1_601, 1)]);
        assert_eq!((seen.count, seen.next_id(1_000)), (2, batch_id(1_000, 0)));
    }
}
