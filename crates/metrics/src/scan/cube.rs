//! Rows by all columns at once, for permutations: the joint table that narrow ones do not tell.

use std::collections::HashMap;

use waage_core::block::Block;
use waage_core::label::Label;

use super::classes::Classes;

/// Rows by combination of all columns and class; one per thread, merged by [`Cube::merge`].
pub struct Cube {
    columns: usize,
    classes: Classes,
    most: usize,
    cells: HashMap<Box<[u8]>, Vec<u64>>,
    full: bool,
    key: Vec<u8>,
    class: Vec<u16>,
}

impl Cube {
    /// No rows yet; more than `most` combinations make it [unusable](Self::finish).
    #[must_use]
    pub fn new(columns: usize, classes: Classes, most: usize) -> Self {
        Self {
            columns,
            classes,
            most,
            cells: HashMap::new(),
            full: false,
            key: Vec::new(),
            class: Vec::new(),
        }
    }

    /// Counts a block.
    pub fn add(&mut self, block: &Block<'_>) {
        if self.full {
            return;
        }
        self.class.resize(block.len, 0);
        self.classes.classify(block, 0, &mut self.class);
        for (row, class) in self.class.iter().enumerate() {
            self.key.clear();
            let axes = &block.axes[..self.columns];
            self.key.extend(
                axes.iter()
                    .map(|axis| axis.table[axis.keys[row] as usize] as u8),
            );
            match self.cells.get_mut(self.key.as_slice()) {
                Some(counts) => counts[usize::from(*class)] += 1,
                None => {
                    let mut counts = vec![0; self.classes.len()];
                    counts[usize::from(*class)] += 1;
                    self.cells.insert(self.key.as_slice().into(), counts);
                }
            }
        }
        self.full = self.cells.len() > self.most;
    }

    /// Both together.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        for (key, theirs) in other.cells {
            match self.cells.get_mut(&key) {
                Some(mine) => mine.iter_mut().zip(theirs).for_each(|(a, b)| *a += b),
                None => {
                    self.cells.insert(key, theirs);
                }
            }
        }
        self.full |= other.full || self.cells.len() > self.most;
        self
    }

    /// The combinations in order: levels by their place among the sorted labels, rows by class.
    /// `None` when there were too many.
    #[must_use]
    pub fn finish(self, labels: &[Vec<Label>]) -> Option<Vec<(Vec<usize>, Vec<u64>)>> {
        if self.full {
            return None;
        }
        let places: Vec<Vec<usize>> = labels
            .iter()
            .map(|labels| {
                let mut sorted: Vec<&Label> = labels.iter().collect();
                sorted.sort();
                let place = |label| sorted.binary_search(&label).unwrap_or(0);
                labels.iter().map(place).collect()
            })
            .collect();
        let mut cells: Vec<(Vec<usize>, Vec<u64>)> = self
            .cells
            .into_iter()
            .map(|(key, counts)| {
                let place = |(code, places): (&u8, &Vec<usize>)| places[usize::from(*code)];
                (key.iter().zip(&places).map(place).collect(), counts)
            })
            .collect();
        cells.sort();
        Some(cells)
    }
}
