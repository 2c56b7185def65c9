//! Simultaneous bands from joint replicates (max-T, FORMULAS §4.9).

use std::borrow::Cow;

use waage_core::interval::{Band, Extent, Family, Gap};
use waage_core::quantity::Comparison;
use waage_core::special::logarithms;
use waage_core::wide::{raise_by_four, raise_by_one};

use crate::lanes::sum;

/// Groups up to which every pair has a gap of its own.
const PAIRS_MAX: usize = 48;
/// Replicates of a value that may be undefined before nothing bounds it.
const UNDEFINED_SHARE_MAX: f64 = 0.05;

/// Replicates of one group's value.
pub(crate) struct Column<'a> {
    /// In the order of replicates, undefined ones NaN.
    values: Cow<'a, [f64]>,
    /// Whether the value is defined on the data too.
    pub defined: bool,
    /// Trials of a value that is a proportion: what its variance would be if groups were alike.
    trials: Option<f64>,
    /// Mean of the defined replicates.
    centre: f64,
    /// Their variance; `None` where some are undefined.
    variance: Option<f64>,
    is_bounded: bool,
}

impl<'a> Column<'a> {
    /// The replicates, or their logarithms.
    pub fn new(values: &'a [f64], defined: bool, of_logarithms: bool) -> Self {
        let values = match of_logarithms {
            true => Cow::Owned(logarithms(values)),
            false => Cow::Borrowed(values),
        };
        let (Gap { centre, se }, undefined) = spread(&values);
        Self {
            defined,
            trials: None,
            centre,
            variance: (undefined == 0).then_some(se * se),
            is_bounded: undefined as f64 <= UNDEFINED_SHARE_MAX * values.len() as f64,
            values,
        }
    }

    /// The same, a proportion of so many trials.
    pub fn of_trials(mut self, trials: Option<f64>) -> Self {
        self.trials = trials.filter(|n| *n > 0.0);
        self
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

impl Gaps {
    fn wants(self, a: usize, b: usize, last: usize) -> bool {
        match self {
            Self::Pairs => true,
            Self::AgainstLast => b == last,
            Self::FromFirst => a == 0,
        }
    }
}

/// The columns of one metric.
pub(crate) struct Part<'a> {
    /// By group; `None` where nothing is known of a group's value.
    pub columns: Vec<Option<&'a Column<'a>>>,
    /// The columns of groups whose membership is not known.
    pub unknown: Vec<usize>,
    pub gaps: Gaps,
    /// Whether the columns vary apart from each other, as those of groups without common rows do.
    pub independent: bool,
}

/// How several parts become one number, and what bounds it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// Whether the metrics are one family; else each is its own.
    pub merged: bool,
    pub extent: Extent,
    pub greatest: Option<f64>,
}

impl Shape {
    /// Of a range over groups by difference or ratio; `width` is the widest that a difference can be.
    pub fn of_range(comparison: Comparison, width: Option<f64>, merged: bool) -> Self {
        let (extent, greatest) = match comparison {
            Comparison::Ratio => (Extent::LeastRatio, Some(1.0)),
            _ => (Extent::Largest, width),
        };
        Self {
            merged,
            extent,
            greatest,
        }
    }
}

/// The band of all columns, and that of the columns of known membership where others are.
///
/// A group of which nothing is known leaves the band open.
pub(crate) fn bands(parts: &[Part<'_>], shape: Shape) -> [Option<Band>; 2] {
    let replicates = parts
        .iter()
        .flat_map(|part| part.columns.iter().flatten())
        .map(|column| column.values.len())
        .next();
    let Some(replicates) = replicates else {
        return [None, None];
    };
    let mut study = Study::new(parts.len(), replicates);
    for (at, part) in parts.iter().enumerate() {
        study.add(at, part, |g| !part.unknown.contains(&g), |_, _| true);
    }
    if parts.iter().all(|part| part.unknown.is_empty()) {
        return [study.band(shape), None];
    }
    let known = study.clone().band(shape);
    // Pairs with a group of unknown membership join what was looked at; bands of the groups' own
    // values begin again.
    let wide = parts.iter().any(Part::is_wide);
    if wide {
        study = Study::new(parts.len(), replicates);
    }
    for (at, part) in parts.iter().enumerate() {
        let unknown = |g: usize| part.unknown.contains(&g);
        study.add(at, part, |_| true, |a, b| wide || unknown(a) || unknown(b));
    }
    [study.band(shape), known]
}

impl Part<'_> {
    /// Whether there are too many columns for every pair.
    fn is_wide(&self) -> bool {
        self.gaps == Gaps::Pairs && self.columns.len() > PAIRS_MAX
    }
}

/// What has been looked at.
#[derive(Clone)]
struct Study {
    /// Studentised maxima by replicate.
    maxima: Vec<f64>,
    /// By part.
    families: Vec<Family>,
    open: bool,
}

impl Study {
    fn new(parts: usize, replicates: usize) -> Self {
        Self {
            maxima: vec![0.0; replicates],
            families: vec![Family::default(); parts],
            open: false,
        }
    }

