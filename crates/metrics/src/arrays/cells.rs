//! Counts and sums per cell (group × label × decision), in one pass over codes.

use rayon::prelude::*;

use super::TASK_ROWS;

/// Copies of each counter.
const LANES: usize = 4;

/// Rows as cells: the cell of row i is `(groups[i] · labels + y[i]) · decisions + d[i]`.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// Group per row, below `n_groups`.
    pub groups: &'a [u32],
    /// Label per row, below `n_labels`.
    pub y: &'a [u8],
    /// Decision per row, below `n_decisions`.
    pub d: &'a [u8],
    /// Number of groups, of labels, of decisions.
    pub sizes: [usize; 3],
}

impl Rows<'_> {
    /// Number of cells, if it fits memory and every code is in range.
    #[must_use]
    pub fn cells(&self) -> Option<usize> {
        let [groups, labels, decisions] = self.sizes;
        // Folds over plain numbers, which compilers make vectors of.
        let below = |codes: &[u8], size: usize| {
            let parts = codes.par_chunks(TASK_ROWS);
            let most = parts.map(|c| c.iter().copied().fold(0, u8::max)).max();
            most.is_none_or(|most| usize::from(most) < size)
        };
        let parts = self.groups.par_chunks(TASK_ROWS);
        let highest = parts.map(|c| c.iter().copied().fold(0, u32::max)).max();
        let rows = self.groups.len();
        let sound = self.y.len() == rows
            && self.d.len() == rows
            && highest.is_none_or(|highest| (highest as usize) < groups)
            && below(self.y, labels)
            && below(self.d, decisions);
        let cells = groups.checked_mul(labels)?.checked_mul(decisions)?;
        (sound && cells <= u32::MAX as usize).then_some(cells)
    }

    #[inline]
    fn cell(&self, group: u32, y: u8, d: u8) -> usize {
        let [_, labels, decisions] = self.sizes;
        (group as usize * labels + usize::from(y)) * decisions + usize::from(d)
    }

    /// Cell of every row; `None` as [`Rows::cells`].
    #[must_use]
    pub fn codes(&self) -> Option<Vec<u32>> {
        self.cells()?;
        let rows = (0..self.groups.len())
            .into_par_iter()
            .with_min_len(TASK_ROWS);
        let cell = |row| self.cell(self.groups[row], self.y[row], self.d[row]) as u32;
        Some(rows.map(cell).collect())
    }

    /// Rows per cell; `None` as [`Rows::cells`].
    #[must_use]
    pub fn counts(&self) -> Option<Vec<u64>> {
        let cells = self.cells()?;
        let task = TASK_ROWS.max(cells);
        let tasks = self.groups.len().div_ceil(task);
        let count = |at: usize| {
            let rows = at * task..(at * task + task).min(self.groups.len());
            let (groups, few) = self.groups[rows.clone()].as_chunks::<LANES>();
            let (y, few_y) = self.y[rows.clone()].as_chunks::<LANES>();
            let (d, few_d) = self.d[rows].as_chunks::<LANES>();
            // Neighbouring rows count in different copies: the cell just incremented is not ready.
            let mut lanes = vec![[0_u64; LANES]; cells];
            for ((groups, y), d) in groups.iter().zip(y).zip(d) {
                for lane in 0..LANES {
                    lanes[self.cell(groups[lane], y[lane], d[lane])][lane] += 1;
                }
            }
            for ((group, y), d) in few.iter().zip(few_y).zip(few_d) {
                lanes[self.cell(*group, *y, *d)][0] += 1;
            }
            lanes.into_iter().map(|lanes| lanes.iter().sum()).collect()
        };
        let add = |mut a: Vec<u64>, b: Vec<u64>| {
            a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
            a
        };
        let sum = (0..tasks).into_par_iter().map(count).reduce_with(add);
        Some(sum.unwrap_or_else(|| vec![0; cells]))
    }
}

/// Sum of each channel per cell, channel by channel: `[channel][cell]` in one vector. Rows are added
/// in order within tasks of fixed size and tasks in order, so threads change no bit. `None` if a
/// cell is out of range or a channel has another length.
#[must_use]
pub fn sums(codes: &[u32], cells: usize, channels: &[&[f64]]) -> Option<Vec<f64>> {
    if channels.iter().any(|c| c.len() != codes.len())
        || codes
            .par_iter()
            .with_min_len(TASK_ROWS)
            .any(|code| *code as usize >= cells)
    {
        return None;
    }
    let task = TASK_ROWS.max(cells);
    let part = |(at, codes): (usize, &[u32])| {
        let mut part = vec![0.0; cells * channels.len()];
        for (sums, channel) in part.chunks_mut(cells.max(1)).zip(channels) {
            for (code, value) in codes.iter().zip(&channel[at * task..]) {
                sums[*code as usize] += value;
            }
        }
        part
    };
    let parts: Vec<Vec<f64>> = codes.par_chunks(task).enumerate().map(part).collect();
    let mut total = vec![0.0; cells * channels.len()];
    for part in parts {
        total.iter_mut().zip(part).for_each(|(a, b)| *a += b);
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_those_of_a_loop() {
        let n = 2 * TASK_ROWS + 5;
        let groups: Vec<u32> = (0..n as u32).map(|i| i * 7 % 5).collect();
        let y: Vec<u8> = (0..n).map(|i| (i % 3 == 0) as u8).collect();
        let d: Vec<u8> = (0..n).map(|i| (i % 4) as u8).collect();
        let rows = Rows {
            groups: &groups,
            y: &y,
            d: &d,
            sizes: [5, 2, 4],
        };
        let mut expected = vec![0_u64; 40];
        for i in 0..n {
            expected[groups[i] as usize * 8 + y[i] as usize * 4 + d[i] as usize] += 1;
        }
        assert_eq!(rows.counts().unwrap(), expected);
        let codes = rows.codes().unwrap();
        let ones = vec![1.0; n];
        let halves = vec![0.5; n];
        let sums = sums(&codes, 40, &[&ones, &halves]).unwrap();
        for (cell, count) in expected.iter().enumerate() {
            assert_eq!(sums[cell], *count as f64);
            assert_eq!(sums[40 + cell], *count as f64 / 2.0);
        }
    }

    #[test]
    fn codes_out_of_range_are_refused() {
        let rows = |groups, y, d| Rows {
            groups,
            y,
            d,
            sizes: [2, 2, 2],
        };
        assert_eq!(rows(&[0, 2], &[0, 0], &[0, 0]).counts(), None);
        assert_eq!(rows(&[0, 1], &[0, 2], &[0, 0]).counts(), None);
        assert_eq!(rows(&[0, 1], &[0, 1], &[0]).counts(), None);
        assert_eq!(rows(&[], &[], &[]).counts(), Some(vec![0; 8]));
        assert_eq!(sums(&[3], 3, &[&[1.0]]), None);
        assert_eq!(sums(&[0], 1, &[&[1.0, 2.0]]), None);
        assert_eq!(sums(&[], 0, &[]), Some(vec![]));
    }
}
