//! Rates of noisy counts.

/// One of the two counts of a rate: noisy hits or misses, of so many cells with noise of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// The sum of the noisy counts.
    pub noisy: i64,
    /// How many there are.
    pub cells: u64,
}

/// A rate and its standard errors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Hits over rows, from 0 to 1.
    pub value: f64,
    /// With the noise.
    pub standard_error: f64,
    /// Of sampling alone.
    pub sampling: f64,
    /// Noisy rows.
    pub rows: i64,
}

/// The rate of noisy hits and misses, to first order:
/// `Var(p) = p(1-p)/n + [(1-p)^2 c_hits + p^2 c_misses] v / n^2` with the noise's variance `v` per cell.
/// `None` where the noise leaves no positive number of rows or nothing between its rate and itself:
/// fewer rows than three standard deviations of their own noise tell nothing.
///
/// ```
/// use waage_govern::dp::{Noise, Part, rate};
///
/// let noise = Noise::new("1".parse().unwrap(), 1);
/// let part = |noisy| Part { noisy, cells: 1 };
/// let of = rate(part(60), part(140), noise.variance()).unwrap();
/// assert!((of.standard_error - 0.0328131).abs() < 5e-8);
/// ```
#[must_use]
pub fn rate(hits: Part, misses: Part, variance: f64) -> Option<Rate> {
    let rows = hits.noisy.checked_add(misses.noisy)?;
    let n = rows as f64;
    let spread = ((hits.cells + misses.cells) as f64 * variance).sqrt();
    if rows <= 0 || n < 3.0 * spread {
        return None;
    }
    let p = (hits.noisy as f64 / n).clamp(0.0, 1.0);
    // At 0 and 1 the first-order term is 0, which sampling is not: half a row stands in.
    let inside = p.clamp(0.5 / n, 1.0 - 0.5 / n);
    let sampling = inside * (1.0 - inside) / n;
    let own = (1.0 - p).powi(2) * hits.cells as f64 + p * p * misses.cells as f64;
    Some(Rate {
        value: p,
        standard_error: (sampling + own * variance / (n * n)).sqrt(),
        sampling: sampling.sqrt(),
        rows,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dp::Noise;

    fn part(noisy: i64) -> Part {
        Part { noisy, cells: 1 }
    }

    /// GOVERNANCE 9.3: n 200, s 60 and n 20, s 6 at an epsilon of 1.
    #[test]
    fn the_worked_examples() {
        let variance = Noise::new("1".parse().unwrap(), 1).variance();
        let large = rate(part(60), part(140), variance).unwrap();
        assert!((large.sampling - 0.032_403_7).abs() < 5e-8);
        assert!((large.standard_error - 0.032_813_1).abs() < 5e-8);
        assert!((large.standard_error / large.sampling - 1.0126).abs() < 5e-5);
        let small = rate(part(6), part(14), variance).unwrap();
        assert!((small.standard_error / small.sampling - 1.1199).abs() < 5e-5);
    }

    #[test]
    fn counts_that_are_all_noise_give_no_rate() {
        let variance = Noise::new("0.1".parse().unwrap(), 1).variance();
        for (hits, misses) in [(-3, 2), (0, 0), (10, 20), (i64::MAX, i64::MAX)] {
            assert_eq!(rate(part(hits), part(misses), variance), None);
        }
        let negative = rate(part(-4), part(500), variance).unwrap();
        assert!(negative.value == 0.0 && negative.standard_error > negative.sampling);
    }
}
