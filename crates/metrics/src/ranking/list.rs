//! A list: blocks of tied rows, the best first, with the rows of each group in each.

use waage_core::tally::ScoreTable;

use crate::score::table::{ALL, MISSING, Masses, POSITIVE};

/// Rows of one group in one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Position of the group.
    pub group: usize,
    /// Its rows, at least one.
    pub rows: u64,
    /// Those of them whose label is positive.
    pub relevant: u64,
}

/// A ranked list of the rows of several groups.
///
/// Layout: the entries of all blocks one after another, and where each block ends. Blocks wholly
/// behind the places that are looked at are not kept; the groups' sizes are those of the whole list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    entries: Vec<Entry>,
    ends: Vec<usize>,
    sizes: Vec<u64>,
    relevant: Option<Vec<u64>>,
    length: u64,
}

/// Rows with one score.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    /// Rows above them.
    pub above: u64,
    /// Their number.
    pub rows: u64,
    /// Their groups.
    pub entries: &'a [Entry],
}

impl List {
    /// The list of the groups' tables, of which the first `length` places are looked at; all where
    /// `None`. Every row counts as one place, whatever it weighs.
    ///
    /// ```
    /// use waage_metrics::ranking::list::List;
    /// use waage_metrics::score::table::from_rows;
    /// let a = from_rows(&[(0.9, 2, 1.0), (0.5, 2, 1.0)], false);
    /// let b = from_rows(&[(0.5, 2, 1.0)], false);
    /// let list = List::of(&[a, b], None);
    /// let blocks: Vec<u64> = list.blocks().map(|block| block.rows).collect();
    /// assert_eq!((list.sizes(), blocks.as_slice()), (&[2, 1][..], &[1, 2][..]));
    /// ```
    #[must_use]
    pub fn of(groups: &[ScoreTable], length: Option<u64>) -> Self {
        let sizes: Vec<u64> = groups.iter().map(|table| table.count_of(&ALL)).collect();
        let total: u64 = sizes.iter().sum();
        let length = length.map_or(total, |length| length.min(total));
        let labelled = groups.iter().all(|table| table.count(MISSING) == 0);
        let relevant = || groups.iter().map(|table| table.count(POSITIVE)).collect();
        let mut found: Vec<(f64, Entry)> = Vec::new();
        for (group, table) in groups.iter().enumerate() {
            let mut taken = 0;
            for at in (0..table.places()).rev() {
                let rows = ALL.iter().map(|&label| table.rows[label][at]).sum();
                if taken >= length {
                    break;
                }
                if rows > 0 {
                    let entry = Entry {
                        group,
                        rows,
                        relevant: table.rows[POSITIVE][at],
                    };
                    found.push((table.scores[at], entry));
                }
                taken += rows;
            }
        }
        // One descending run per group, which this sort merges.
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        let mut list = Self {
            sizes,
            relevant: labelled.then(relevant),
            length,
            ..Self::default()
        };
        let mut reached = 0;
        for block in found.chunk_by(|a, b| a.0 == b.0) {
            if reached >= length {
                break;
            }
            reached += block.iter().map(|(_, entry)| entry.rows).sum::<u64>();
            list.push(block.iter().map(|(_, entry)| *entry));
        }
        list
    }

    /// An empty list of groups of these sizes, to be filled block by block.
    pub(crate) fn with(sizes: &[u64], length: u64) -> Self {
        Self {
            sizes: sizes.to_vec(),
            length,
            ..Self::default()
        }
    }

    /// Forgets every block; the next ones hold so many relevant rows of each group.
    pub(crate) fn clear(&mut self, relevant: Option<Vec<u64>>) {
        self.entries.clear();
        self.ends.clear();
        self.relevant = relevant;
    }

    /// The same for a list of other sizes, of which so many places are looked at.
    pub(crate) fn resize(&mut self, sizes: impl Iterator<Item = u64>, length: Option<u64>) {
        self.sizes.clear();
        self.sizes.extend(sizes);
        let total = self.total();
        self.length = length.map_or(total, |length| length.min(total));
    }

    /// Appends a block.
    pub(crate) fn push(&mut self, block: impl Iterator<Item = Entry>) {
        let before = self.entries.len();
        self.entries.extend(block);
        if self.entries.len() > before {
            self.ends.push(self.entries.len());
        }
    }

    /// Rows of each group in the whole list.
    #[must_use]
    pub fn sizes(&self) -> &[u64] {
        &self.sizes
    }

    /// Relevant rows of each group in the whole list, those with a positive label; `None` where a row
    /// has no label.
    #[must_use]
    pub fn relevant(&self) -> Option<&[u64]> {
        self.relevant.as_deref()
    }

