//! Tests of 2×2 and k×2 tables: is a difference more than chance?
//!
//! A 2×2 table is `a, b / c, d`: group 1's selected and rejected rows, then group 2's. For a
//! conditional rate (a true-positive rate, say) only the rows of its class belong in the table. All
//! p-values are two-sided and lie in [0, 1].

use waage_core::special::{chi_square_sf, ln_hypergeometric_mass, sf};

/// Two tables are equally probable when their probabilities differ by less than this share, the
/// convention of R's `fisher.test`.
const TIE: f64 = 1e-7;
/// A term below this share of the sum so far no longer changes it.
const VANISHING: f64 = 1e-18;
/// Below this expected count in any cell the chi-square law is not trusted.
const EXPECTED_MIN: f64 = 5.0;
/// Counts above this are no longer exact in f64.
const COUNT_MAX: f64 = 9_007_199_254_740_992.0;

/// Which test gave a p-value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Test {
    /// [`fisher_mid_p`].
    FisherMidP,
    /// [`chi_square`].
    ChiSquare,
}

impl Test {
    /// The name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FisherMidP => "fisher_mid_p",
            Self::ChiSquare => "chi_square",
        }
    }
}
/// A test statistic that is chi-square distributed when nothing differs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChiSquare {
    /// The statistic, ≥ 0.
    pub statistic: f64,
    /// Degrees of freedom.
    pub df: u32,
    /// Probability of a larger statistic when nothing differs.
    pub p: f64,
}

impl ChiSquare {
    fn new(statistic: f64, df: u32) -> Option<Self> {
        let statistic = statistic.max(0.0);
        chi_square_sf(statistic, f64::from(df)).map(|p| Self { statistic, df, p })
    }
}

/// The default p-value of a 2×2 table and the test that gave it: [`fisher_mid_p`] when an expected
/// count is below 5, otherwise [`chi_square`].
///
/// Fractional counts (rows tied at a cut, effective sizes of weighted rows) have no exact law and
/// always go to chi-square. Where all rows are alike (nobody selected, or everybody) nothing can
/// differ and p is 1. `None` when a group has no rows, or a count is negative or not finite.
///
/// ```
/// use waage_metrics::hypothesis::{Test, two_by_two_p};
/// let (p, test) = two_by_two_p(24.0, 36.0, 60.0, 40.0).unwrap();
/// assert!((p - 0.014184476).abs() < 1e-9 && test == Test::ChiSquare);
/// ```
#[must_use]
pub fn two_by_two_p(a: f64, b: f64, c: f64, d: f64) -> Option<(f64, Test)> {
    let rows = [[a, b], [c, d]];
    let totals = Totals::of(&rows)?;
    let whole = |x: &f64| x.fract() == 0.0 && *x <= COUNT_MAX;
    if rows.iter().flatten().all(whole) && totals.least_expected(&rows) < EXPECTED_MIN {
        let [a, b, c, d] = [a, b, c, d].map(|x| x as u64);
        return fisher_mid_p(a, b, c, d).map(|p| (p, Test::FisherMidP));
    }
    if totals.columns.contains(&0.0) {
        return Some((1.0, Test::ChiSquare));
    }
    chi_square(a, b, c, d).map(|test| (test.p, Test::ChiSquare))
}

/// Fisher's exact test: the hypergeometric probability of all tables with the same margins that are
/// at most as probable as the one seen (relative tolerance 1e-7). `None` when a group has no rows.
///
/// Terms are summed outwards from the two borders of that set by their ratios, so that the work is
/// of the order of the standard deviation of a cell, not of n.
///
/// ```
/// // The lady tasting tea: 17/35.
/// let p = waage_metrics::hypothesis::fisher_exact(3, 1, 1, 3).unwrap();
/// assert!((p - 17.0 / 35.0).abs() < 1e-14);
/// ```
#[must_use]
pub fn fisher_exact(a: u64, b: u64, c: u64, d: u64) -> Option<f64> {
    let margins = Margins::of(a, b, c, d)?;
    Some(margins.two_sided(a, 1.0))
}

