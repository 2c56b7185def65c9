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
