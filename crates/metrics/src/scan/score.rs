//! How slices are ranked, and how far the slices within one could go.

use super::measure::Stat;

/// The score by which subgroups are ordered, highest first (FORMULAS §5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Score {
    /// Lower limit of `|m(S) − m(¬S)|`, one-sided 95 %; 0 where the interval holds 0. Rewards size
    /// and effect together.
    #[default]
    LowerBound,
    /// `|m(S) − m(D)|`, D all rows (DivExplorer's divergence).
    Divergence,
    /// `√2·|ψ_S − ψ_¬S|/√(v_S + v_¬S)` with population variances (SliceFinder's effect size).
    Effect,
    /// `n_S/n·|m(S) − m(D)|` (Kearns et al.), `n` the rows of the metric's denominator.
    AlphaBeta,
    /// `0.95·(m_S/m_D − 1) − 0.05·(n/n_S − 1)` (SliceLine, α = 0.95), for metrics of loss.
    Sliceline,
}

/// SliceLine's weight of the loss against the size.
const SLICELINE_ALPHA: f64 = 0.95;
/// Two-sided level whose limits are one-sided 95 %.
const ONE_SIDED: f64 = 0.9;

impl Score {
    /// Every score, in the order of the documentation.
    pub const ALL: [Self; 5] = [
        Self::LowerBound,
        Self::Divergence,
        Self::Effect,
        Self::AlphaBeta,
        Self::Sliceline,
    ];

    /// The name in documents and options.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LowerBound => "lower_bound",
            Self::Divergence => "divergence",
            Self::Effect => "effect",
            Self::AlphaBeta => "alpha_beta",
            Self::Sliceline => "sliceline",
        }
    }

    /// The score of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|score| score.name() == name)
    }

    /// The score of a slice against its complement and all rows; 0 where it is undefined.
    pub(crate) fn of(self, slice: &Stat, rest: &Stat, all: &Stat) -> f64 {
        let values = (slice.value(), rest.value(), all.value());
        let (Some(m), Some(m_rest), Some(m_all)) = values else {
            return 0.0;
        };
        let share = slice.support() as f64 / all.support() as f64;
        match self {
            Self::LowerBound => {
                let gap = slice.minus(rest, ONE_SIDED);
                match (gap.low, gap.high) {
                    (Some(low), _) if low > 0.0 => low,
                    (_, Some(high)) if high < 0.0 => -high,
                    _ => 0.0,
                }
            }
            Self::Divergence => (m - m_all).abs(),
            Self::Effect => effect(m - m_rest, slice.variance(), rest.variance()).abs(),
            Self::AlphaBeta => share * (m - m_all).abs(),
            Self::Sliceline => sliceline(m, m_all, share),
        }
    }
}

/// SliceFinder's effect size of a gap between two sets of rows; 0 where neither varies.
fn effect(gap: f64, one: f64, other: f64) -> f64 {
    if one + other > 0.0 {
        core::f64::consts::SQRT_2 * gap / (one + other).sqrt()
    } else {
        0.0
    }
}

/// SliceLine's score of a mean loss against that of all rows; 0 where all lose nothing.
fn sliceline(loss: f64, of_all: f64, share: f64) -> f64 {
    if of_all == 0.0 || share == 0.0 {
        return 0.0;
    }
    SLICELINE_ALPHA * (loss / of_all - 1.0) - (1.0 - SLICELINE_ALPHA) * (1.0 / share - 1.0)
}

/// The largest `|m(S') − m(¬S')|` that any slice S' within a slice can have whose denominator has
/// at least `support` rows.
///
/// With `x` hits of `n` in the slice and `X` of `N` in all, a subset gains by taking every hit and,
/// up to the support, no more misses than it must: `h = max(support, x)` rows with `x` hits against
/// `X − x` of `N − h`. The same holds of the misses, with the other sign.
///
/// ```
/// // 30 hits of 100; at least 20 rows: thirty hits alone against 70 of 270 others.
/// let most = waage_metrics::scan::bound(30.0, 100.0, 100.0, 300.0, 20.0);
/// assert!((most - (1.0 - 70.0 / 270.0)).abs() < 1e-12);
/// ```
#[must_use]
pub fn bound(x: f64, n: f64, x_all: f64, n_all: f64, support: f64) -> f64 {
    let side = |x: f64, x_all: f64| {
        let taken = support.max(x).min(n);
        if taken <= 0.0 {
            return 0.0;
        }
        let rest = n_all - taken;
        let other = if rest > 0.0 { (x_all - x) / rest } else { 0.0 };
        x / taken - other
    };
    side(x, x_all)
        .max(side(n - x, n_all - x_all))
        .clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FORMULAS §5: errors 13/40 against 48/160.
    #[test]
    fn effect_of_the_worked_example() {
        let (p, q) = (13.0 / 40.0, 48.0 / 160.0);
        let found = effect(p - q, p * (1.0 - p), q * (1.0 - q));
        assert!((found - 0.053955613).abs() < 1e-9, "{found}");
        let line = sliceline(p, 61.0 / 200.0, 0.2);
        assert!((line + 0.137704918).abs() < 1e-9, "{line}");
    }

    /// Every subset of a slice by its hits and misses.
    #[test]
    fn no_subset_goes_beyond_its_bound_and_one_reaches_it() {
        for (x, n, x_all, n_all) in [
            (3, 10, 12, 40),
            (0, 8, 5, 20),
            (8, 8, 9, 30),
            (6, 15, 6, 40),
            (1, 12, 30, 41),
            (5, 5, 5, 5),
        ] {
            for support in 1..=n {
                let most = bound(
                    f64::from(x),
                    f64::from(n),
                    f64::from(x_all),
                    f64::from(n_all),
                    f64::from(support),
                );
                let mut seen: f64 = 0.0;
                for hits in 0..=x {
                    for misses in 0..=n - x {
                        let rows = hits + misses;
                        if rows < support || rows == n_all {
                            continue;
                        }
                        let inside = f64::from(hits) / f64::from(rows);
                        let outside = f64::from(x_all - hits) / f64::from(n_all - rows);
                        seen = seen.max((inside - outside).abs());
                    }
                }
                assert!(seen <= most + 1e-12, "{x}/{n} {support}: {seen} > {most}");
                if n < n_all {
                    assert!(
                        (seen - most).abs() < 1e-12,
                        "{x}/{n} {support}: {seen} {most}"
                    );
                }
            }
        }
    }

    #[test]
    fn names_are_found_again() {
        for score in Score::ALL {
            assert_eq!(Score::parse(score.name()), Some(score));
        }
        assert_eq!(Score::parse("luck"), None);
    }
}