/// Fisher's test with tables as probable as the one seen counted half: less conservative, and close
/// to its level on average. 1 when only one table is possible. `None` when a group has no rows.
#[must_use]
pub fn fisher_mid_p(a: u64, b: u64, c: u64, d: u64) -> Option<f64> {
    let margins = Margins::of(a, b, c, d)?;
    if margins.least() == margins.most() {
        return Some(1.0);
    }
    Some(margins.two_sided(a, 0.5))
}

/// Twice the smaller one-sided Fisher p-value, at most 1. `None` when a group has no rows.
#[must_use]
pub fn fisher_doubled(a: u64, b: u64, c: u64, d: u64) -> Option<f64> {
    let margins = Margins::of(a, b, c, d)?;
    let (lower, upper) = if a <= margins.mode() {
        let lower = margins.tail(a, margins.least());
        (lower, 1.0 - lower + libm::exp(margins.ln_mass(a)))
    } else {
        let upper = margins.tail(a, margins.most());
        (1.0 - upper + libm::exp(margins.ln_mass(a)), upper)
    };
    Some((2.0 * lower.min(upper)).min(1.0))
}

/// Pearson's chi-square test of a 2×2 table, without continuity correction; its square root is the
/// pooled z test. Counts may be fractional. `None` when a margin is 0 or a count is not one.
#[must_use]
pub fn chi_square(a: f64, b: f64, c: f64, d: f64) -> Option<ChiSquare> {
    chi_square_rows(&[[a, b], [c, d]])
}

/// Pearson's chi-square with Yates' continuity correction; conservative. `None` as [`chi_square`].
#[must_use]
pub fn chi_square_yates(a: f64, b: f64, c: f64, d: f64) -> Option<ChiSquare> {
    let rows = [[a, b], [c, d]];
    let totals = Totals::of(&rows)?;
    if totals.columns.contains(&0.0) {
        return None;
    }
    let statistic = totals.sum(&rows, |observed, expected| {
        let gap = ((observed - expected).abs() - 0.5).max(0.0);
        gap * gap / expected
    });
    ChiSquare::new(statistic, 1)
}

/// Pearson's chi-square test that k groups, a row of selected and rejected counts each, share one
/// rate: `Σ(O−E)²/E` with k − 1 degrees of freedom. Counts may be fractional. `None` for fewer than
/// two groups, a group without rows, a column without any, or a count that is not one.
///
/// ```
/// let rows = [[60.0, 40.0], [24.0, 36.0], [10.0, 30.0]];
/// let test = waage_metrics::hypothesis::chi_square_rows(&rows).unwrap();
/// assert!((test.statistic - 15.736651947).abs() < 1e-9 && test.df == 2);
/// ```
#[must_use]
pub fn chi_square_rows(rows: &[[f64; 2]]) -> Option<ChiSquare> {
    let totals = Totals::of(rows)?;
    if totals.columns.contains(&0.0) {
        return None;
    }
    let statistic = totals.sum(rows, |observed, expected| {
        let gap = observed - expected;
        gap * gap / expected
    });
    ChiSquare::new(statistic, totals.df)
}

/// The likelihood-ratio test `2ΣO·ln(O/E)` of k groups; `None` as [`chi_square_rows`].
#[must_use]
pub fn g_test(rows: &[[f64; 2]]) -> Option<ChiSquare> {
    let totals = Totals::of(rows)?;
    if totals.columns.contains(&0.0) {
        return None;
    }
    let statistic = totals.sum(rows, |observed, expected| {
        if observed == 0.0 {
            0.0
        } else {
            2.0 * observed * libm::log(observed / expected)
        }
    });
    ChiSquare::new(statistic, totals.df)
}

/// The z test with pooled variance, `(z, two-sided p)`; z² is [`chi_square`]'s statistic. `None`
/// as there.
#[must_use]
pub fn z_pooled(a: f64, b: f64, c: f64, d: f64) -> Option<(f64, f64)> {
    let totals = Totals::of(&[[a, b], [c, d]])?;
    let (n1, n2) = (a + b, c + d);
    let [selected, rejected] = totals.columns;
    let n = selected + rejected;
    let variance = selected / n * (rejected / n) * (1.0 / n1 + 1.0 / n2);
    if variance == 0.0 {
        return None;
    }
    let z = (a / n1 - c / n2) / variance.sqrt();
    Some((z, 2.0 * sf(z.abs())))
}

