//! Shapley values by an integral: for paths too long for tables, and for few rows.
//!
//! `s! (k-1-s)! / k! = ∫₀¹ t^s (1-t)^(k-1-s) dt`, so a leaf with flags `b` and shares `q` gives
//! `φ_j = v (b_j - q_j) ∫₀¹ Π_{i≠j} (t b_i + (1-t) q_i) dt`. The integrand is a polynomial of degree
//! `k - 1`, for which Gauss–Legendre quadrature with `⌈k/2⌉` nodes is exact.

/// Nodes and weights on `[0, 1]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Pairs of node and weight; weights add up to 1.
    pub points: Vec<(f64, f64)>,
}

impl Rule {
    /// The Gauss–Legendre rule that is exact for products of `k - 1` linear terms.
    #[must_use]
    pub fn for_factors(k: usize) -> Self {
        let n = k.div_ceil(2).max(1);
        let points = (0..n).map(|i| {
            // Newton's method on the Legendre polynomial, from Tricomi's first guess.
            let mut x = libm::cos(std::f64::consts::PI * (i as f64 + 0.75) / (n as f64 + 0.5));
            let mut slope = 1.0;
            for _ in 0..100 {
                let (value, derivative) = legendre(n, x);
                slope = derivative;
                let step = value / derivative;
                x -= step;
                if step.abs() < 1e-16 {
                    break;
                }
            }
            ((1.0 + x) / 2.0, 1.0 / ((1.0 - x * x) * slope * slope))
        });
        Self {
            points: points.collect(),
        }
    }
}

/// The Legendre polynomial of degree `n` and its derivative at `x`.
fn legendre(n: usize, x: f64) -> (f64, f64) {
    let (mut before, mut now) = (1.0, x);
    for k in 2..=n {
        let k = k as f64;
        (before, now) = (now, ((2.0 * k - 1.0) * x * now - (k - 1.0) * before) / k);
    }
    (now, n as f64 * (x * now - before) / (x * x - 1.0))
}

/// Adds a leaf's Shapley values: `add(j, φ_j)` for each factor `j` with its flag and share.
///
/// No factor is divided by, so shares of 0 are as good as any.
pub fn leaf(
    rule: &Rule,
    v: f64,
    factors: &[(bool, f64)],
    room: &mut Vec<f64>,
    mut add: impl FnMut(usize, f64),
) {
    let k = factors.len();
    let sums = 0..k;
    room.clear();
    room.resize(2 * k + 1, 0.0);
    let (integrals, behind) = room.split_at_mut(k);
    for (t, weight) in &rule.points {
        let term = |(flag, share): (bool, f64)| (if flag { *t } else { 0.0 }) + (1.0 - t) * share;
        // behind[j] is the product of the terms from j on.
        behind[k] = 1.0;
        for j in (0..k).rev() {
            behind[j] = behind[j + 1] * term(factors[j]);
        }
        let mut before = *weight;
        for j in 0..k {
            integrals[j] += before * behind[j + 1];
            before *= term(factors[j]);
        }
    }
    for j in sums {
        let (flag, share) = factors[j];
        add(j, v * (f64::from(u8::from(flag)) - share) * integrals[j]);
    }
}

/// Adds a leaf's Shapley values against one background row: `row` and `other` are the factors (as
/// bits) that the row and the background row fulfil, `all` is every factor.
pub fn pair_leaf(v: f64, all: u128, row: u128, other: u128, mut add: impl FnMut(usize, f64)) {
    if row | other != all {
        return;
    }
    let (only_row, only_other) = (row & !other, other & !row);
    let (a, c) = (only_row.count_ones(), only_other.count_ones());
    // (a-1)! c! / (a+c)!  and  a! (c-1)! / (a+c)!
    let share = |one: u32, two: u32| {
        let mut x = 1.0 / f64::from(one + two);
        for i in 1..one {
            x *= f64::from(i) / f64::from(one + two - i);
        }
        x
    };
    for (bits, value) in [
        (only_row, if a > 0 { v * share(a, c) } else { 0.0 }),
        (only_other, if c > 0 { -v * share(c, a) } else { 0.0 }),
    ] {
        let mut rest = bits;
        while rest != 0 {
            add(rest.trailing_zeros() as usize, value);
            rest &= rest - 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_integrate_powers_exactly() {
        for k in 1..=70_usize {
            let rule = Rule::for_factors(k);
            for power in 0..k {
                let found: f64 = rule
                    .points
                    .iter()
                    .map(|(t, w)| w * libm::pow(*t, power as f64))
                    .sum();
                assert!(
                    (found - 1.0 / (power as f64 + 1.0)).abs() < 1e-14,
                    "{k} {power} {found}"
                );
            }
        }
    }

    #[test]
    fn one_background_row_weighs_by_factorials() {
        let mut found = vec![0.0; 5];
        // a = 2 factors of the row alone, c = 2 of the other alone, one of both.
        pair_leaf(1.0, 0b11111, 0b10011, 0b11100, |j, x| found[j] += x);
        let wanted = 1.0 * 2.0 / 24.0;
        assert_eq!(found[4], 0.0);
        for (j, x) in found.iter().enumerate().take(4) {
            let sign = if j < 2 { 1.0 } else { -1.0 };
            assert!((x - sign * wanted).abs() < 1e-16, "{found:?}");
        }
    }
}
