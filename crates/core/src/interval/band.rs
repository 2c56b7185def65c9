//! Simultaneous bands of gaps, and what they say of the largest or the least of them.

use std::sync::Arc;

use super::Interval;

/// One gap of a band: where its replicates lie and how far they spread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    /// Mean of the gap's replicates.
    pub centre: f64,
    /// Their standard deviation.
    pub se: f64,
}

/// What is asked of the gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// The largest absolute gap: largest minus smallest over groups, or the farthest from all rows.
    Largest,
    /// `exp(−largest absolute gap)` of gaps of logarithms: smallest over largest.
    LeastRatio,
    /// The least signed gap: a group against the best of several.
    Least,
    /// `exp(least signed gap)` of gaps of logarithms: a group over the best of several.
    LeastOfRatios,
}

impl Extent {
    /// Whether gaps count without their sign.
    const fn is_absolute(self) -> bool {
        matches!(self, Self::Largest | Self::LeastRatio)
    }
}

/// The gaps whose lines can be the outermost at some width, of one family.
#[derive(Clone, Debug, PartialEq, Default)]
struct Fronts {
    /// For the maximum of `centre + c·se`.
    upper: Vec<Gap>,
    /// For the maximum of `centre − c·se`.
    lower: Vec<Gap>,
}

/// Gaps with the studentised maxima of their joint replicates (max-T; Romano & Wolf 2005).
///
/// With `T = max_j |θ*_j − centre_j| / se_j` in each replicate and `c` the quantile of `T` at a
/// level, `centre_j ± c·se_j` hold all gaps at once with that confidence, whatever their
/// dependence, and so the largest absolute gap lies in
/// `[max(0, max_j(|centre_j| − c·se_j)), max_j(|centre_j| + c·se_j)]` (FORMULAS §4.9). Several
/// families are averaged, each with its own largest gap and the same `c`.
///
/// Only gaps that can be outermost are kept: a handful, whatever the number of groups.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    families: Vec<Fronts>,
    extent: Extent,
    /// The greatest value that the quantity can have.
    greatest: Option<f64>,
    /// Whether some gap is not known at all, so that nothing bounds the extent.
    open: bool,
    /// Studentised maxima, ascending.
    maxima: Arc<[f64]>,
}

/// One family of gaps: those that bound the extent from below are a part of all.
#[derive(Clone, Debug, Default)]
pub struct Family {
    /// Every gap; each can lift the upper limit.
    pub gaps: Vec<Gap>,
    /// The gaps between values that are defined on the data; they alone lift the lower limit.
    pub defined: Vec<Gap>,
}

impl Band {
    /// The band of families of gaps and the studentised maxima of their replicates in any order.
    ///
    /// `greatest` caps the upper limit; an `open` band has no upper limit but that (for ratios: a
    /// lower limit of 0). `None` without maxima or without gaps.
    #[must_use]
    pub fn new(
        families: &[Family],
        extent: Extent,
        greatest: Option<f64>,
        open: bool,
        mut maxima: Vec<f64>,
    ) -> Option<Self> {
        if maxima.is_empty() || families.is_empty() || families.iter().any(|f| f.gaps.is_empty()) {
            return None;
        }
        sort(&mut maxima);
        let oriented = |gaps: &[Gap]| -> Vec<Gap> {
            let turn = |gap: &Gap| Gap {
                centre: if extent.is_absolute() {
                    gap.centre.abs()
                } else {
                    -gap.centre
                },
                se: gap.se,
            };
            gaps.iter().map(turn).collect()
        };
        let families = families
            .iter()
            .map(|family| {
                // The least of signed gaps has its limits the other way round.
                let (above, below) = if extent.is_absolute() {
                    (&family.gaps, &family.defined)
                } else {
                    (&family.gaps, &family.gaps)
                };
                Fronts {
                    upper: front(oriented(above), |a, b| a.se > b.se),
                    lower: front(oriented(below), |a, b| a.se < b.se),
                }
            })
            .collect();
        Some(Self {
            families,
            extent,
            greatest,
            open,
            maxima: maxima.into(),
        })
    }

