//! Inequality of what people receive: the generalised entropy family (FORMULAS §3.6; Shorrocks
//! 1980, Speicher et al. 2018).
//!
//! Each row has the benefit `b = 1 + d − y`: 0 where a positive was rejected, 2 where a negative
//! was selected, else 1; μ is its mean. Indices are 0 where all rows have the same benefit.

use waage_core::estimate::Reason;

use crate::confusion::Confusion;
use crate::disparity::Value;

/// A benefit and the weight of the rows that have it.
pub type Level = (f64, f64);

/// The benefits of the rows of a table that have a label and a decision.
#[must_use]
pub fn benefits(table: &Confusion) -> [Level; 3] {
    [
        (0.0, table.false_negatives),
        (1.0, table.tp + table.tn),
        (2.0, table.fp),
    ]
}

/// The mean benefit of a table, `(T + FP − FN)/T`, and its weight `T`.
#[must_use]
pub fn mean_benefit(table: &Confusion) -> Level {
    let total = table.tp + table.fp + table.false_negatives + table.tn;
    ((total + table.fp - table.false_negatives) / total, total)
}

/// The generalised entropy index of order `alpha`, in [0, ∞):
/// `Σ w[(b/μ)^α − 1]/(W·α(α−1))`; Theil's `Σ w(b/μ)ln(b/μ)/W` at 1 and the mean log deviation
/// `−Σ w·ln(b/μ)/W` at 0. Half the squared coefficient of variation at 2.
///
/// ```
/// use waage_metrics::inequality::generalized_entropy;
/// let levels = [(0.0, 2.0), (1.0, 6.0), (2.0, 2.0)];
/// assert!((generalized_entropy(&levels, 2.0).unwrap() - 0.2).abs() < 1e-15);
/// ```
///
/// # Errors
/// `no_rows`; `zero_mean_benefit` where μ = 0, and where `alpha ≤ 0` and somebody has no benefit.
pub fn generalized_entropy(levels: &[Level], alpha: f64) -> Value {
    let present = || levels.iter().filter(|(_, weight)| *weight > 0.0);
    let total: f64 = present().map(|(_, w)| w).sum();
    if total <= 0.0 {
        return Err(Reason::NoRows);
    }
    let mean = present().map(|(b, w)| b * w).sum::<f64>() / total;
    if mean <= 0.0 || (alpha <= 0.0 && present().any(|(b, _)| *b <= 0.0)) {
        return Err(Reason::ZeroMeanBenefit);
    }
    let term = |b: f64| {
        let share = b / mean;
        if alpha == 0.0 {
            -libm::log(share)
        } else if alpha == 1.0 {
            if share > 0.0 {
                share * libm::log(share)
            } else {
                0.0
            }
        } else if alpha == 2.0 {
            (share * share - 1.0) / 2.0
        } else {
            (libm::pow(share, alpha) - 1.0) / (alpha * (alpha - 1.0))
        }
    };
    let index = present().map(|(b, w)| w * term(*b)).sum::<f64>() / total;
    Ok(index.max(0.0))
}

/// Inequality between groups: the index of everybody's group mean.
///
/// # Errors
/// As [`generalized_entropy`].
pub fn between(groups: &[Confusion], alpha: f64) -> Value {
    let means: Vec<Level> = groups.iter().map(mean_benefit).collect();
    generalized_entropy(&means, alpha)
}

/// Inequality within groups, `Σ_g (n_g/n)(μ_g/μ)^α·GE_α(g)`: what is left of all of it after
/// [`between`] is taken away, exactly.
///
/// # Errors
/// As [`generalized_entropy`], of all rows or of a group.
pub fn within(groups: &[Confusion], alpha: f64) -> Value {
    let means = groups.iter().map(mean_benefit);
    let (sum, total) = means
        .filter(|(_, w)| *w > 0.0)
        .fold((0.0, 0.0), |(s, t), (b, w)| (s + b * w, t + w));
    if total <= 0.0 {
        return Err(Reason::NoRows);
    }
    let mean = sum / total;
    if mean <= 0.0 {
        return Err(Reason::ZeroMeanBenefit);
    }
    let mut inside = 0.0;
    for group in groups {
        let (own, weight) = mean_benefit(group);
        // A group whose members have nothing has no inequality of its own, and no weight in it.
        if weight > 0.0 && own > 0.0 {
            let share = libm::pow(own / mean, alpha);
            inside += weight / total * share * generalized_entropy(&benefits(group), alpha)?;
        }
    }
    Ok(inside)
}

/// The root of twice the index of order 2: the standard deviation in units of the mean.
///
/// # Errors
/// As the index.
pub fn variation(index: Value) -> Value {
    index.map(|index| (2.0 * index).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: Value, expected: f64) {
        let value = value.unwrap();
        assert!((value - expected).abs() < 1e-9, "{value} {expected}");
    }

    #[test]
    fn indices_are_those_of_the_worked_example() {
        let all = benefits(&Confusion::of_cells(64.0, 30.0, 31.0, 75.0));
        near(generalized_entropy(&all, 2.0), 0.154_023_888);
        near(generalized_entropy(&all, 1.0), 0.214_001_641);
        near(generalized_entropy(&all, 0.5), 0.362_366_382);
        near(generalized_entropy(&all, 3.0), 0.153_951_939);
        near(variation(generalized_entropy(&all, 2.0)), 0.555_020_519);
        assert_eq!(generalized_entropy(&all, 0.0), Err(Reason::ZeroMeanBenefit));
        let groups = Confusion::e1();
        near(between(&groups, 2.0), 0.005_605_919);
        near(between(&groups, 1.0), 0.005_620_849);
        near(within(&groups, 2.0), 0.148_417_969);
        near(within(&groups, 1.0), 0.208_380_792);
    }

    #[test]
    fn published_cases_come_out() {
        let first = [(0.0, 2.0), (1.0, 6.0), (2.0, 2.0)];
        near(generalized_entropy(&first, 2.0), 0.2);
        near(generalized_entropy(&first, 1.0), 0.277_258_872);
        let second = [(0.0, 3.0), (1.0, 4.0), (2.0, 3.0)];
        near(generalized_entropy(&second, 2.0), 0.3);
        let means = [(1.0, 2.0), (1.25, 4.0), (0.75, 4.0)];
        near(generalized_entropy(&means, 2.0), 0.025);
        let means = [(0.5, 2.0), (1.25, 4.0)];
        near(generalized_entropy(&means, 2.0), 0.0625);
    }

    #[test]
    fn the_parts_add_up_and_orders_join() {
        let groups = Confusion::e1();
        let all = benefits(&Confusion::of_cells(64.0, 30.0, 31.0, 75.0));
        for alpha in [0.5, 1.0, 2.0, 3.0] {
            let parts = between(&groups, alpha).unwrap() + within(&groups, alpha).unwrap();
            assert!((parts - generalized_entropy(&all, alpha).unwrap()).abs() < 1e-12);
        }
        let levels = [(0.5, 3.0), (1.0, 2.0), (2.0, 1.0)];
        for at in [0.0, 1.0, 2.0] {
            let here = generalized_entropy(&levels, at).unwrap();
            let beside = generalized_entropy(&levels, at + 1e-6).unwrap();
            assert!((here - beside).abs() < 1e-5);
        }
    }
}
