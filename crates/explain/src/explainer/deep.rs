//! Leaves whose paths have more features than a table could hold.

use rayon::prelude::*;
use waage_core::observer::Observer;

use super::tables::Prepared;
use crate::codes::CodeBlock;
use crate::error::{Error, Result};
use crate::model::{Ensemble, Output};
use crate::plan::{Condition, DeepLeaf};
use crate::quadrature::{Rule, leaf, pair_leaf};
use crate::table::Index;

/// The most distinct features of one path.
pub(super) const FACTORS_MAX: usize = 128;

pub(super) fn check(leaves: &[DeepLeaf], index: Index) -> Result<()> {
    if leaves.is_empty() {
        return Ok(());
    }
    if index != Index::Shapley {
        return Err(Error::unsupported(
            format!(
                "a path of the model asks for more than {} features, too many for interactions and Banzhaf values",
                crate::plan::BITS_MAX
            ),
            "explain it with Shapley values",
        ));
    }
    match leaves.iter().map(|l| l.factors.len()).max() {
        Some(most) if most > FACTORS_MAX => Err(Error::unsupported(
            format!("a path of the model asks for {most} features, more than {FACTORS_MAX}"),
            "train shallower trees",
        )),
        _ => Ok(()),
    }
}

/// Factors by feature: conditions on both columns of one feature make one factor.
struct Merged<'a> {
    features: Vec<u32>,
    /// For each condition the factor it belongs to.
    conditions: Vec<(usize, &'a Condition)>,
    shares: Vec<f64>,
}

impl<'a> Merged<'a> {
    fn new(leaf: &'a DeepLeaf) -> Self {
        let mut merged = Self {
            features: Vec::new(),
            conditions: Vec::new(),
            shares: Vec::new(),
        };
        for (condition, feature, share) in &leaf.factors {
            let at = match merged.features.iter().position(|f| f == feature) {
                Some(at) => at,
                None => {
                    merged.features.push(*feature);
                    merged.shares.push(1.0);
                    merged.features.len() - 1
                }
            };
            merged.shares[at] *= share;
            merged.conditions.push((at, condition));
        }
        merged
    }

    fn all(&self) -> u128 {
        if self.features.len() == FACTORS_MAX {
            u128::MAX
        } else {
            (1 << self.features.len()) - 1
        }
    }

    fn pattern(&self, codes: &CodeBlock, row: usize) -> u128 {
        let mut pattern = self.all();
        for (at, condition) in &self.conditions {
            if !condition.set.contains(codes.code(condition.column, row)) {
                pattern &= !(1 << at);
            }
        }
        pattern
    }
}

/// The share of rows that reach a leaf.
pub(super) fn share(leaf: &DeepLeaf, codes: &CodeBlock, weights: &[f64]) -> f64 {
    let merged = Merged::new(leaf);
    let reach = weights.iter().enumerate();
    let reach = reach.filter(|(row, _)| merged.pattern(codes, *row) == merged.all());
    reach.map(|(_, weight)| weight).sum()
}

/// Adds what the deep leaves give, until the observer stops.
pub(super) fn add(
    part: &Prepared,
    model: &Ensemble,
    index: Index,
    codes: &CodeBlock,
    width: usize,
    out: &mut [f64],
    observer: &dyn Observer,
) {
    debug_assert!(part.deep.is_empty() || index == Index::Shapley);
    let stride = width * model.outputs();
    for deep in &part.deep {
        if observer.cancelled() {
            return;
        }
        let tree = &model.trees[deep.tree as usize];
        let values = tree.leaf_values(deep.leaf);
        let targets: Vec<(usize, f64)> = match tree.output() {
            Output::All => values.iter().copied().enumerate().collect(),
            Output::One(k) => vec![(k as usize, values[0])],
        };
        let merged = Merged::new(deep);
        let rule = Rule::for_factors(merged.features.len());
        let others: Vec<(u128, f64)> = part
            .background
            .iter()
            .flat_map(|(codes, weights)| {
                let mut rows: Vec<(u128, f64)> = (0..codes.rows)
                    .map(|row| (merged.pattern(codes, row), weights[row]))
                    .collect();
                rows.sort_by_key(|r| r.0);
                rows.dedup_by(|next, kept| {
                    let same = next.0 == kept.0;
                    if same {
                        kept.1 += next.1;
                    }
                    same
                });
                rows
            })
            .collect();
        out.par_chunks_mut(stride).enumerate().for_each_init(
            || (Vec::new(), vec![0.0; merged.features.len()]),
            |(room, sums), (row, out)| {
                if observer.cancelled() {
                    return;
                }
                let pattern = merged.pattern(codes, row);
                sums.fill(0.0);
                if part.background.is_some() {
                    for (other, weight) in &others {
                        pair_leaf(*weight, merged.all(), pattern, *other, |j, x| sums[j] += x);
                    }
                } else {
                    let factors: Vec<(bool, f64)> = merged
                        .shares
                        .iter()
                        .enumerate()
                        .map(|(j, s)| (pattern >> j & 1 == 1, *s))
                        .collect();
                    leaf(&rule, 1.0, &factors, room, |j, x| sums[j] += x);
                }
                for (output, value) in &targets {
                    for (feature, sum) in merged.features.iter().zip(&*sums) {
                        out[output * width + *feature as usize] += value * sum;
                    }
                }
            },
        );
    }
}