/// Column sums of a k×2 table whose rows all hold something.
struct Totals {
    columns: [f64; 2],
    df: u32,
}

impl Totals {
    fn of(rows: &[[f64; 2]]) -> Option<Self> {
        let counts = rows.iter().flatten().all(|x| *x >= 0.0 && x.is_finite());
        let df = u32::try_from(rows.len().checked_sub(1)?).ok()?;
        if df == 0 || !counts || rows.iter().any(|[yes, no]| yes + no == 0.0) {
            return None;
        }
        let column = |j: usize| rows.iter().map(|row| row[j]).sum::<f64>();
        Some(Self {
            columns: [column(0), column(1)],
            df,
        })
    }

    fn expected(&self, row: &[f64; 2]) -> [f64; 2] {
        let [yes, no] = self.columns;
        let share = (row[0] + row[1]) / (yes + no);
        [share * yes, share * no]
    }

    fn least_expected(&self, rows: &[[f64; 2]]) -> f64 {
        rows.iter()
            .flat_map(|row| self.expected(row))
            .fold(f64::INFINITY, f64::min)
    }

    fn sum(&self, rows: &[[f64; 2]], term: impl Fn(f64, f64) -> f64) -> f64 {
        rows.iter()
            .flat_map(|row| row.iter().copied().zip(self.expected(row)))
            .map(|(observed, expected)| term(observed, expected))
            .sum()
    }
}

/// The hypergeometric law of the first cell, given the margins.
#[derive(Clone, Copy)]
struct Margins {
    population: u64,
    selected: u64,
    group: u64,
}

impl Margins {
    fn of(a: u64, b: u64, c: u64, d: u64) -> Option<Self> {
        let group = a.checked_add(b)?;
        let other = c.checked_add(d)?;
        let population = group.checked_add(other)?;
        (group > 0 && other > 0).then_some(Self {
            population,
            selected: a + c,
            group,
        })
    }

    fn least(&self) -> u64 {
        self.selected.saturating_sub(self.population - self.group)
    }

    fn most(&self) -> u64 {
        self.selected.min(self.group)
    }

    fn mode(&self) -> u64 {
        let above = (u128::from(self.selected) + 1) * (u128::from(self.group) + 1);
        let mode = (above / (u128::from(self.population) + 2)) as u64;
        mode.clamp(self.least(), self.most())
    }

    fn ln_mass(&self, k: u64) -> f64 {
        ln_hypergeometric_mass(k, self.population, self.selected, self.group)
    }

    /// `P(k + 1)/P(k)`.
    fn ratio(&self, k: u64) -> f64 {
        let up = (self.selected - k) as f64 * (self.group - k) as f64;
        let down = (k + 1) as f64 * (self.population - self.selected - (self.group - k - 1)) as f64;
        up / down
    }

    /// The mass of all tables at most as probable as `seen`, those tied with it weighted.
    fn two_sided(&self, seen: u64, tie_weight: f64) -> f64 {
        let ln_seen = self.ln_mass(seen);
        let mode = self.mode();
        // Masses fall from the mode to either end: on each side the tied tables come first and the
        // rarer ones after them.
        let side = |count: u64, end: u64, at: &dyn Fn(u64) -> u64| {
            let tied = first_where(count, |i| self.ln_mass(at(i)) <= ln_seen + TIE);
            let rarer = first_where(count, |i| self.ln_mass(at(i)) < ln_seen - TIE);
            let ties = if tied < rarer {
                self.tail(at(tied), at(rarer - 1))
            } else {
                0.0
            };
            let rest = if rarer < count {
                self.tail(at(rarer), end)
            } else {
                0.0
            };
            tie_weight * ties + rest
        };
        let below = side(mode - self.least() + 1, self.least(), &|i| mode - i);
        let above = side(self.most() - mode, self.most(), &|i| mode + 1 + i);
        (below + above).min(1.0)
    }

    /// The mass from `start` to `end`, both included, going away from the mode; it stops where the
    /// terms vanish.
    fn tail(&self, start: u64, end: u64) -> f64 {
        let (mut k, mut term, mut total) = (start, 1.0, 1.0);
        while k != end && term >= VANISHING * total {
            if k < end {
                term *= self.ratio(k);
                k += 1;
            } else {
                k -= 1;
                term /= self.ratio(k);
            }
            total += term;
        }
        libm::exp(self.ln_mass(start)) * total
    }
}

