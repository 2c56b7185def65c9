//! How many rows would settle what these could not (FORMULAS §4.8).

use waage_core::estimate::Estimate;
use waage_core::quantity::Comparison;

use super::region::{Region, Side, tolerance};

/// Total rows of the two groups, at their present mix and estimate, at which the interval just
/// clears the margin: `n·(h/δ)²` rounded up, `h` the distance from the estimate to its limit on the
/// margin's side and `δ` that from the estimate to the margin.
///
/// A value inside the region could pass, so `h` is that of the interval at `pass_level`, on the
/// side of the nearest limit, and on the other side where that needs more; a value outside could
/// breach, so `h` is that of the interval at `breach_level`. Ratios are measured on the logarithmic
/// scale where value and limits are positive. `None` where the estimate lies on the margin or its
/// interval is unbounded on that side.
pub(crate) fn rows_needed(
    estimate: &Estimate,
    region: &Region,
    comparison: Comparison,
    rows: u64,
    pass_level: f64,
    breach_level: f64,
) -> Option<u64> {
    let value = estimate.value?;
    let needed = |end: Option<f64>, limit: f64| -> Option<f64> {
        let end = end?;
        let positive = value > 0.0 && end > 0.0 && limit > 0.0;
        let distance = |to: f64| {
            if comparison == Comparison::Ratio && positive {
                (libm::log(to) - libm::log(value)).abs()
            } else {
                (to - value).abs()
            }
        };
        let (half, gap) = (distance(end), distance(limit));
        (gap > tolerance(limit)).then(|| rows as f64 * (half / gap) * (half / gap))
    };
    let total = match region.outside(value) {
        Some(side) => {
            let (low, high) = estimate.interval(breach_level);
            let end = if side == Side::Low { high } else { low };
            needed(end, region.limit(side)?)?
        }
        None => {
            let (low, high) = estimate.interval(pass_level);
            let mut greatest = 0.0_f64;
            for (side, end) in [(Side::Low, low), (Side::High, high)] {
                if let Some(limit) = region.limit(side) {
                    greatest = greatest.max(needed(end, limit)?);
                }
            }
            greatest
        }
    };
    // The largest number that any data could hold; beyond it no number is worth telling.
    (total.is_finite() && total > 0.0 && total < 1e15).then(|| total.ceil() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::region::Limit;
    use waage_core::estimate::{Evidence, Method};

    /// GOVERNANCE §1.1: rates near 0.3, 0.05 from the margin, 95 %: 645.4 rows of each group.
    #[test]
    fn a_gap_of_two_rates_is_settled_by_the_worked_number() {
        let n = 200.0;
        let evidence = Evidence::StandardError((2.0 * 0.3 * 0.7_f64 / n).sqrt());
        let estimate = Estimate::new(0.1, 400, Method::Normal, evidence, 0.95);
        let region = Region {
            low: None,
            high: Some(Limit {
                at: 0.05,
                closed: true,
            }),
        };
        let total = rows_needed(&estimate, &region, Comparison::Difference, 400, 0.9, 0.95);
        let z = 1.959_963_984_540_054_f64;
        let each = 2.0 * 0.3 * 0.7 * z * z / (0.05 * 0.05);
        assert!((each - 645.4).abs() < 0.05, "{each}");
        assert_eq!(total, Some((2.0 * each).ceil() as u64));
        assert_eq!(each.ceil(), 646.0);
    }
}
