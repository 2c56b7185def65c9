//! The clusters of numeric outcomes: their rows while these are counted, then what each holds.

use rayon::prelude::*;

use super::{Builder, TERMS, Term};
use crate::block::ClusterKey;

/// A row of a cluster.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Row {
    pub cluster: ClusterKey,
    pub cell: u32,
    pub y: f64,
    pub p: f64,
    pub weight: f64,
}

impl Row {
    /// The order in which the rows of a cluster are summed.
    pub fn key(&self) -> (ClusterKey, u32, [u64; 3]) {
        let bits = [self.y, self.p, self.weight].map(f64::to_bits);
        (self.cluster, self.cell, bits)
    }
}

/// More rows of clusters than can be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the rows of clusters are more than {limit}, which is what the memory limit holds of a regression audit; raise it with --memory (each row takes {} bytes), or leave the clusters out",
    Builder::BYTES_PER_ROW
)]
pub struct TooManyRows {
    /// The limit.
    pub limit: usize,
}

/// What a cluster holds of one combination.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Held {
    /// Position of the combination, as in [`Numeric::positions`](super::Numeric::positions).
    pub cell: u32,
    /// Rows.
    pub rows: u64,
    /// Σw of each term.
    pub sums: [f64; TERMS],
}

/// What the clusters of rows in order hold, in an order that no name of a cluster decides.
pub(super) fn summed(rows: &[Row]) -> Vec<Box<[Held]>> {
    let of_cell = |rows: &[Row]| {
        let mut held = Held {
            cell: rows[0].cell,
            rows: rows.len() as u64,
            sums: [0.0; TERMS],
        };
        for row in rows {
            for (sum, term) in held.sums.iter_mut().zip(Term::ALL) {
                *sum += row.weight * term.of(row.y, row.p);
            }
        }
        held
    };
    let of_cluster = |rows: &[Row]| -> Box<[Held]> {
        rows.chunk_by(|a, b| a.cell == b.cell)
            .map(of_cell)
            .collect()
    };
    let clusters = rows.chunk_by(|a, b| a.cluster == b.cluster);
    let mut clusters: Vec<Box<[Held]>> = clusters.map(of_cluster).collect();
    let key = |held: &Held| (held.cell, held.rows, held.sums.map(f64::to_bits));
    clusters.par_sort_unstable_by(|a, b| a.iter().map(key).cmp(b.iter().map(key)));
    clusters
}