    /// The interval at a confidence level.
    #[must_use]
    pub fn interval(&self, level: f64) -> Interval {
        if !(level > 0.0 && level < 1.0) {
            return Interval::NONE;
        }
        super::quantile_of_sorted(&self.maxima, level).map_or(Interval::NONE, |c| self.at(c))
    }

    /// The interval at `c` standard errors.
    #[must_use]
    pub fn at(&self, c: f64) -> Interval {
        let count = self.families.len() as f64;
        let (mut low, mut high) = (0.0, 0.0);
        for fronts in &self.families {
            let most = |gaps: &[Gap], c: f64| {
                let ends = gaps.iter().map(|gap| gap.centre + c * gap.se);
                ends.fold(f64::NEG_INFINITY, f64::max)
            };
            let (below, above) = (most(&fronts.lower, -c), most(&fronts.upper, c));
            let (from, to) = match self.extent {
                Extent::Largest => (below.max(0.0), above),
                Extent::LeastRatio => (libm::exp(-above), libm::exp(-below.max(0.0))),
                Extent::Least => (-above, -below),
                Extent::LeastOfRatios => (libm::exp(-above), libm::exp(-below)),
            };
            low += from;
            high += to;
        }
        let (low, high) = (low / count, high / count);
        let capped = self.greatest.map_or(high, |greatest| high.min(greatest));
        match (self.extent, self.open) {
            (_, false) => Interval::new(low, capped),
            (Extent::Largest, true) => Interval {
                low: Some(low),
                high: self.greatest,
            },
            (Extent::LeastRatio, true) => Interval::new(0.0, capped),
            (Extent::LeastOfRatios, true) => Interval {
                low: Some(0.0),
                high: Some(high),
            },
            (Extent::Least, true) => Interval {
                low: None,
                high: Some(high),
            },
        }
    }

    /// Two-sided p-value of `null`: the share of replicates, one added, at whose width the interval
    /// around `value` holds it.
    #[must_use]
    pub fn p_value(&self, value: f64, null: f64) -> f64 {
        let outside = |c: f64| {
            let interval = self.at(c);
            if null < value {
                interval.low.is_some_and(|low| null < low.min(value))
            } else {
                interval.high.is_some_and(|high| null > high.max(value))
            }
        };
        if null == value {
            return 1.0;
        }
        let narrower = self.maxima.partition_point(|c| outside(*c));
        let count = self.maxima.len() as f64;
        (1.0 + count - narrower as f64) / (1.0 + count)
    }
}

/// Sorts by the total order of numbers, as integers, which takes half the time.
fn sort(values: &mut [f64]) {
    // Negative numbers ascend in the order of their bits but for the sign.
    let turned = |bits: i64| bits ^ ((bits >> 63) as u64 >> 1) as i64;
    let mut keys: Vec<i64> = values.iter().map(|v| turned(v.to_bits() as i64)).collect();
    keys.sort_unstable();
    for (value, key) in values.iter_mut().zip(keys) {
        *value = f64::from_bits(turned(key) as u64);
    }
}

