//! What a group gives to each feature, for every pattern.
//!
//! For one leaf with value `v` and `k` factors, a row's pattern `A` has bit `j` set when the row
//! fulfils factor `j`. With `H(U)` the weight of the rows that stand in for unknown features and
//! fulfil the factors in `U`, the game is `v(S) = v · [S ⊆ A] · H(P \ S)`, where `P` is all factors.
//! The path-dependent game has `H(U) = Π share`; the interventional one has the share of background
//! rows whose pattern contains `U`. Two sums over subsets,
//! `Y(A) = Σ_{T⊆A} w(|T|-1) H(P\T)` and `Z(A) = Σ_{T⊆A} w(|T|) H(P\T)` with `w(s) = s!(k-1-s)!/k!`,
//! give every Shapley value: `φ_j(A) = v (Y(A) - Y(A\j) - Z(A\j))`.
//! Banzhaf values and interactions are sums of the same kind. `tests/exact.rs` holds them to the
//! enumeration of all coalitions.

use crate::plan::{Factor, Group};

/// Which division of a prediction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Index {
    /// Shapley values: add up to the margin minus the base value.
    Shapley,
    /// Banzhaf values: the mean effect over all coalitions; they do not add up.
    Banzhaf,
    /// Shapley interactions as `shap` lays them out: half of each pair's index in each of its two
    /// places, main effects in the diagonal; rows add up to the Shapley values.
    ShapleyInteraction,
    /// Banzhaf interactions: the mean second difference; the diagonal holds the Banzhaf values.
    BanzhafInteraction,
}

impl Index {
    /// Whether there is a number for each pair of features.
    #[must_use]
    pub fn pairs(self) -> bool {
        matches!(self, Self::ShapleyInteraction | Self::BanzhafInteraction)
    }
}

/// Who stands in for the features that are not known.
#[derive(Clone, Copy, Debug)]
pub enum Game<'a> {
    /// The training rows, by the covers of the branches.
    Path,
    /// Background rows: the share of each of the group's patterns, summing to 1.
    Background(&'a [f64]),
}

/// Room for one leaf's sums, to be used again.
#[derive(Default)]
pub struct Scratch {
    held: Vec<f64>,
    sums: [Vec<f64>; 3],
    rows: Vec<f64>,
    patterns: Vec<u32>,
}

/// `w(s) = s! (k-1-s)! / k!` for `s` below `k`.
fn weights(k: usize) -> Vec<f64> {
    let mut w = vec![1.0 / k as f64; k];
    for s in 1..k {
        w[s] = w[s - 1] * s as f64 / (k - s) as f64;
    }
    w
}

/// For every set the sum over its subsets, in place.
fn subsets(a: &mut [f64]) {
    let mut half = 1;
    while half < a.len() {
        for pair in a.chunks_exact_mut(2 * half) {
            let (without, with) = pair.split_at_mut(half);
            with.iter_mut().zip(without).for_each(|(w, o)| *w += *o);
        }
        half *= 2;
    }
}

/// For every set the sum over its supersets, in place.
fn supersets(a: &mut [f64]) {
    let mut half = 1;
    while half < a.len() {
        for pair in a.chunks_exact_mut(2 * half) {
            let (without, with) = pair.split_at_mut(half);
            without.iter_mut().zip(with).for_each(|(o, w)| *o += *w);
        }
        half *= 2;
    }
}

/// Where a group's numbers go: slot (or pair of slots) to place in a table's row.
#[derive(Clone, Copy, Debug)]
pub struct Layout<'a> {
    /// Numbers per pattern.
    pub stride: usize,
    /// The place of each slot; for pairs, of slots `(a, b)` with `a <= b` at `b (b + 1) / 2 + a`.
    pub places: &'a [u32],
}

