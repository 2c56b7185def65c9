//! Counts and sums per cell (group × label × decision), in one pass over codes.

use rayon::prelude::*;

use super::TASK_ROWS;

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
        let below = |codes: &[u8], size: usize| {
            let most = codes
                .par_chunks(TASK_ROWS)
                .map(|c| c.iter().max())
                .max()
                .flatten();
            most.is_none_or(|most| usize::from(*most) < size)
        };
        let highest = self
            .groups
            .par_chunks(TASK_ROWS)
            .map(|c| c.iter().max())
            .max()
            .flatten();
        let rows = self.groups.len();
        let sound = self.y.len() == rows
            && self.d.len() == rows
            && highest.is_none_or(|highest| (*highest as usize) < groups)
            && below(self.y, labels)
            && below(self.d, decisions);
        let cells = groups.checked_mul(labels)?.checked_mul(decisions)?;
        (sound && cells <= u32::MAX as usize).then_some(cells)
    }

    #[inline]
    fn cell(&self, row: usize) -> usize {
        let [_, labels, decisions] = self.sizes;
        (self.groups[row] as usize * labels + usize::from(self.y[row])) * decisions
            + usize::from(self.d[row])
    }

    /// Cell of every row; `None` as [`Rows::cells`].
    #[must_use]
    pub fn codes(&self) -> Option<Vec<u32>> {
        self.cells()?;
        let rows = (0..self.groups.len())
            .into_par_iter()
            .with_min_len(TASK_ROWS);
        Some(rows.map(|row| self.cell(row) as u32).collect())
    }

    /// Rows per cell; `None` as [`Rows::cells`].
    #[must_use]
    pub fn counts(&self) -> Option<Vec<u64>> {
        let cells = self.cells()?;
        let task = TASK_ROWS.max(cells);
        let tasks = self.groups.len().div_ceil(task);
        let count = |at: usize| {
            // Neighbouring rows count in different copies: the cell just incremented is not ready.
            let mut lanes = vec![[0_u64; 2]; cells];
            let end = (at * task + task).min(self.groups.len());
            for row in at * task..end {
                lanes[self.cell(row)][row & 1] += 1;
            }
            lanes.into_iter().map(|lane| lane[0] + lane[1]).collect()
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