/// The gaps that no other beats in centre and in spread, `better` saying which spread wins; the
/// highest first.
fn front(gaps: Vec<Gap>, better: fn(&Gap, &Gap) -> bool) -> Vec<Gap> {
    // Few are kept, so that looking at all of those is quicker than sorting all gaps.
    let beats = |a: &Gap, b: &Gap| a.centre >= b.centre && !better(b, a);
    let mut kept: Vec<Gap> = Vec::new();
    for gap in gaps {
        if !kept.iter().any(|other| beats(other, &gap)) {
            kept.retain(|other| !beats(&gap, other));
            kept.push(gap);
        }
    }
    kept.sort_unstable_by(|a, b| b.centre.total_cmp(&a.centre));
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn gap(centre: f64, se: f64) -> Gap {
        Gap { centre, se }
    }

    fn band(gaps: &[Gap], extent: Extent, maxima: Vec<f64>) -> Band {
        let family = Family {
            gaps: gaps.to_vec(),
            defined: gaps.to_vec(),
        };
        Band::new(&[family], extent, Some(1.0), false, maxima).expect("gaps and maxima")
    }

    const GAPS: [Gap; 5] = [
        gap(0.2, 0.05),
        gap(-0.3, 0.1),
        gap(0.25, 0.02),
        gap(0.1, 0.01),
        gap(0.05, 0.4),
    ];

    #[test]
    fn fronts_give_the_extremes_of_all_gaps_at_every_width() {
        let largest = band(&GAPS, Extent::Largest, vec![1.0]);
        let least = band(&GAPS, Extent::Least, vec![1.0]);
        for c in [0.0, 0.3, 1.0, 1.96, 3.0, 7.0] {
            let most = |of: &dyn Fn(&Gap) -> f64| GAPS.iter().map(of).fold(f64::MIN, f64::max);
            let low = most(&|g| g.centre.abs() - c * g.se).max(0.0);
            let high = most(&|g| g.centre.abs() + c * g.se).min(1.0);
            assert_eq!(largest.at(c), Interval::new(low, high), "{c}");
            let low = -most(&|g| -g.centre + c * g.se);
            let high = -most(&|g| -g.centre - c * g.se);
            assert_eq!(least.at(c), Interval::new(low, high), "{c}");
        }
    }

    #[test]
    fn numbers_are_sorted_as_by_their_total_order() {
        let mut values = [
            3.5,
            -0.0,
            f64::NAN,
            0.0,
            -2.0,
            f64::INFINITY,
            -1e300,
            1e-310,
        ];
        let mut expected = values;
        expected.sort_unstable_by(f64::total_cmp);
        sort(&mut values);
        assert_eq!(values.map(f64::to_bits), expected.map(f64::to_bits));
    }

    #[test]
    fn the_p_value_is_the_level_that_touches() {
        let maxima: Vec<f64> = (1..=999).map(|i| f64::from(i) * 0.004).collect();
        let band = band(&GAPS, Extent::Largest, maxima);
        for level in [0.5, 0.9, 0.95, 0.99] {
            let low = band.interval(level).low.unwrap();
            if low > 0.0 {
                let p = band.p_value(0.3, low);
                assert!((p - (1.0 - level)).abs() < 0.003, "{level}: {p}");
            }
        }
        assert_eq!(band.p_value(0.3, 0.3), 1.0);
        assert_eq!(band.p_value(0.3, -1.0), 1.0 / 1000.0);
    }

    #[test]
    fn ratios_are_the_same_on_logarithms() {
        let gaps = [gap(libm::log(0.5), 0.1), gap(libm::log(0.8), 0.2)];
        let ratio = band(&gaps, Extent::LeastRatio, vec![2.0]);
        let Interval { low, high } = ratio.at(2.0);
        assert!((low.unwrap() - 0.5 * libm::exp(-0.2)).abs() < 1e-12);
        assert!((high.unwrap() - 0.5 * libm::exp(0.2)).abs() < 1e-12);
    }

    #[test]
    fn an_open_band_bounds_nothing_from_above() {
        let family = Family {
            gaps: GAPS.to_vec(),
            defined: GAPS.to_vec(),
        };
        let open = |greatest| {
            Band::new(
                std::slice::from_ref(&family),
                Extent::Largest,
                greatest,
                true,
                vec![1.0],
            )
        };
        assert_eq!(open(Some(1.0)).unwrap().at(0.1).high, Some(1.0));
        assert_eq!(open(None).unwrap().at(0.1).high, None);
        assert!(Band::new(&[], Extent::Largest, None, false, vec![1.0]).is_none());
    }
}
