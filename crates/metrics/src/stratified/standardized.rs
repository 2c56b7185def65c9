//! The gap that there would be if both groups were spread over the strata alike.

use waage_core::estimate::{Estimate, Evidence, Method, Reason};
use waage_core::interval::{Blend, Share};

use super::Table;

/// A difference averaged over strata, and what of the rows it speaks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Standard {
    /// The standardised difference.
    pub difference: Estimate,
    /// Share of the strata's sizes that was left out because only one of the groups occurs there;
    /// 0 where there is none.
    pub dropped_share: f64,
}

/// The difference `Σₖ (sₖ/s)(p_gₖ − p_rₖ)` over the strata where both groups occur, in [−1, 1].
///
/// `sizes` are the strata's sizes `sₖ` (all rows of the stratum that count for the rate, or their
/// weights); those of the strata used are brought to a sum of 1. Normal interval with
/// `Var = Σ (sₖ/s)²(p_g q_g/n_g + p_r q_r/n_r)`; where a rate is 0 or 1, so that this variance takes
/// it for certain, limits recovered from Wilson's ([`Method::MoverWilson`]). Undefined without a
/// stratum with both groups.
#[must_use]
pub fn standardized_difference(tables: &[Table], sizes: &[f64], rows: u64, level: f64) -> Standard {
    let all: f64 = sizes.iter().sum();
    let used: Vec<(&Table, f64)> = tables
        .iter()
        .zip(sizes.iter().copied())
        .filter(|(t, size)| t.is_comparable() && *size > 0.0)
        .collect();
    let kept: f64 = used.iter().map(|(_, size)| size).sum();
    let dropped_share = if all > 0.0 {
        ((all - kept) / all).clamp(0.0, 1.0)
    } else {
        0.0
    };
    if kept <= 0.0 {
        return Standard {
            difference: Estimate::undefined(rows, Method::Standardized, Reason::OneGroup),
            dropped_share,
        };
    }
    let (mut value, mut variance, mut certain) = (0.0, 0.0, false);
    for (t, size) in &used {
        let weight = size / kept;
        value += weight * t.difference().unwrap_or_default();
        let spread = |hits: f64, misses: f64| {
            let n = hits + misses;
            hits / n * (misses / n) / n
        };
        let (one, other) = (
            spread(t.group_hits, t.group_misses),
            spread(t.reference_hits, t.reference_misses),
        );
        certain |= one <= 0.0 || other <= 0.0;
        variance += weight * weight * (one + other);
    }
    let difference = if certain {
        let side = |hits: fn(&Table) -> f64, rows: fn(&Table) -> f64| {
            let share = |(t, size): &(&Table, f64)| Share {
                weight: *size,
                x: hits(t),
                n: rows(t),
            };
            Blend(used.iter().map(share).collect())
        };
        let evidence = Evidence::Blends {
            group: side(|t| t.group_hits, Table::group),
            reference: side(|t| t.reference_hits, Table::reference),
        };
        Estimate::new(value, rows, Method::MoverWilson, evidence, level)
    } else {
        let evidence = Evidence::StandardError(variance.sqrt());
        let mut normal = Estimate::new(value, rows, Method::Standardized, evidence, level);
        normal.low = normal.low.map(|low| low.max(-1.0));
        normal.high = normal.high.map(|high| high.min(1.0));
        normal
    };
    Standard {
        difference,
        dropped_share,
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::examples::{BERKELEY, E2, close};
    use super::*;

    fn sizes(tables: &[Table]) -> Vec<f64> {
        tables.iter().map(Table::rows).collect()
    }

    /// FORMULAS §4.7.
    #[test]
    fn berkeley_by_the_sizes_of_its_departments() {
        let standard = standardized_difference(&BERKELEY, &sizes(&BERKELEY), 4526, 0.95);
        close(standard.difference.value.unwrap(), -0.042_636_798);
        close(standard.difference.low.unwrap(), -0.078_514_389);
        close(standard.difference.high.unwrap(), -0.006_759_207);
        let Evidence::StandardError(error) = standard.difference.evidence else {
            panic!("{standard:?}");
        };
        close(error, 0.018_305_230);
        assert_eq!(standard.dropped_share, 0.0);
    }

    #[test]
    fn strata_with_one_group_are_dropped_and_told() {
        let mut tables = E2.to_vec();
        tables.push(Table::new(30.0, 10.0, 0.0, 0.0));
        let whole = standardized_difference(&tables, &sizes(&tables), 180, 0.95);
        // E2 by hand: (100·(20/40 − 45/60) + 60·(6/40 − 4/20))/160.
        close(whole.difference.value.unwrap(), -0.175);
        assert_eq!(whole.dropped_share, 0.2);
        let none = standardized_difference(&tables[2..], &[40.0], 0, 0.95);
        assert_eq!(none.difference.reason, Some(Reason::OneGroup));
        assert_eq!(none.dropped_share, 1.0);
        let empty = standardized_difference(&[], &[], 0, 0.95);
        assert_eq!(empty.dropped_share, 0.0);
    }

    #[test]
    fn one_row_each_is_not_certainty() {
        let tables = [
            Table::new(1.0, 0.0, 0.0, 1.0),
            Table::new(1.0, 0.0, 0.0, 1.0),
        ];
        let standard = standardized_difference(&tables, &[2.0, 2.0], 4, 0.95);
        assert_eq!(standard.difference.value, Some(1.0));
        assert_eq!(standard.difference.method, Method::MoverWilson);
        assert!(standard.difference.low.unwrap() < 0.3, "{standard:?}");
        assert_eq!(standard.difference.high, Some(1.0));
    }
}
