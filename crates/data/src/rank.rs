//! Exact order statistics of a column of any length in bounded memory.
//!
//! Numbers are read as integers that ascend with them. A pass counts them by their leading bits;
//! the buckets that hold the wanted ranks are counted by their next bits, or, as soon as they are
//! small, collected and sorted. So 10⁸ scores take two passes over one column and a few megabytes,
//! and columns of many equal values three.

use waage_core::observer::{Observer, Phase};

use crate::DataError;
use crate::columns::number::Numbers;
use crate::fold::{Piece, Table};

/// Bits that one pass resolves.
const WIDTHS: [u32; 3] = [22, 22, 20];
/// Numbers that may be collected (16 MiB).
const COLLECT_MAX: u64 = 1 << 21;
/// Counters of one page: bits, and so many.
const PAGE_BITS: u32 = 12;
const PAGE: usize = 1 << PAGE_BITS;

/// A value at a wanted rank.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ranked {
    pub value: f64,
    /// Finite values below it.
    pub below: u64,
    /// Values equal to it.
    pub equal: u64,
}

/// The values at some ranks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ranks {
    /// Finite values in all.
    pub n: u64,
    /// In the order of the ranks asked for.
    pub values: Vec<Ranked>,
}

/// Finds the values at the 0-based ascending ranks that `ranks` names once the number of finite
/// values is known. Missing, NaN and infinite values have no rank.
pub(crate) fn of_column(
    table: &Table,
    column: usize,
    observer: &dyn Observer,
    ranks: impl Fn(u64) -> Result<Vec<u64>, DataError>,
) -> Result<Ranks, DataError> {
    let search = Search {
        table,
        column,
        observer,
    };
    let rows: Option<u64> = table
        .parts
        .iter()
        .enumerate()
        .flat_map(|(at, part)| part.units(at))
        .map(|unit| unit.rows)
        .sum();
    let everything = Bucket {
        prefix: 0,
        below: 0,
    };
    if rows.is_some_and(|rows| rows <= COLLECT_MAX) {
        let sorted = search.collect(0, &[everything])?;
        let n = sorted[0].len() as u64;
        let values = ranks(n)?
            .iter()
            .filter_map(|rank| in_sorted(&sorted[0], 0, *rank))
            .collect();
        return Ok(Ranks { n, values });
    }
    let mut buckets = vec![everything];
    let mut consumed = 0;
    let mut n = 0;
    let mut wanted: Vec<u64> = Vec::new();
    for width in WIDTHS {
        let counts = search.count(consumed, width, &buckets)?;
        if consumed == 0 {
            n = counts[0].total();
            wanted = ranks(n)?;
        }
        let mut narrower: Vec<(Bucket, u64)> = Vec::new();
        for rank in &wanted {
            let at = buckets
                .partition_point(|bucket| bucket.below <= *rank)
                .max(1)
                - 1;
            let bucket = &buckets[at];
            if let Some((digit, below, count)) = counts[at].at_rank(rank - bucket.below) {
                let prefix = bucket.prefix << width | digit;
                let next = Bucket {
                    prefix,
                    below: bucket.below + below,
                };
                if narrower
                    .last()
                    .is_none_or(|(last, _)| last.prefix != prefix)
                {
                    narrower.push((next, count));
                }
            }
        }
        consumed += width;
        let held: u64 = narrower.iter().map(|(_, count)| count).sum();
        buckets = narrower.iter().map(|(bucket, _)| *bucket).collect();
        if consumed == 64 {
            let values = wanted
                .iter()
                .filter_map(|rank| {
                    let at = buckets
                        .partition_point(|bucket| bucket.below <= *rank)
                        .max(1)
                        - 1;
                    let (bucket, equal) = narrower.get(at)?;
                    let value = from_image(bucket.prefix);
                    Some(Ranked {
                        value,
                        below: bucket.below,
                        equal: *equal,
                    })
                })
                .collect();
            return Ok(Ranks { n, values });
        }
        if held <= COLLECT_MAX {
            let sorted = search.collect(consumed, &buckets)?;
            let values = wanted
                .iter()
                .filter_map(|rank| {
                    let at = buckets
                        .partition_point(|bucket| bucket.below <= *rank)
                        .max(1)
                        - 1;
                    in_sorted(sorted.get(at)?, buckets[at].below, *rank)
                })
                .collect();
            return Ok(Ranks { n, values });
        }
    }
    Ok(Ranks {
        n,
        values: Vec::new(),
    })
}

/// Numbers that share their leading bits.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    prefix: u64,
    /// Values below all of them.
    below: u64,
}

struct Search<'a> {
    table: &'a Table,
    column: usize,
    observer: &'a dyn Observer,
}

