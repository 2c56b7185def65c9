//! Simultaneous bands from joint replicates (max-T, FORMULAS §4.9).

use std::borrow::Cow;

use waage_core::interval::{Band, Extent, Family, Gap};

/// Groups up to which every pair has a gap of its own.
const PAIRS_MAX: usize = 48;
/// Replicates of a value that may be undefined before nothing bounds it.
const UNDEFINED_SHARE_MAX: f64 = 0.05;

/// Replicates of one group's value.
pub(crate) struct Column<'a> {
    /// In the order of replicates, undefined ones NaN.
    pub values: Cow<'a, [f64]>,
    /// Whether the value is defined on the data too.
    pub defined: bool,
    /// Trials of a value that is a proportion: what its variance would be if groups were alike.
    trials: Option<f64>,
}

impl<'a> Column<'a> {
    /// The replicates, or their logarithms.
    pub fn new(values: &'a [f64], defined: bool, logarithms: bool) -> Self {
        let log = |v: &f64| match *v > 0.0 {
            true => libm::log(*v),
            false => f64::NAN,
        };
        Self {
            values: match logarithms {
                true => Cow::Owned(values.iter().map(log).collect()),
                false => Cow::Borrowed(values),
            },
            defined,
            trials: None,
        }
    }

    /// The same, a proportion of so many trials.
    pub fn of_trials(mut self, trials: Option<f64>) -> Self {
        self.trials = trials.filter(|n| *n > 0.0);
        self
    }

    fn mean(&self) -> f64 {
        let defined = || self.values.iter().filter(|v| v.is_finite());
        defined().sum::<f64>() / (defined().count() as f64).max(1.0)
    }

    fn is_bounded(&self) -> bool {
        let undefined = self.values.iter().filter(|v| !v.is_finite()).count();
        undefined as f64 <= UNDEFINED_SHARE_MAX * self.values.len() as f64
    }
}

/// Which columns are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gaps {
    /// Every two.
    Pairs,
    /// Each with the last.
    AgainstLast,
    /// The first with each other.
    FromFirst,
}

/// The columns of one metric.
pub(crate) struct Part<'a> {
    /// By group; `None` where nothing is known of a group's value.
    pub columns: Vec<Option<Column<'a>>>,
    pub gaps: Gaps,
}

