//! Bootstrap replicates: of counts by a multinomial draw, of weighted rows by drawing rows.
//!
//! Replicate `r` draws from its own counter-based stream, so threads and batches change nothing.

use rayon::prelude::*;
use waage_core::draw::Multinomial;
use waage_core::random::Stream;

/// Streams of these replicates begin here, where those of an audit's bootstrap do.
pub(crate) const STREAM: u64 = 1 << 40;

/// The stream of replicate `r`.
pub(crate) fn stream(seed: u64, r: usize) -> Stream {
    Stream::new(seed, STREAM + r as u64)
}

/// Replicates `range` of `counts`, one after another: each a multinomial draw of as many rows. A
/// statistic of the counts has, over these, the law that it has when rows are drawn anew.
#[must_use]
pub fn of_counts(counts: &[u64], range: std::ops::Range<usize>, seed: u64) -> Vec<u64> {
    let law = Multinomial::of(counts);
    let mut out = vec![0; counts.len() * range.len()];
    out.par_chunks_mut(counts.len().max(1))
        .zip(range)
        .for_each_init(Vec::new, |room, (out, r)| {
            out.copy_from_slice(law.draw(&mut stream(seed, r), room));
        });
    out
}

/// Replicates `range` of [`super::cells::sums`], `[replicate][channel][cell]`: as many rows as there
/// are, drawn with replacement, each with its values of all channels. `None` as there.
#[must_use]
pub fn of_sums(
    codes: &[u32],
    cells: usize,
    channels: &[&[f64]],
    range: std::ops::Range<usize>,
    seed: u64,
) -> Option<Vec<f64>> {
    if channels.iter().any(|c| c.len() != codes.len())
        || codes.iter().any(|code| *code as usize >= cells)
    {
        return None;
    }
    let mut out = vec![0.0; cells * channels.len() * range.len()];
    out.par_chunks_mut((cells * channels.len()).max(1))
        .zip(range)
        .for_each(|(out, r)| {
            let mut stream = stream(seed, r);
            for _ in 0..codes.len() {
                let row = stream.below(codes.len() as u64) as usize;
                let cell = codes[row] as usize;
                for (c, channel) in channels.iter().enumerate() {
                    out[c * cells + cell] += channel[row];
                }
            }
        });
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_change_nothing() {
        let counts = [5, 0, 17, 100];
        let whole = of_counts(&counts, 0..7, 3);
        let parts = [of_counts(&counts, 0..4, 3), of_counts(&counts, 4..7, 3)].concat();
        assert_eq!(whole, parts);
        assert!(
            whole
                .chunks(4)
                .all(|r| r[1] == 0 && r.iter().sum::<u64>() == 122)
        );
        let (codes, values) = ([0, 1, 1, 2], [1.0, 2.0, 3.0, 4.0]);
        let sums = |range| of_sums(&codes, 3, &[&values], range, 9).unwrap();
        assert_eq!(sums(0..5), [sums(0..2), sums(2..5)].concat());
    }

    /// Rows of weight 1 drawn one by one are the multinomial draw of their counts: the two agree in
    /// mean and variance within five standard errors.
    #[test]
    fn rows_and_counts_have_the_same_law() {
        let counts = [30_u64, 50, 20];
        let codes: Vec<u32> = (0..100)
            .map(|i| (i >= 30) as u32 + (i >= 80) as u32)
            .collect();
        let replicates = 4000;
        let drawn = of_counts(&counts, 0..replicates, 1);
        let summed = of_sums(&codes, 3, &[&[1.0; 100]], 0..replicates, 2).unwrap();
        for (cell, count) in counts.iter().enumerate() {
            let share = *count as f64 / 100.0;
            let variance = 100.0 * share * (1.0 - share);
            for values in [
                drawn
                    .iter()
                    .skip(cell)
                    .step_by(3)
                    .map(|c| *c as f64)
                    .collect::<Vec<_>>(),
                summed.iter().skip(cell).step_by(3).copied().collect(),
            ] {
                let n = values.len() as f64;
                let mean = values.iter().sum::<f64>() / n;
                let spread = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n;
                assert!((mean - 100.0 * share).abs() < 5.0 * (variance / n).sqrt());
                assert!((spread / variance - 1.0).abs() < 5.0 * (2.0 / n).sqrt());
            }
        }
    }

    #[test]
    fn nothing_to_draw_is_drawn() {
        assert_eq!(of_counts(&[], 0..3, 0), Vec::<u64>::new());
        assert_eq!(of_counts(&[0, 0], 0..1, 0), vec![0, 0]);
        assert_eq!(of_sums(&[], 2, &[&[]], 0..1, 0), Some(vec![0.0, 0.0]));
        assert_eq!(of_sums(&[2], 2, &[&[1.0]], 0..1, 0), None);
    }
}
