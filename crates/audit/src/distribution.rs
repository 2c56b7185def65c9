//! Score histograms of groups on bins that a chart can draw.

use waage_core::tally::Tally;
use waage_result::document::Distribution;

/// Bins of a chart.
const BINS: usize = 40;

/// The score distribution of every group of every sensitive attribute: 40 bins of equal width
/// over `[0, 1]` where all scores lie there, else over the range of the scores.
pub fn distributions(tally: &Tally) -> Vec<Distribution> {
    let Some((lowest, highest)) = tally.score_range() else {
        return Vec::new();
    };
    let (low, high) = if lowest >= 0.0 && highest <= 1.0 {
        (0.0, 1.0)
    } else if lowest < highest {
        (lowest, highest)
    } else {
        (lowest - 0.5, lowest + 0.5)
    };
    let width = (high - low) / BINS as f64;
    let edges: Vec<f64> = (0..=BINS)
        .map(|i| {
            if i == BINS {
                high
            } else {
                low + width * i as f64
            }
        })
        .collect();
    let mut out = Vec::new();
    for (axis, attribute) in tally.sensitive().iter().enumerate() {
        for (label, counts) in tally.score_histograms(axis, &edges) {
            let rows: u64 = counts.iter().sum();
            if rows == 0 {
                continue;
            }
            out.push(Distribution {
                attribute: attribute.name.clone(),
                group: label.name(),
                n: rows,
                edges: edges.clone(),
                shares: counts.iter().map(|n| *n as f64 / rows as f64).collect(),
            });
        }
    }
    out
}