/// The band of several metrics, each a family of its own, or `merged` into one.
///
/// A group of which nothing is known leaves the band open.
pub(crate) fn band(
    parts: &[Part<'_>],
    merged: bool,
    extent: Extent,
    greatest: Option<f64>,
) -> Option<Band> {
    let replicates = parts
        .iter()
        .flat_map(|part| part.columns.iter().flatten())
        .map(|column| column.values.len())
        .next()?;
    let mut maxima = vec![0.0; replicates];
    let mut open = false;
    let mut families: Vec<Family> = Vec::new();
    for part in parts {
        let bounded = |c: &&Column<'_>| c.is_bounded();
        open |= part
            .columns
            .iter()
            .any(|column| column.as_ref().filter(bounded).is_none());
        let columns: Vec<&Column<'_>> = part.columns.iter().flatten().filter(bounded).collect();
        let family = match part.gaps {
            Gaps::Pairs if columns.len() > PAIRS_MAX => of_groups(&columns, &mut maxima),
            gaps => of_pairs(&columns, gaps, &mut maxima),
        };
        match families.first_mut() {
            Some(first) if merged => {
                first.gaps.extend(family.gaps);
                first.defined.extend(family.defined);
            }
            _ => families.push(family),
        }
    }
    Band::new(&families, extent, greatest, open, maxima)
}

/// Every gap with its own spread.
fn of_pairs(columns: &[&Column<'_>], gaps: Gaps, maxima: &mut [f64]) -> Family {
    let mut family = Family::default();
    let last = columns.len().saturating_sub(1);
    let mut differences = vec![0.0; maxima.len()];
    for (a, one) in columns.iter().enumerate() {
        for (b, other) in columns.iter().enumerate().skip(a + 1) {
            let wanted = match gaps {
                Gaps::Pairs => true,
                Gaps::AgainstLast => b == last,
                Gaps::FromFirst => a == 0,
            };
            if !wanted {
                continue;
            }
            for ((d, x), y) in differences
                .iter_mut()
                .zip(one.values.iter())
                .zip(other.values.iter())
            {
                *d = x - y;
            }
            let gap = studentise(&differences, maxima);
            family.gaps.push(gap);
            if one.defined && other.defined {
                family.defined.push(Gap {
                    se: gap.se.max(alike(one, other, gaps)),
                    ..gap
                });
            }
        }
    }
    family
}

/// The standard error of a gap between two proportions if both were the pooled one: what a claim
/// that they differ must stand up to. A group with few successes would else seem to vary little
/// because it has few. 0 of other values.
fn alike(one: &Column<'_>, other: &Column<'_>, gaps: Gaps) -> f64 {
    let (Some(n), Some(m)) = (one.trials, other.trials) else {
        return 0.0;
    };
    if gaps == Gaps::AgainstLast {
        // The last column holds the rows of all.
        let pooled = other.mean().clamp(0.0, 1.0);
        return (pooled * (1.0 - pooled) * (1.0 / n - 1.0 / m).max(0.0)).sqrt();
    }
    let pooled = ((n * one.mean() + m * other.mean()) / (n + m)).clamp(0.0, 1.0);
    (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt()
}

/// Bands of the groups' own values: a gap is at most the distance of two of them. Wider than the
/// bands of pairs, and linear in the number of groups.
fn of_groups(columns: &[&Column<'_>], maxima: &mut [f64]) -> Family {
    let trials: f64 = columns.iter().filter_map(|c| c.trials).sum();
    let successes: f64 = columns
        .iter()
        .map(|c| c.mean() * c.trials.unwrap_or(0.0))
        .sum();
    let pooled = (successes / trials.max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
    let own: Vec<(Gap, bool, f64)> = columns
        .iter()
        .map(|column| {
            let alike = column
                .trials
                .map_or(0.0, |n| (pooled * (1.0 - pooled) / n).sqrt());
            let gap = studentise(&column.values, maxima);
            (gap, column.defined, gap.se.max(alike))
        })
        .collect();
    // Whoever is outermost at some width stands on one of these fronts.
    let front = |sign: f64, spread: f64, all: bool| -> Vec<Gap> {
        let mut gaps: Vec<Gap> = own
            .iter()
            .filter(|(_, defined, _)| all || *defined)
            .map(|&(gap, _, alike)| match all {
                true => gap,
                false => Gap { se: alike, ..gap },
            })
            .collect();
        gaps.sort_unstable_by(|a, b| (sign * b.centre).total_cmp(&(sign * a.centre)));
        let mut kept: Vec<Gap> = Vec::new();
        for gap in gaps {
            if kept
                .last()
                .is_none_or(|last| spread * gap.se > spread * last.se)
            {
                kept.push(gap);
            }
        }
        kept
    };
    let across = |spread: f64, all: bool| -> Vec<Gap> {
        let (highest, lowest) = (front(1.0, spread, all), front(-1.0, spread, all));
        let mut gaps = Vec::new();
        for high in &highest {
            for low in &lowest {
                gaps.push(Gap {
                    centre: high.centre - low.centre,
                    se: high.se + low.se,
                });
            }
        }
        gaps
    };
    Family {
        // A group of wide spread may stand on both fronts; that only widens.
        gaps: across(1.0, true),
        defined: across(-1.0, false)
            .into_iter()
            .filter(|gap| gap.centre > 0.0)
            .collect(),
    }
}

/// Mean and standard deviation of the defined replicates; raises the studentised maxima.
fn studentise(values: &[f64], maxima: &mut [f64]) -> Gap {
    let defined = || values.iter().filter(|v| v.is_finite());
    let count = defined().count() as f64;
    let centre = defined().sum::<f64>() / count.max(1.0);
    let squares: f64 = defined().map(|v| (v - centre) * (v - centre)).sum();
    let se = (squares / (count - 1.0).max(1.0)).sqrt();
    if se > 0.0 {
        for (most, value) in maxima.iter_mut().zip(values) {
            let away = (value - centre).abs() / se;
            if away > *most {
                *most = away;
            }
        }
    }
    Gap { centre, se }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waage_core::draw::normal;
    use waage_core::random::Stream;

    /// Normal columns with unit variance around the given means.
    fn columns(means: &[f64], replicates: usize) -> Vec<Vec<f64>> {
        let mut stream = Stream::new(4, 2);
        let mut out = vec![Vec::new(); means.len()];
        for _ in 0..replicates {
            for (column, mean) in out.iter_mut().zip(means) {
                column.push(mean + normal(&mut stream));
            }
        }
        out
    }

    fn part(values: &[Vec<f64>], gaps: Gaps) -> Part<'_> {
        Part {
            columns: values
                .iter()
                .map(|v| Some(Column::new(v, true, false)))
                .collect(),
            gaps,
        }
    }

    /// Critical values of the studentised range, q.95(k, ∞), from FORMULAS §4.9.
    #[test]
    fn the_critical_value_is_that_of_the_studentised_range() {
        for (k, q) in [(2, 2.771_81), (3, 3.314_49), (5, 3.857_66), (10, 4.474_12)] {
            let values = columns(&vec![0.0; k], 20_000);
            let band = band(&[part(&values, Gaps::Pairs)], true, Extent::Largest, None);
            // All centres are near 0: the upper limit is q.
            let high = band.unwrap().interval(0.95).high.unwrap();
            assert!((high / q - 1.0).abs() < 0.03, "{k}: {high} for {q}");
        }
    }

    #[test]
    fn many_groups_are_bounded_by_their_own_bands() {
        let mut means = vec![0.0; 60];
        means[7] = 12.0;
        let values = columns(&means, 2000);
        let wide = band(&[part(&values, Gaps::Pairs)], true, Extent::Largest, None).unwrap();
        let narrow = band(
            &[part(&values[..PAIRS_MAX], Gaps::Pairs)],
            true,
            Extent::Largest,
            None,
        )
        .unwrap();
        let (wide, narrow) = (wide.interval(0.95), narrow.interval(0.95));
        assert!(
            wide.low.unwrap() > 4.0 && wide.low < narrow.low,
            "{wide:?} {narrow:?}"
        );
        assert!(wide.high.unwrap() < 22.0 && wide.high > narrow.high);
    }

    #[test]
    fn an_unknown_group_leaves_the_band_open() {
        let values = columns(&[0.0, 5.0, 0.0], 500);
        let mut part = part(&values, Gaps::Pairs);
        part.columns[2] = None;
        let open = band(&[part], true, Extent::Largest, None).unwrap();
        let interval = open.interval(0.95);
        assert!(interval.low.unwrap() > 1.0 && interval.high.is_none());
        let undefined = vec![f64::NAN; 500];
        let columns = vec![
            Some(Column::new(&values[0], true, false)),
            Some(Column::new(&values[1], true, false)),
            Some(Column::new(&undefined, false, false)),
        ];
        let part = Part {
            columns,
            gaps: Gaps::Pairs,
        };
        let open = band(&[part], true, Extent::Largest, Some(1.0)).unwrap();
        assert_eq!(open.interval(0.95).high, Some(1.0));
    }

    #[test]
    fn few_successes_do_not_make_a_group_certain() {
        // 1 of 100 against 10 of 100: the first alone would vary by .01.
        let values = columns(&[0.0, 0.0], 2000);
        let scaled = |g: usize, p: f64, se: f64| -> Vec<f64> {
            values[g].iter().map(|v| p + se * v).collect()
        };
        let (few, many) = (scaled(0, 0.01, 0.01), scaled(1, 0.1, 0.03));
        let part = |trials: Option<f64>| Part {
            columns: [&few, &many]
                .map(|v| Some(Column::new(v, true, false).of_trials(trials)))
                .into(),
            gaps: Gaps::Pairs,
        };
        let of = |trials| {
            let band = band(&[part(trials)], true, Extent::Largest, None).unwrap();
            band.interval(0.95)
        };
        let (floored, plain) = (of(Some(100.0)), of(None));
        assert!(floored.low < plain.low && floored.high == plain.high);
    }

    #[test]
    fn gaps_of_undefined_values_lift_only_the_upper_limit() {
        let values = columns(&[0.0, 0.0, 50.0], 500);
        let mut part = part(&values, Gaps::Pairs);
        if let Some(column) = &mut part.columns[2] {
            column.defined = false;
        }
        let band = band(&[part], true, Extent::Largest, None).unwrap();
        let interval = band.interval(0.95);
        assert!(interval.low.unwrap() < 1.0 && interval.high.unwrap() > 50.0);
    }
}