/// Adds the group's numbers to `table`, which has `patterns * stride` places.
///
/// `value` is the value of each of the group's leaves, in their order.
pub fn fill(
    group: &Group,
    value: impl Fn(usize) -> f64,
    game: Game<'_>,
    index: Index,
    layout: Layout<'_>,
    table: &mut [f64],
    scratch: &mut Scratch,
) {
    for (number, leaf) in group.leaves.iter().enumerate() {
        let v = value(number);
        if v == 0.0 {
            continue;
        }
        let factors = &leaf.factors;
        leaf_patterns(factors, group.patterns(), &mut scratch.patterns);
        held(factors, game, scratch);
        let width = leaf_rows(factors.len(), v, index, scratch);
        let places: Vec<usize> = if index.pairs() {
            let slots = factors.iter().enumerate();
            slots
                .flat_map(|(b, fb)| factors[..=b].iter().map(move |fa| pair(fa.slot, fb.slot)))
                .map(|at| layout.places[at] as usize)
                .collect()
        } else {
            factors
                .iter()
                .map(|f| layout.places[f.slot as usize] as usize)
                .collect()
        };
        for (row, pattern) in table.chunks_exact_mut(layout.stride).zip(&scratch.patterns) {
            let from = &scratch.rows[*pattern as usize * width..][..width];
            for (x, at) in from.iter().zip(&places) {
                row[*at] += x;
            }
        }
    }
}

/// The place of a pair of slots among all pairs.
#[must_use]
pub fn pair(a: u32, b: u32) -> usize {
    let (a, b) = (a.min(b) as usize, a.max(b) as usize);
    b * (b + 1) / 2 + a
}

/// The leaf's pattern for each pattern of the group.
fn leaf_patterns(factors: &[Factor], patterns: usize, out: &mut Vec<u32>) {
    out.clear();
    out.extend((0..patterns as u32).map(|p| {
        let bits = factors.iter().enumerate();
        bits.map(|(j, f)| u32::from(f.holds(p)) << j).sum::<u32>()
    }));
}

/// `H(U)` of one leaf for every set of its factors.
fn held(factors: &[Factor], game: Game<'_>, scratch: &mut Scratch) {
    let h = &mut scratch.held;
    h.clear();
    match game {
        Game::Path => {
            h.push(1.0);
            for factor in factors {
                for u in 0..h.len() {
                    h.push(h[u] * factor.share);
                }
            }
        }
        Game::Background(shares) => {
            h.resize(1 << factors.len(), 0.0);
            for (share, pattern) in shares.iter().zip(&scratch.patterns) {
                h[*pattern as usize] += share;
            }
            supersets(h);
        }
    }
}