impl Search<'_> {
    /// Counts by `width` bits after the first `consumed`, within each bucket.
    fn count(
        &self,
        consumed: u32,
        width: u32,
        buckets: &[Bucket],
    ) -> Result<Vec<Pages>, DataError> {
        let new = || {
            buckets
                .iter()
                .map(|_| Pages::new(width))
                .collect::<Vec<_>>()
        };
        let mask = (1_u64 << width) - 1;
        let states = self.pass(new, |pages: &mut Vec<Pages>, image| {
            if let Some(at) = bucket_of(buckets, image, consumed) {
                pages[at].add(image >> (64 - consumed - width) & mask);
            }
        })?;
        let mut states = states.into_iter();
        let mut sum = states.next().unwrap_or_else(new);
        for state in states {
            sum.iter_mut()
                .zip(&state)
                .for_each(|(sum, pages)| sum.merge(pages));
        }
        Ok(sum)
    }

    /// The images within each bucket, sorted.
    fn collect(&self, consumed: u32, buckets: &[Bucket]) -> Result<Vec<Vec<u64>>, DataError> {
        let new = || vec![Vec::new(); buckets.len()];
        let states = self.pass(new, |images: &mut Vec<Vec<u64>>, image| {
            if let Some(at) = bucket_of(buckets, image, consumed) {
                images[at].push(image);
            }
        })?;
        let mut all = new();
        for state in states {
            all.iter_mut()
                .zip(state)
                .for_each(|(all, images)| all.extend(images));
        }
        all.iter_mut().for_each(|images| images.sort_unstable());
        Ok(all)
    }

    fn pass<S: Send>(
        &self,
        new: impl Fn() -> S + Sync,
        add: impl Fn(&mut S, u64) + Sync,
    ) -> Result<Vec<S>, DataError> {
        let step = |(numbers, state): &mut (Numbers, S), piece: &Piece<'_>| {
            let name = self.table.needed.name(self.column);
            let values = numbers
                .read(piece.columns[0].array(), piece.decimal)
                .map_err(|error| piece.explain(name, error))?;
            values
                .iter()
                .filter(|value| value.is_finite())
                .for_each(|v| add(state, image(*v)));
            Ok(())
        };
        let new = || (Numbers::default(), new());
        let folded = self
            .table
            .fold(Phase::Prepare, &[self.column], self.observer, new, step)?;
        Ok(folded.states.into_iter().map(|(_, state)| state).collect())
    }
}

fn bucket_of(buckets: &[Bucket], image: u64, consumed: u32) -> Option<usize> {
    if consumed == 0 {
        return Some(0);
    }
    let prefix = image >> (64 - consumed);
    buckets
        .binary_search_by_key(&prefix, |bucket| bucket.prefix)
        .ok()
}

/// The value at `rank` when `below` values lie below the sorted ones.
fn in_sorted(sorted: &[u64], below: u64, rank: u64) -> Option<Ranked> {
    let image = *sorted.get(usize::try_from(rank.checked_sub(below)?).ok()?)?;
    let first = sorted.partition_point(|other| *other < image);
    let end = sorted.partition_point(|other| *other <= image);
    Some(Ranked {
        value: from_image(image),
        below: below + first as u64,
        equal: (end - first) as u64,
    })
}

/// An integer that ascends with the number; both zeros have the same.
pub(crate) fn image(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 {
        !bits
    } else {
        bits | 1 << 63
    }
}

/// The number of an image.
pub(crate) fn from_image(image: u64) -> f64 {
    f64::from_bits(if image >> 63 == 1 {
        image & !(1 << 63)
    } else {
        !image
    })
}

/// Counters by digit, in pages that exist once they are needed.
struct Pages {
    pages: Vec<Option<Box<[u64; PAGE]>>>,
}

impl Pages {
    fn new(width: u32) -> Self {
        Self {
            pages: vec![None; 1 << (width - PAGE_BITS)],
        }
    }

    fn add(&mut self, digit: u64) {
        let page = &mut self.pages[(digit >> PAGE_BITS) as usize];
        page.get_or_insert_with(|| Box::new([0; PAGE]))[digit as usize % PAGE] += 1;
    }

    fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.pages.iter_mut().zip(&other.pages) {
            match (mine, theirs) {
                (Some(mine), Some(theirs)) => {
                    mine.iter_mut()
                        .zip(theirs.iter())
                        .for_each(|(a, b)| *a += b);
                }
                (mine @ None, Some(theirs)) => *mine = Some(theirs.clone()),
                (_, None) => {}
            }
        }
    }

    fn total(&self) -> u64 {
        self.pages
            .iter()
            .flatten()
            .flat_map(|page| page.iter())
            .sum()
    }

    /// The digit that holds a rank, how many values lie below it, and how many have it.
    fn at_rank(&self, rank: u64) -> Option<(u64, u64, u64)> {
        let mut below = 0;
        for (at, page) in self.pages.iter().enumerate() {
            let Some(page) = page else { continue };
            for (low, count) in page.iter().enumerate() {
                if rank < below + count {
                    return Some(((at * PAGE + low) as u64, below, *count));
                }
                below += count;
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_ascend_with_the_numbers() {
        let numbers = [
            f64::MIN,
            -1.5,
            -f64::MIN_POSITIVE,
            0.0,
            5e-324,
            0.25,
            0.25 + f64::EPSILON,
            f64::MAX,
        ];
        for pair in numbers.windows(2) {
            assert!(image(pair[0]) < image(pair[1]), "{pair:?}");
        }
        for number in numbers {
            assert_eq!(from_image(image(number)), number);
        }
        assert_eq!(image(-0.0), image(0.0));
    }

    #[test]
    fn pages_find_ranks() {
        let mut pages = Pages::new(22);
        for digit in [5, 5, 70_000, 4_000_000] {
            pages.add(digit);
        }
        assert_eq!(pages.total(), 4);
        let found = [0, 1, 2, 3, 4].map(|rank| pages.at_rank(rank));
        assert_eq!(
            found,
            [
                Some((5, 0, 2)),
                Some((5, 0, 2)),
                Some((70_000, 2, 1)),
                Some((4_000_000, 3, 1)),
                None
            ]
        );
    }
}
