//! What a node knows of the nonces in the database: of some seconds all, of the others nothing.
//!
//! The nonces of one second, as clients gave it, are kept in batches with consecutive numbers. Only who has read all
//! batches before can write the one with the next number, since a number can be taken once; so nodes that share a
//! database accept a nonce once between them, and each needs no more than one insert for a batch while it is alone.

use crate::oauth1::nonces::{Digest, Nonce};
use std::collections::{BTreeMap, HashSet};

/// The most nonces that a node remembers, at about 20 bytes each. Seconds beyond are read again when they are asked for.
const MOST: usize = 250_000;

/// How many batches a second may have, as the number of the batch stands in the lower bits of its id.
const BATCHES: i64 = 1 << 20;

/// The id of the batch with this number in a second.
pub(crate) fn id(second: i64, number: i64) -> i64 {
    second.saturating_mul(BATCHES).saturating_add(number)
}

/// The number within its second that an id has.
fn number(id: i64) -> i64 {
    id.rem_euclid(BATCHES)
}

/// What is remembered of a digest. Two different nonces of a second are alike by it once in centuries of full load; the
/// later one is refused then, as any that may have been used.
type Short = u64;

fn short(digest: &Digest) -> Short {
    (u128::from_be_bytes(*digest) >> 64) as Short
}

/// New nonces by their second.
pub(crate) type Fresh = BTreeMap<i64, Vec<Digest>>;

/// See the module.
#[derive(Default)]
pub(crate) struct Known {
    seconds: BTreeMap<i64, Second>,
    /// How many nonces all seconds have.
    held: usize,
    /// Counts uses, so that the seconds that have not been asked for lately go first.
    uses: u64,
}

#[derive(Default)]
struct Second {
    /// How many batches have been read or written.
    batches: i64,
    digests: HashSet<Short>,
    used: u64,
}

impl Known {
    /// Those that have not been used, each once, and for each of `nonces` whether it is the one that counts.
    pub fn judge<'a>(&mut self, nonces: impl Iterator<Item = Option<&'a Nonce>>) -> (Vec<bool>, Fresh) {
        self.uses += 1;
        let mut fresh = Fresh::new();
        let mut within = HashSet::new();
        let is_new = nonces.map(|nonce| {
            let Some(Nonce { second, digest }) = nonce else {
                return true;
            };
            if let Some(known) = self.seconds.get_mut(second) {
                known.used = self.uses;
                if known.digests.contains(&short(digest)) {
                    return false;
                }
            }
            let is_new = within.insert((*second, short(digest)));
            if is_new {
                fresh.entry(*second).or_default().push(*digest);
            }
            is_new
        });
        (is_new.collect(), fresh)
    }

    /// The ids between which the batches of a second lie that have not been read.
    pub fn unread(&self, second: i64) -> (i64, i64) {
        (self.next(second), id(second.saturating_add(1), 0))
    }

    /// The id of the next batch of a second.
    pub fn next(&self, second: i64) -> i64 {
        id(second, self.seconds.get(&second).map_or(0, |known| known.batches))
    }

    /// Takes note of a batch that another node has written, or this one before it was started.
    pub fn read(&mut self, second: i64, id: i64, digests: impl Iterator<Item = Digest>) {
        let known = self.seconds.entry(second).or_default();
        known.batches = known.batches.max(number(id) + 1);
        known.used = self.uses;
        let before = known.digests.len();
        known.digests.extend(digests.map(|digest| short(&digest)));
        self.held += known.digests.len() - before;
    }

    /// Takes note of the batches that this node has just written as the next ones.
    pub fn wrote(&mut self, fresh: Fresh) {
        let newest = fresh.keys().next_back().copied();
        for (second, digests) in fresh {
            let id = self.next(second);
            self.read(second, id, digests.into_iter());
        }
        if let Some(newest) = newest {
            self.make_room(newest);
        }
    }

    /// Forgets a second of which it is not known what was written.
    pub fn forget(&mut self, second: i64) {
        if let Some(known) = self.seconds.remove(&second) {
            self.held -= known.digests.len();
        }
    }

    /// Forgets the seconds that time refuses by now, and of the others those used the longest ago.
    fn make_room(&mut self, newest: i64) {
        let oldest =
            newest.saturating_sub(i64::try_from(2 * crate::oauth1::nonces::WINDOW.as_secs()).unwrap_or_default());
        while let Some((&second, _)) = self.seconds.first_key_value() {
            if second >= oldest {
                break;
            }
            self.forget(second);
        }
        while self.held > MOST {
            let idle = self.seconds.iter().filter(|(_, known)| known.used < self.uses);
            let Some((&second, _)) = idle.min_by_key(|(_, known)| known.used) else {
                break;
            };
            self.forget(second);
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

    fn spend(known: &mut Known, nonces: &[Nonce]) -> Vec<bool> {
        let (is_new, fresh) = known.judge(nonces.iter().map(Some));
        known.wrote(fresh);
        is_new
    }

    #[test]
    fn a_nonce_counts_once_for_its_second() {
        let mut known = Known::default();
        let both = [nonce(1, 7), nonce(2, 7), nonce(1, 7)];
        assert_eq!(spend(&mut known, &both), [true, true, false]);
        assert_eq!(spend(&mut known, &both), [false, false, false]);
        assert_eq!(spend(&mut known, &[nonce(1, 8)]), [true]);
        assert_eq!(
            (known.next(1), known.next(2), known.next(3)),
            (id(1, 2), id(2, 1), id(3, 0))
        );
    }

    #[test]
    fn requests_without_a_nonce_are_always_new() {
        let (is_new, fresh) = Known::default().judge([None, None].into_iter());
        assert_eq!(is_new, [true, true]);
        assert!(fresh.is_empty());
    }

    #[test]
    fn what_others_wrote_counts_too() {
        let mut known = Known::default();
        assert_eq!(known.unread(5), (id(5, 0), id(6, 0)));
        known.read(5, id(5, 0), [nonce(5, 1).digest].into_iter());
        known.read(5, id(5, 1), [nonce(5, 2).digest].into_iter());
        assert_eq!(known.unread(5), (id(5, 2), id(6, 0)));
        assert_eq!(
            spend(&mut known, &[nonce(5, 1), nonce(5, 2), nonce(5, 3)]),
            [false, false, true]
        );
    }

    #[test]
    fn no_more_is_remembered_than_there_is_room_for() {
        let mut known = Known::default();
        let batch = |second: i64| -> Vec<Nonce> { (0..100_000).map(|digest| nonce(second, digest)).collect() };
        for second in 1..=5 {
            spend(&mut known, &batch(second));
        }
        assert_eq!(known.held, 200_000);
        assert_eq!(known.next(3), id(3, 0), "the third is forgotten");
        assert_eq!(known.next(4), id(4, 1), "the fourth is known");
        // What is being written is kept, however much it is.
        let many: Vec<Nonce> = (0..300_000).map(|digest| nonce(6, digest)).collect();
        spend(&mut known, &many);
        assert_eq!((known.held, known.next(6)), (300_000, id(6, 1)));
    }

    #[test]
    fn what_time_refuses_is_forgotten() {
        let mut known = Known::default();
        spend(&mut known, &[nonce(1_000, 1), nonce(1_001, 1)]);
        spend(&mut known, &[nonce(1_601, 1)]);
        assert_eq!((known.held, known.next(1_000)), (2, id(1_000, 0)));
    }
}
