//! Cells do not depend on who counts them.

use std::collections::HashSet;

use super::*;
use crate::block::{ClusterKey, Clustered, outcome};
use crate::random::Stream;

fn plan(groups: usize, weighted: bool) -> ProxyPlan {
    ProxyPlan {
        attribute: "race".to_owned(),
        groups,
        first: 0,
        strata_from: 0,
        threshold: Some(0.6),
        weighted,
        clusters_max: None,
    }
}

struct Rows {
    q: Vec<f64>,
    rest: Vec<f64>,
    outcomes: Vec<u8>,
    weights: Option<Vec<f64>>,
    clusters: Vec<ClusterKey>,
}

impl Rows {
    fn random(n: usize, levels: u64, weighted: bool) -> Self {
        let mut stream = Stream::new(5, levels);
        let q: Vec<f64> = (0..n)
            .map(|_| (stream.next_u64() % levels) as f64 / (levels - 1) as f64)
            .collect();
        Self {
            rest: q.iter().map(|q| 1.0 - q).collect(),
            outcomes: (0..n)
                .map(|_| outcome::of(2, (stream.next_u64() % 2) as u8))
                .collect(),
            weights: weighted.then(|| (0..n).map(|_| stream.next_unit() * 3.0).collect()),
            clusters: (0..n as u64).map(|row| [0, row * row % 401]).collect(),
            q,
        }
    }

    fn add(&self, builder: &mut ProxyBuilder, range: std::ops::Range<usize>) {
        builder.add(&Block {
            len: range.len(),
            axes: &[],
            outcomes: &self.outcomes[range.clone()],
            weights: self.weights.as_ref().map(|w| &w[range.clone()]),
            scores: None,
            clusters: Some(Clustered {
                keys: &self.clusters[range.clone()],
                spans: [None; 2],
            }),
            propensities: None,
            members: &[&self.q[range.clone()], &self.rest[range]],
            targets: None,
        });
    }
}

#[test]
fn cells_do_not_depend_on_who_counts_which_row() {
    for (levels, weighted, limit) in [
        (11, false, 1000),
        (11, true, 1000),
        (5000, false, 40),
        (5000, true, 40),
        (5000, false, 1000),
    ] {
        let rows = Rows::random(3000, levels, weighted);
        let build = |cuts: &[usize]| {
            let mut parts = Vec::new();
            for pair in cuts.windows(2) {
                let mut builder = ProxyBuilder::with_limit(
                    ProxyPlan {
                        clusters_max: Some(1000),
                        ..plan(2, weighted)
                    },
                    limit,
                );
                rows.add(&mut builder, pair[0]..pair[1]);
                parts.push(builder);
            }
            let merged = parts.into_iter().rev().reduce(ProxyBuilder::merge);
            merged.unwrap().finish(&[]).unwrap()
        };
        let whole = build(&[0, 3000]);
        assert_eq!(build(&[0, 7, 1000, 2999, 3000]), whole, "{levels} {limit}");
        assert_eq!(whole.rows(), 3000);
        assert!(whole.cells.len() <= limit);
        assert_eq!(whole.grid_bits.is_some(), levels > 11);
        clusters_hold_the_rows_of_cells(&rows, &whole);
        // Grid or not, the sums over all cells are those of the rows.
        let held = whole.cells.iter().flat_map(|cell| &cell.held);
        let mass: f64 = held.map(|held| held.groups[0].mass).sum();
        let weight = |row: usize| rows.weights.as_ref().map_or(1.0, |w| w[row]);
        let expected: f64 = (0..3000).map(|row| weight(row) * rows.q[row]).sum();
        assert!((mass - expected).abs() < 1e-9 * expected);
    }
}

/// Clusters together hold what cells hold, and each what its own rows are.
fn clusters_hold_the_rows_of_cells(rows: &Rows, cells: &ProxyCells) {
    let clusters = cells.clusters.as_ref().unwrap();
    let distinct: HashSet<_> = rows.clusters.iter().collect();
    assert_eq!(clusters.count(), distinct.len() as u64);
    let mut held: HashMap<(u32, u8), (u64, f64)> = HashMap::new();
    for pattern in clusters.patterns() {
        for part in &pattern.held {
            let sums = held.entry((part.cell, part.outcome)).or_default();
            sums.0 += pattern.clusters * part.rows;
            sums.1 += pattern.clusters as f64 * part.weight;
        }
    }
    for (at, cell) in cells.cells.iter().enumerate() {
        for of_outcome in &cell.held {
            let (n, weight) = held.remove(&(at as u32, of_outcome.outcome)).unwrap();
            assert_eq!(n, of_outcome.n);
            assert!((weight - of_outcome.w1).abs() < 1e-9 * weight);
        }
    }
    assert!(held.is_empty());
    let mut sizes: Vec<u64> = clusters
        .patterns()
        .iter()
        .flat_map(|p| {
            let size = p.held.iter().map(|part| part.rows).sum();
            std::iter::repeat_n(size, p.clusters as usize)
        })
        .collect();
    let mut expected: HashMap<&ClusterKey, u64> = HashMap::new();
    for cluster in &rows.clusters {
        *expected.entry(cluster).or_default() += 1;
    }
    let mut expected: Vec<u64> = expected.into_values().collect();
    sizes.sort_unstable();
    expected.sort_unstable();
    assert_eq!(sizes, expected);
}

#[test]
fn more_clusters_than_the_limit_are_refused() {
    let mut builder = ProxyBuilder::new(ProxyPlan {
        clusters_max: Some(100),
        ..plan(2, false)
    });
    Rows::random(3000, 11, false).add(&mut builder, 0..3000);
    let error = builder.finish(&[]).unwrap_err();
    assert!(error.to_string().contains("--max-clusters"), "{error}");
}

#[test]
fn rows_take_their_likeliest_group_if_it_is_likely_enough() {
    let rows = Rows {
        q: vec![0.9, 0.6, 0.5, 0.1],
        rest: vec![0.1, 0.4, 0.5, 0.9],
        outcomes: vec![outcome::of(2, 1); 4],
        weights: None,
        clusters: vec![[0, 0]; 4],
    };
    let mut with = ProxyBuilder::new(plan(2, false));
    rows.add(&mut with, 0..4);
    let mut without = ProxyBuilder::new(ProxyPlan {
        threshold: None,
        ..plan(2, false)
    });
    rows.add(&mut without, 0..4);
    let (with, without) = (with.finish(&[]).unwrap(), without.finish(&[]).unwrap());
    assert_eq!((with.unclassified(), without.unclassified()), (1, 0));
    let of_first = |cells: &ProxyCells| {
        let cells = cells.cells.iter().filter(|cell| cell.class == Some(0));
        cells.flat_map(|cell| &cell.held).map(|h| h.n).sum::<u64>()
    };
    // A tie goes to the group named first.
    assert_eq!((of_first(&with), of_first(&without)), (2, 3));
}

#[test]
fn too_many_strata_are_refused() {
    let mut builder = ProxyBuilder::with_limit(plan(2, false), 1);
    let rows = Rows::random(100, 11, false);
    rows.add(&mut builder, 0..100);
    let error = builder.finish(&[]).unwrap_err();
    assert!(error.to_string().contains("\"race\""), "{error}");
}