    /// Rows of the whole list.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.sizes.iter().sum()
    }

    /// Places that are looked at.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// A group's share of the whole list; 0 of an empty one.
    #[must_use]
    pub fn share(&self, group: usize) -> f64 {
        self.sizes[group] as f64 / self.total().max(1) as f64
    }

    /// The blocks, the best first; the last one may reach beyond the places that are looked at.
    pub fn blocks(&self) -> impl Iterator<Item = Block<'_>> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let mut above = 0;
        starts.zip(&self.ends).map(move |(start, &end)| {
            let entries = &self.entries[start..end];
            let rows = entries.iter().map(|entry| entry.rows).sum();
            let block = Block {
                above,
                rows,
                entries,
            };
            above += rows;
            block
        })
    }

    /// Calls `seen(k, counts)` at each of the ascending `stops` up to the places looked at: the rows of
    /// each group among the first `k`, expected ones where `k` falls among tied rows. A count is within
    /// one rounding of the exact fraction, and exact where it is whole.
    pub fn prefixes(
        &self,
        stops: impl IntoIterator<Item = u64>,
        mut seen: impl FnMut(u64, &[f64]),
    ) {
        let mut above = vec![0_u64; self.sizes.len()];
        let mut counts = vec![0.0; self.sizes.len()];
        let mut stops = stops.into_iter().filter(|k| *k > 0).peekable();
        for block in self.blocks() {
            let end = block.above + block.rows;
            while let Some(k) = stops.next_if(|k| *k < end) {
                if k > self.length {
                    return;
                }
                let within = (k.max(block.above) - block.above) as f64;
                for entry in block.entries {
                    let tied = within * entry.rows as f64 / block.rows as f64;
                    counts[entry.group] = above[entry.group] as f64 + tied;
                }
                seen(k, &counts);
            }
            for entry in block.entries {
                above[entry.group] += entry.rows;
                counts[entry.group] = above[entry.group] as f64;
            }
            if let Some(k) = stops.next_if(|k| *k == end && *k <= self.length) {
                seen(k, &counts);
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod fixture {
    use super::*;
    use crate::score::table::from_rows;

    /// A list of rows by the position of their group, the best first, as of distinct scores.
    pub fn ordered(groups: usize, rows: &[usize]) -> List {
        let tables: Vec<ScoreTable> = (0..groups)
            .map(|g| {
                let own = rows.iter().enumerate().filter(|(_, group)| **group == g);
                let rows: Vec<_> = own.map(|(at, _)| (-(at as f64), 2, 1.0)).collect();
                from_rows(&rows, false)
            })
            .collect();
        List::of(&tables, None)
    }

    /// R1 of the specification: U U P U U P P U P P with U 0 and P 1.
    pub fn r1() -> List {
        ordered(2, &[0, 0, 1, 0, 0, 1, 1, 0, 1, 1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::table::{from_rows, plus};
    use proptest::prelude::*;

    /// The expected rows of each group among the first k, over every order of tied rows.
    fn by_rows(rows: &[(f64, usize)], groups: usize, k: usize) -> Vec<f64> {
        let mut counts = vec![0.0; groups];
        for (score, group) in rows {
            let above = rows.iter().filter(|(s, _)| s > score).count();
            let tied = rows.iter().filter(|(s, _)| s == score).count();
            let inside = k.saturating_sub(above).min(tied);
            counts[*group] += inside as f64 / tied as f64;
        }
        counts
    }

    fn tables(rows: &[(f64, usize)], groups: usize) -> Vec<ScoreTable> {
        let of = |g: usize| {
            let own = rows.iter().filter(|(_, group)| *group == g);
            from_rows(&own.map(|(s, _)| (*s, 2, 1.0)).collect::<Vec<_>>(), false)
        };
        (0..groups).map(of).collect()
    }

    proptest! {
        #[test]
        fn prefixes_are_expected_counts_of_rows(
            rows in prop::collection::vec((0_u8..8, 0_usize..3), 1..40),
            length in 1_u64..45,
        ) {
            let rows: Vec<(f64, usize)> = rows.iter().map(|r| (f64::from(r.0), r.1)).collect();
            let list = List::of(&tables(&rows, 3), Some(length));
            prop_assert_eq!(list.length(), length.min(rows.len() as u64));
            let mut seen = 0;
            list.prefixes(1..=50, |k, counts| {
                seen += 1;
                let expected = by_rows(&rows, 3, k as usize);
                for (a, b) in counts.iter().zip(expected) {
                    assert!((a - b).abs() < 1e-12, "{k}: {a} {b}");
                }
            });
            prop_assert_eq!(seen, list.length());
        }

        #[test]
        fn any_partition_of_the_rows_gives_the_same_list(
            rows in prop::collection::vec((0_u8..8, 0_usize..3), 1..40),
            cut in 0_usize..40,
        ) {
            let rows: Vec<(f64, usize)> = rows.iter().map(|r| (f64::from(r.0) / 7.0, r.1)).collect();
            let (first, second) = rows.split_at(cut.min(rows.len()));
            let whole = List::of(&tables(&rows, 3), None);
            for (one, other) in [(first, second), (second, first)] {
                let (one, other) = (tables(one, 3), tables(other, 3));
                let merged: Vec<_> = one.iter().zip(&other).map(|(a, b)| plus(a, b)).collect();
                prop_assert_eq!(&List::of(&merged, None), &whole);
            }
        }
    }

    #[test]
    fn only_blocks_that_are_looked_at_are_kept() {
        let rows: Vec<(f64, usize)> = (0..100)
            .map(|i| (f64::from(i / 4), i as usize % 2))
            .collect();
        let list = List::of(&tables(&rows, 2), Some(6));
        assert_eq!(list.blocks().count(), 2);
        assert_eq!((list.total(), list.sizes()), (100, &[50, 50][..]));
        assert_eq!(List::of(&[], None).total(), 0);
    }
}
