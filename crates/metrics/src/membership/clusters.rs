//! How many clusters the rates of groups known by probabilities rest on.

use waage_core::estimate::DrawnClusters;
use waage_core::proxy::ProxyCells;

/// The clusters with a row that counts for each group, and for two of them.
#[derive(Clone, Debug)]
pub(super) struct Touched {
    /// By group, then by group.
    both: Vec<Vec<u64>>,
}

impl Touched {
    /// Of cells and outcomes that count for a group as `counts` says; `None` where rows do not depend on
    /// each other.
    pub fn of(cells: &ProxyCells, counts: impl Fn(usize, u8, usize) -> bool) -> Option<Self> {
        let clusters = cells.clusters.as_ref()?;
        let mut both = vec![vec![0; cells.groups]; cells.groups];
        for pattern in clusters.patterns() {
            let touches = |group: &usize| {
                let mut held = pattern.held.iter();
                held.any(|part| counts(part.cell as usize, part.outcome, *group))
            };
            let touched: Vec<usize> = (0..cells.groups).filter(touches).collect();
            for one in &touched {
                for other in &touched {
                    both[*one][*other] += pattern.clusters;
                }
            }
        }
        Some(Self { both })
    }

    /// Those of two groups, or of one, twice.
    pub fn pair(&self, [one, other]: [usize; 2]) -> DrawnClusters {
        let [a, b] = [one, other].map(|group| self.both[group][group]);
        DrawnClusters {
            count: a + b - self.both[one][other],
            fewest: a.min(b),
        }
    }
}
