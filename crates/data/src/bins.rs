//! Bins of numbers: left-closed, named after their edges.

use std::sync::Arc;

use waage_core::label::Label;

/// Left-closed bins between ascending, distinct edges.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BinEdges {
    edges: Vec<f64>,
}

impl BinEdges {
    /// From ascending edges; repeated ones count once.
    pub fn new(mut edges: Vec<f64>) -> Self {
        edges.dedup();
        Self { edges }
    }

    /// The edges, ascending.
    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// How many bins there are: one more than edges.
    pub fn len(&self) -> usize {
        self.edges.len() + 1
    }

    /// The bin of a finite or infinite number.
    pub fn position(&self, value: f64) -> usize {
        if self.edges.len() <= 16 {
            self.edges
                .iter()
                .map(|edge| usize::from(*edge <= value))
                .sum()
        } else {
            self.edges.partition_point(|edge| *edge <= value)
        }
    }

    /// The label of a bin: `<25`, `25..<40`, `>=40`.
    pub fn label(&self, position: usize) -> Label {
        let low = position
            .checked_sub(1)
            .and_then(|below| self.edges.get(below));
        let name = match (low, self.edges.get(position)) {
            (None, Some(high)) => format!("<{high}"),
            (Some(low), Some(high)) => format!("{low}..<{high}"),
            (Some(low), None) => format!(">={low}"),
            (None, None) => "all".to_owned(),
        };
        Label::Bin(position as u32, Arc::from(name))
    }
}

/// Positions (from 0, ascending order) of the values that become the edges of `bins` quantile bins
/// of `n` values: `⌊j n / bins⌋` for `j = 1 … bins − 1`.
///
/// That is the smallest value below which at least the share `j/bins` of the values fit, so that
/// left-closed bins of distinct values have equal mass to within one row. Edges are values of the
/// data (an inverse ECDF, no interpolation), hence exact and printed as they were written.
pub(crate) fn quantile_ranks(n: u64, bins: u32) -> Vec<u64> {
    (1..u128::from(bins))
        .map(|j| u64::try_from(j * u128::from(n) / u128::from(bins)).unwrap_or(u64::MAX))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_left_closed_and_named_shortest() {
        let bins = BinEdges::new(vec![0.5, 25.0, 25.0, 60.0]);
        let names: Vec<_> = (0..bins.len())
            .filter_map(|p| bins.label(p).name())
            .collect();
        assert_eq!(names, ["<0.5", "0.5..<25", "25..<60", ">=60"]);
        let positions: Vec<_> = [0.4, 0.5, 24.9, 25.0, 60.0, f64::INFINITY]
            .map(|v| bins.position(v))
            .to_vec();
        assert_eq!(positions, [0, 1, 1, 2, 3, 3]);
    }

    #[test]
    fn quantile_bins_of_distinct_values_have_equal_mass() {
        for (n, bins) in [(8, 4), (10, 4), (7, 3), (100, 7)] {
            let edges = quantile_ranks(n, bins)
                .iter()
                .map(|rank| *rank as f64)
                .collect();
            let edges = BinEdges::new(edges);
            let mut mass = vec![0_u64; edges.len()];
            (0..n).for_each(|value| mass[edges.position(value as f64)] += 1);
            let (least, most) = (mass.iter().min().unwrap(), mass.iter().max().unwrap());
            assert!(most - least <= 1, "{n} in {bins}: {mass:?}");
        }
    }
}
