//! Score histograms of groups on bins that a chart can draw.

use waage_core::tally::{Tally, bin_range};
use waage_result::document::Distribution;

/// Bins of a chart.
const BINS: usize = 40;

/// The score distribution of every group of every sensitive attribute: 40 bins of equal width
/// over `[0, 1]` where all scores lie there, else over the range of the scores. A grid bin counts
/// where its middle lies; grid bins are at most 1/256 of their score wide.
pub fn distributions(tally: &Tally) -> Vec<Distribution> {
    let mut out = Vec::new();
    if !tally.kept().scores {
        return out;
    }
    let grids: Vec<_> = (0..tally.sensitive().len())
        .map(|axis| tally.score_grids(axis))
        .collect();
    let bins = || grids.iter().flatten().flat_map(|(_, grid)| &grid.0);
    let lowest = bins()
        .map(|(bin, _)| bin_range(*bin).0)
        .min_by(f64::total_cmp);
    let highest = bins()
        .map(|(bin, _)| bin_range(*bin).1)
        .max_by(f64::total_cmp);
    let (Some(lowest), Some(highest)) = (lowest, highest) else {
        return out;
    };
    // The grid bin that holds 1 reaches a little beyond it.
    let (low, high) = if lowest >= 0.0 && highest <= 1.004 {
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
    for (attribute, groups) in tally.sensitive().iter().zip(&grids) {
        for (label, grid) in groups {
            let rows = grid.rows();
            if rows == 0 {
                continue;
            }
            let mut counts = vec![0_u64; BINS];
            for (bin, n) in &grid.0 {
                let (from, to) = bin_range(*bin);
                let middle = from + (to - from) / 2.0;
                let place = ((middle - low) / width) as usize;
                counts[place.min(BINS - 1)] += n;
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