    /// Looks at the wanted pairs of the wanted columns of a part.
    fn add(
        &mut self,
        at: usize,
        part: &Part<'_>,
        wanted: impl Fn(usize) -> bool,
        pair: impl Fn(usize, usize) -> bool,
    ) {
        let columns: Vec<(usize, Option<&Column<'_>>)> = part
            .columns
            .iter()
            .enumerate()
            .filter(|(g, _)| wanted(*g))
            .map(|(g, column)| (g, column.filter(|c| c.is_bounded)))
            .collect();
        self.open |= columns.iter().any(|(_, column)| column.is_none());
        let columns: Vec<(usize, &Column<'_>)> = columns
            .into_iter()
            .filter_map(|(g, column)| Some((g, column?)))
            .collect();
        let family = &mut self.families[at];
        if part.gaps == Gaps::Pairs && columns.len() > PAIRS_MAX {
            let columns: Vec<&Column<'_>> = columns.iter().map(|(_, column)| *column).collect();
            *family = of_groups(&columns, &mut self.maxima);
        } else {
            of_pairs(&columns, part, pair, &mut self.maxima, family);
        }
    }

    fn band(self, shape: Shape) -> Option<Band> {
        let families = match shape.merged {
            true => {
                let mut one = Family::default();
                for family in self.families {
                    one.gaps.extend(family.gaps);
                    one.defined.extend(family.defined);
                }
                vec![one]
            }
            false => self.families,
        };
        let Shape {
            extent, greatest, ..
        } = shape;
        Band::new(&families, extent, greatest, self.open, self.maxima)
    }
}

/// Every gap with its own spread.
fn of_pairs(
    columns: &[(usize, &Column<'_>)],
    part: &Part<'_>,
    wanted: impl Fn(usize, usize) -> bool,
    maxima: &mut [f64],
    family: &mut Family,
) {
    let last = columns.len().saturating_sub(1);
    let mut differences = Vec::new();
    for (a, &(g, one)) in columns.iter().enumerate() {
        // Pairs whose spread follows from the columns' own, to be looked at together.
        let mut pending: Vec<(&[f64], Gap)> = Vec::new();
        for (b, &(h, other)) in columns.iter().enumerate().skip(a + 1) {
            if !part.gaps.wants(a, b, last) || !wanted(g, h) {
                continue;
            }
            let gap = match (one.variance, other.variance) {
                (Some(v), Some(w)) if part.independent => {
                    let gap = Gap {
                        centre: one.centre - other.centre,
                        se: (v + w).sqrt(),
                    };
                    if gap.se > 0.0 {
                        pending.push((&other.values, gap));
                    }
                    gap
                }
                _ => {
                    let pairs = one.values.iter().zip(other.values.iter());
                    differences.clear();
                    differences.extend(pairs.map(|(x, y)| x - y));
                    studentise(&differences, maxima)
                }
            };
            family.gaps.push(gap);
            if one.defined && other.defined {
                family.defined.push(Gap {
                    se: gap.se.max(alike(one, other, part.gaps)),
                    ..gap
                });
            }
        }
        raise(maxima, &one.values, &pending);
    }
}

/// Raises the maxima by one column against several.
fn raise(maxima: &mut [f64], one: &[f64], others: &[(&[f64], Gap)]) {
    let (fours, rest) = others.as_chunks();
    for four in fours {
        raise_by_four(maxima, one, four);
    }
    for other in rest {
        raise_by_one(maxima, one, *other);
    }
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
        let pooled = other.centre.clamp(0.0, 1.0);
        return (pooled * (1.0 - pooled) * (1.0 / n - 1.0 / m).max(0.0)).sqrt();
    }
    let pooled = ((n * one.centre + m * other.centre) / (n + m)).clamp(0.0, 1.0);
    (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt()
}

/// Bands of the groups' own values: a gap is at most the distance of two of them. Wider than the
/// bands of pairs, and linear in the number of groups.
fn of_groups(columns: &[&Column<'_>], maxima: &mut [f64]) -> Family {
    let trials: f64 = columns.iter().filter_map(|c| c.trials).sum();
    let successes: f64 = columns
        .iter()
        .map(|c| c.centre * c.trials.unwrap_or(0.0))
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
    let (gap, _) = spread(values);
    if gap.se > 0.0 {
        let scale = 1.0 / gap.se;
        for (most, value) in maxima.iter_mut().zip(values) {
            let distance = (value - gap.centre).abs() * scale;
            *most = if distance > *most { distance } else { *most };
        }
    }
    gap
}

/// Mean and standard deviation of the defined replicates, and how many are undefined.
fn spread(values: &[f64]) -> (Gap, usize) {
    let total = sum(values, |v| v);
    let (centre, squares, count) = if total.is_finite() {
        let centre = total / (values.len() as f64).max(1.0);
        let squares = sum(values, |v| (v - centre) * (v - centre));
        (centre, squares, values.len())
    } else {
        let defined = || values.iter().filter(|v| v.is_finite());
        let count = defined().count();
        let centre = defined().sum::<f64>() / (count as f64).max(1.0);
        let squares = defined().map(|v| (v - centre) * (v - centre)).sum();
        (centre, squares, count)
    };
    let gap = Gap {
        centre,
        se: (squares / (count as f64 - 1.0).max(1.0)).sqrt(),
    };
    (gap, values.len() - count)
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

    fn given(values: &[Vec<f64>]) -> Vec<Column<'_>> {
        let columns = values.iter();
        columns.map(|v| Column::new(v, true, false)).collect()
    }

    fn part<'a>(columns: &'a [Column<'a>], gaps: Gaps) -> Part<'a> {
        Part {
            columns: columns.iter().map(Some).collect(),
            unknown: Vec::new(),
            gaps,
            independent: false,
        }
    }

    /// The band of absolute gaps.
    fn largest(part: Part<'_>, greatest: Option<f64>) -> Band {
        let shape = Shape {
            merged: true,
            extent: Extent::Largest,
            greatest,
        };
        let [band, _] = bands(&[part], shape);
        band.expect("columns")
    }

    /// Critical values of the studentised range, q.95(k, ∞), from FORMULAS §4.9.
    #[test]
    fn the_critical_value_is_that_of_the_studentised_range() {
        for (k, q) in [(2, 2.771_81), (3, 3.314_49), (5, 3.857_66), (10, 4.474_12)] {
            let values = columns(&vec![0.0; k], 20_000);
            let band = largest(part(&given(&values), Gaps::Pairs), None);
            // All centres are near 0: the upper limit is q.
            let high = band.interval(0.95).high.unwrap();
            assert!((high / q - 1.0).abs() < 0.03, "{k}: {high} for {q}");
        }
    }

    #[test]
    fn many_groups_are_bounded_by_their_own_bands() {
        let mut means = vec![0.0; 60];
        means[7] = 12.0;
        let values = columns(&means, 2000);
        let columns = given(&values);
        let wide = largest(part(&columns, Gaps::Pairs), None);
        let narrow = largest(part(&columns[..PAIRS_MAX], Gaps::Pairs), None);
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
        let columns = given(&values);
        let mut part = part(&columns, Gaps::Pairs);
        part.columns[2] = None;
        let interval = largest(part, None).interval(0.95);
        assert!(interval.low.unwrap() > 1.0 && interval.high.is_none());
        let undefined = Column::new(&[f64::NAN; 500], false, false);
        let columns = [&columns[0], &columns[1], &undefined];
        let part = Part {
            columns: columns.map(Some).into(),
            unknown: Vec::new(),
            gaps: Gaps::Pairs,
            independent: true,
        };
        let open = largest(part, Some(1.0));
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
        let of = |trials: Option<f64>| {
            let columns = [&few, &many].map(|v| Column::new(v, true, false).of_trials(trials));
            largest(part(&columns, Gaps::Pairs), None).interval(0.95)
        };
        let (floored, plain) = (of(Some(100.0)), of(None));
        assert!(floored.low < plain.low && floored.high == plain.high);
    }

    #[test]
    fn gaps_of_undefined_values_lift_only_the_upper_limit() {
        let values = columns(&[0.0, 0.0, 50.0], 500);
        let mut columns = given(&values);
        columns[2].defined = false;
        let band = largest(part(&columns, Gaps::Pairs), None);
        let interval = band.interval(0.95);
        assert!(interval.low.unwrap() < 1.0 && interval.high.unwrap() > 50.0);
    }

    #[test]
    fn groups_of_unknown_membership_stand_apart() {
        let mut values = columns(&[0.0, 3.0, 0.0, 9.0, -4.0], 700);
        values[1][13] = f64::NAN;
        let (columns, few) = (given(&values), given(&values[..3]));
        let shape = Shape {
            merged: true,
            extent: Extent::Largest,
            greatest: None,
        };
        for (gaps, independent) in [
            (Gaps::Pairs, false),
            (Gaps::Pairs, true),
            (Gaps::FromFirst, true),
        ] {
            let with = |columns, unknown| Part {
                unknown,
                independent,
                ..part(columns, gaps)
            };
            let [all, known] = bands(&[with(&columns, vec![3, 4])], shape);
            let [whole, none] = bands(&[with(&columns, vec![])], shape);
            let [alone, _] = bands(&[with(&few, vec![])], shape);
            assert_eq!((all, known), (whole, alone));
            assert!(none.is_none());
        }
    }

    #[test]
    fn independent_columns_need_no_look_at_their_pairs() {
        let values = columns(&[0.0, 0.4, 1.0, 2.0, 2.0, 7.0, 3.0], 4000);
        let columns = given(&values);
        let apart = Part {
            independent: true,
            ..part(&columns, Gaps::Pairs)
        };
        let (paired, apart) = (
            largest(part(&columns, Gaps::Pairs), None),
            largest(apart, None),
        );
        let (paired, apart) = (paired.interval(0.95), apart.interval(0.95));
        let close = |a: Option<f64>, b: Option<f64>| (a.unwrap() - b.unwrap()).abs() < 0.1;
        assert!(close(paired.low, apart.low) && close(paired.high, apart.high));
    }
}