/// The numbers of one leaf for each of its own patterns, `k` (or `k (k+1) / 2`) per pattern.
fn leaf_rows(k: usize, v: f64, index: Index, scratch: &mut Scratch) -> usize {
    let Scratch {
        held, sums, rows, ..
    } = scratch;
    let all = (1_usize << k) - 1;
    let mut sum = |at: usize, weight: &dyn Fn(usize) -> f64| {
        let a = &mut sums[at];
        a.clear();
        a.extend((0..=all).map(|t| weight(t.count_ones() as usize) * held[all ^ t]));
        subsets(a);
    };
    rows.clear();
    match index {
        Index::Shapley => {
            let w = weights(k);
            sum(0, &|s| if s > 0 { w[s - 1] } else { 0.0 });
            sum(1, &|s| if s < k { w[s] } else { 0.0 });
            let [y, z, _] = sums;
            z.iter_mut().zip(&*y).for_each(|(z, y)| *z += y);
            for a in 0..=all {
                rows.extend((0..k).map(|j| v * (y[a] - z[a & !(1 << j)])));
            }
            k
        }
        Index::Banzhaf => {
            sum(0, &|_| 1.0);
            let scale = v * libm::exp2(1.0 - k as f64);
            for a in 0..=all {
                rows.extend((0..k).map(|j| scale * banzhaf(&sums[0], a, j)));
            }
            k
        }
        Index::ShapleyInteraction => {
            let w = weights(k);
            // u(s) = s! (k-2-s)! / (k-1)!, the weights of a game with one player less.
            let u = if k > 1 { weights(k - 1) } else { Vec::new() };
            let at = |s: usize, r: usize| {
                s.checked_sub(r)
                    .and_then(|s| u.get(s))
                    .copied()
                    .unwrap_or(0.0)
            };
            sum(0, &|s| at(s, 0));
            sum(1, &|s| at(s, 1));
            sum(2, &|s| at(s, 2));
            let pairs = sums.clone();
            let mut sum = |at: usize, weight: &dyn Fn(usize) -> f64| {
                let a = &mut sums[at];
                a.clear();
                a.extend((0..=all).map(|t| weight(t.count_ones() as usize) * held[all ^ t]));
                subsets(a);
            };
            sum(0, &|s| if s > 0 { w[s - 1] } else { 0.0 });
            sum(1, &|s| if s < k { w[s] } else { 0.0 });
            let [y, z, _] = sums;
            let width = k * (k + 1) / 2;
            rows.resize((all + 1) * width, 0.0);
            for a in 0..=all {
                let row = &mut rows[a * width..][..width];
                for j in 0..k {
                    let without = a & !(1 << j);
                    row[pair(j as u32, j as u32)] = v * (y[a] - y[without] - z[without]);
                }
                for j in 1..k {
                    for i in 0..j {
                        let half = 0.5 * v * second(&pairs, a, i, j);
                        row[pair(i as u32, j as u32)] = half;
                        row[pair(i as u32, i as u32)] -= half;
                        row[pair(j as u32, j as u32)] -= half;
                    }
                }
            }
            width
        }
        Index::BanzhafInteraction => {
            sum(0, &|_| 1.0);
            let n = &sums[0];
            let one = v * libm::exp2(1.0 - k as f64);
            for a in 0..=all {
                for j in 0..k {
                    for i in 0..j {
                        let (without_i, without_j) = (a & !(1 << i), a & !(1 << j));
                        let both = n[a] - 2.0 * n[without_i] - 2.0 * n[without_j]
                            + 4.0 * n[without_i & without_j];
                        rows.push(2.0 * one * both);
                    }
                    rows.push(one * banzhaf(n, a, j));
                }
            }
            k * (k + 1) / 2
        }
    }
}

fn banzhaf(n: &[f64], a: usize, j: usize) -> f64 {
    n[a] - 2.0 * n[a & !(1 << j)]
}

/// The Shapley interaction index of factors `i` and `j` for pattern `a`, for a leaf of value 1.
fn second(x: &[Vec<f64>; 3], a: usize, i: usize, j: usize) -> f64 {
    let (without_i, without_j) = (a & !(1 << i), a & !(1 << j));
    let neither = without_i & without_j;
    let one = |at: usize| x[2][at] + x[1][at];
    x[2][a] - one(without_i) - one(without_j) + x[2][neither] + 2.0 * x[1][neither] + x[0][neither]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_factorials() {
        let w = weights(4);
        for (found, wanted) in w
            .iter()
            .zip([6.0 / 24.0, 2.0 / 24.0, 2.0 / 24.0, 6.0 / 24.0])
        {
            assert!((found - wanted).abs() < 1e-15);
        }
    }

    #[test]
    fn subsets_and_supersets_sum_what_they_say() {
        let a: Vec<f64> = (0..8).map(|i| f64::from(1 << i)).collect();
        let (mut down, mut up) = (a.clone(), a.clone());
        subsets(&mut down);
        supersets(&mut up);
        for t in 0..8_usize {
            let below: f64 = (0..8).filter(|s| s & t == *s).map(|s| a[s]).sum();
            let above: f64 = (0..8).filter(|s| s & t == t).map(|s| a[s]).sum();
            assert_eq!((down[t], up[t]), (below, above));
        }
    }
}