/// The first of `0..count` where a condition holds that, once true, stays true; `count` if none.
fn first_where(count: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            high = middle
        } else {
            low = middle + 1
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_near(got: Option<f64>, want: f64) {
        assert!(
            got.is_some_and(|p| (p - want).abs() <= 1e-9),
            "{got:?} is not {want}"
        );
    }

    /// FORMULAS §4.6, E1 b against a.
    #[test]
    fn the_published_table() {
        assert_near(fisher_exact(24, 36, 60, 40), 0.021700942);
        assert_near(fisher_mid_p(24, 36, 60, 40), 0.018416657);
        assert_near(fisher_doubled(24, 36, 60, 40), 0.021873246);
        let (z, p) = z_pooled(24.0, 36.0, 60.0, 40.0).unwrap();
        assert_near(Some(z), -2.452557358);
        assert_near(Some(p), 0.014184476);
        let test = chi_square(24.0, 36.0, 60.0, 40.0).unwrap();
        assert_near(Some(test.statistic), 6.015037594);
        assert_near(Some(test.p), 0.014184476);
        let yates = chi_square_yates(24.0, 36.0, 60.0, 40.0).unwrap();
        assert_near(Some(yates.statistic), 5.239766082);
        assert_near(Some(yates.p), 0.022076242);
        let g = g_test(&[[24.0, 36.0], [60.0, 40.0]]).unwrap();
        assert_near(Some(g.statistic), 6.043197503);
        assert_near(Some(g.p), 0.013959978);
    }

    /// FORMULAS §4.6: the lady tasting tea, and E1's three groups.
    #[test]
    fn small_and_wide_tables() {
        assert_near(fisher_exact(3, 1, 1, 3), 17.0 / 35.0);
        assert_near(fisher_mid_p(3, 1, 1, 3), 0.257142857);
        let rows = [[60.0, 40.0], [24.0, 36.0], [10.0, 30.0]];
        let test = chi_square_rows(&rows).unwrap();
        assert_near(Some(test.statistic), 15.736651947);
        assert_near(Some(test.p), 0.000382674);
        assert_eq!(test.df, 2);
        let g = g_test(&rows).unwrap();
        assert_near(Some(g.statistic), 16.187894588);
        assert_near(Some(g.p), 0.000305382);
    }

    /// All tables of a small population by their factorials.
    #[test]
    fn exact_tests_agree_with_enumeration() {
        let choose = |n: u64, k: u64| (1..=k).fold(1.0, |c, i| c * (n - k + i) as f64 / i as f64);
        for (group, other, selected) in [(4, 4, 4), (7, 5, 3), (12, 30, 9), (20, 20, 20), (1, 9, 5)]
        {
            let least = u64::saturating_sub(selected, other);
            let mass = |k| {
                choose(group, k) * choose(other, selected - k) / choose(group + other, selected)
            };
            let all = least..=selected.min(group);
            for a in all.clone() {
                let (mut rarer, mut tied) = (0.0, 0.0);
                for k in all.clone() {
                    let ratio: f64 = mass(k) / mass(a);
                    if (ratio - 1.0).abs() < 1e-9 {
                        tied += mass(k)
                    } else if ratio < 1.0 {
                        rarer += mass(k)
                    }
                }
                let (b, c) = (group - a, selected - a);
                let d = other - c;
                assert_near(fisher_exact(a, b, c, d), rarer + tied);
                if all.clone().count() > 1 {
                    assert_near(fisher_mid_p(a, b, c, d), rarer + tied / 2.0);
                }
                let lower: f64 = (least..=a).map(mass).sum();
                let upper: f64 = (a..=*all.end()).map(mass).sum();
                assert_near(
                    fisher_doubled(a, b, c, d),
                    (2.0 * lower.min(upper)).min(1.0),
                );
            }
        }
    }

    /// scipy 1.17.1 `fisher_exact`; larger ones are nearly normal.
    #[test]
    fn large_tables_are_summed_where_the_mass_is() {
        for (a, b, c, d, want) in [
            (300, 700, 250, 750, 0.014093391894333672),
            (40, 1000, 7, 90, 0.1115862690497551),
            (5000, 95000, 5200, 94800, 0.04310490861242747),
            (120000, 380000, 118800, 381200, 0.004919691158562006),
            (3, 99997, 15, 99985, 0.0075352739611308315),
        ] {
            let p = fisher_exact(a, b, c, d).unwrap();
            assert!((p / want - 1.0).abs() < 1e-9, "{a} {b} {c} {d}: {p}");
        }
        for n in [10_000_000, 4_000_000_000_u64] {
            let gap = (n as f64).sqrt() as u64;
            let p = fisher_mid_p(n / 2, n / 2, n / 2 - gap, n / 2 + gap).unwrap();
            let half = (n / 2) as f64;
            let normal = chi_square(half, half, half - gap as f64, half + gap as f64).unwrap();
            assert!((p / normal.p - 1.0).abs() < 1e-5, "{p} {normal:?}");
            let same = fisher_exact(n / 2, n / 2, n / 2, n / 2).unwrap();
            assert!((same - 1.0).abs() < 1e-9, "{same}");
        }
        assert_eq!(fisher_exact(50_000, 0, 0, 50_000), Some(0.0));
    }

    #[test]
    fn the_default_follows_the_expected_counts() {
        let p = |a, b, c, d| two_by_two_p(a, b, c, d).unwrap();
        let mid = fisher_mid_p(3, 1, 1, 3).unwrap();
        assert_eq!(p(3.0, 1.0, 1.0, 3.0), (mid, Test::FisherMidP));
        // The least expected count is 5 exactly, then just below.
        assert_eq!(p(5.0, 15.0, 5.0, 15.0).1, Test::ChiSquare);
        assert_eq!(p(5.0, 15.0, 4.0, 15.0).1, Test::FisherMidP);
        // One observed zero, all expected counts large.
        assert_eq!(p(0.0, 40.0, 20.0, 20.0).1, Test::ChiSquare);
        // Fractions have no exact law.
        assert_eq!(p(2.5, 1.5, 1.0, 3.0).1, Test::ChiSquare);
        assert_eq!(p(0.0, 40.0, 0.0, 20.0), (1.0, Test::FisherMidP));
        assert_eq!(p(0.0, 4.5, 0.0, 9.0), (1.0, Test::ChiSquare));
        assert_eq!(two_by_two_p(0.0, 0.0, 3.0, 20.0), None);
        assert_eq!(two_by_two_p(f64::NAN, 1.0, 3.0, 20.0), None);
        assert_eq!(Test::FisherMidP.name(), "fisher_mid_p");
    }

    #[test]
    fn what_cannot_differ_or_be_counted_is_settled() {
        assert_eq!(chi_square(0.0, 4.0, 0.0, 9.0), None);
        assert_eq!(chi_square(0.0, 0.0, 1.0, 9.0), None);
        assert_eq!(chi_square(f64::NAN, 1.0, 1.0, 9.0), None);
        assert_eq!(chi_square(-1.0, 2.0, 1.0, 9.0), None);
        assert_eq!(chi_square_rows(&[[1.0, 2.0]]), None);
        assert_eq!(chi_square_rows(&[]), None);
        assert_eq!(z_pooled(0.0, 4.0, 0.0, 9.0), None);
        assert_eq!(fisher_exact(0, 0, 1, 1), None);
        assert_eq!(fisher_exact(u64::MAX, 1, 1, 1), None);
        assert_eq!(fisher_exact(0, 5, 0, 9), Some(1.0));
        assert_eq!(fisher_mid_p(5, 0, 9, 0), Some(1.0));
        assert!(chi_square(2.5, 7.5, 6.25, 3.75).unwrap().p < 0.1);
    }

    #[test]
    fn swapping_groups_or_outcomes_changes_nothing() {
        for (a, b, c, d) in [(3, 9, 14, 2), (40, 1000, 7, 90), (0, 8, 5, 3)] {
            let p = fisher_mid_p(a, b, c, d).unwrap();
            for q in [
                fisher_mid_p(c, d, a, b),
                fisher_mid_p(b, a, d, c),
                fisher_mid_p(a, c, b, d),
            ] {
                assert!((p - q.unwrap()).abs() < 1e-12 * p.max(1e-3), "{p} {q:?}");
            }
        }
    }
}
