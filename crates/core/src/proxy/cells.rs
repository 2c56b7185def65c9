//! Proxy cells once all rows are counted.

use crate::tally::Clusters;

/// What the rows of a cell and outcome hold of one group, in expectation.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GroupMass {
    /// Σ w·q.
    pub mass: f64,
    /// Σ (w·q)².
    pub squares: f64,
    /// Σ q.
    pub rows: f64,
}

/// The rows of a cell and outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// The outcome.
    pub outcome: u8,
    /// Rows.
    pub n: u64,
    /// Σw; the rows without weights.
    pub w1: f64,
    /// Σw²; the rows without weights.
    pub w2: f64,
    /// By group.
    pub groups: Vec<GroupMass>,
}

/// Rows of which a record tells the same about their group.
#[derive(Clone, Debug, PartialEq)]
pub struct ProxyCell {
    /// The likeliest group, if it is likely enough.
    pub class: Option<usize>,
    /// By outcome, those that occur.
    pub held: Vec<Held>,
    /// Probabilities or places on the grid, class, strata.
    pub(super) key: Box<[u64]>,
}

/// All rows by what is known of their group, in an order that no thread changes.
#[derive(Clone, Debug, PartialEq)]
pub struct ProxyCells {
    /// Groups.
    pub groups: usize,
    /// Bits of the grid that probabilities were cut to; `None` where they are exact.
    pub grid_bits: Option<u32>,
    /// Whether even so more than 5 % of the rows lie in cells of fewer than 30.
    pub thin: bool,
    /// The cells.
    pub cells: Vec<ProxyCell>,
    /// What clusters hold of the cells, by their positions; `None` where rows do not depend on each
    /// other.
    pub clusters: Option<Clusters>,
}

impl ProxyCells {
    /// Rows.
    #[must_use]
    pub fn rows(&self) -> u64 {
        let held = self.cells.iter().flat_map(|cell| &cell.held);
        held.map(|held| held.n).sum()
    }

    /// Rows that no group is likely enough for.
    #[must_use]
    pub fn unclassified(&self) -> u64 {
        let cells = self.cells.iter().filter(|cell| cell.class.is_none());
        cells.flat_map(|cell| &cell.held).map(|held| held.n).sum()
    }

    /// Canonical bytes, for a digest.
    pub fn write(&self, out: &mut Vec<u8>) {
        let bits = self.grid_bits.map_or(u64::MAX, u64::from);
        let mut put = |value: u64| out.extend_from_slice(&value.to_le_bytes());
        [self.groups as u64, bits].into_iter().for_each(&mut put);
        for cell in &self.cells {
            cell.key.iter().copied().for_each(&mut put);
            for held in &cell.held {
                put(u64::from(held.outcome));
                put(held.n);
                put(held.w1.to_bits());
                put(held.w2.to_bits());
                for group in &held.groups {
                    put(group.mass.to_bits());
                    put(group.squares.to_bits());
                    put(group.rows.to_bits());
                }
            }
        }
        for pattern in self.clusters.iter().flat_map(Clusters::patterns) {
            put(pattern.clusters);
            put(pattern.held.len() as u64);
            for held in &pattern.held {
                let place = [u64::from(held.cell), u64::from(held.outcome)];
                place.into_iter().for_each(&mut put);
                put(held.rows);
                put(held.weight.to_bits());
            }
        }
    }
}
