//! FA*IR: whether every prefix of a list holds enough of a protected group.
//!
//! Source: Zehlike, Bonchi, Castillo, Hajian, Megahed & Baeza-Yates 2017.

use waage_core::estimate::Reason;

use super::list::List;

/// The test's error, as in the paper.
pub const ALPHA: f64 = 0.1;
/// Places that are tested, at most: the adjusted level needs work that grows with their square.
pub const PLACES_MAX: u64 = 1000;
/// Halvings until the adjusted level is known to a billionth of α.
const HALVINGS: usize = 30;

/// `m(k) = min{m : P(Binomial(k, p) ≤ m) > α}` for k from 1 to `places`: the fewest protected rows among
/// the first k that chance with proportion `p` does not make too rare. `p` lies in (0, 1).
///
/// ```
/// use waage_metrics::ranking::fair::least;
/// assert_eq!(least(0.5, 0.1, 12), [0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 4]);
/// ```
#[must_use]
pub fn least(p: f64, alpha: f64, places: u64) -> Vec<u64> {
    let q = 1.0 - p;
    // P(X = m) and P(X ≤ m) of X ~ Binomial(k, p), from k = 0 and m = 0 on.
    let (mut m, mut mass, mut below) = (0_u64, 1.0, 1.0);
    (1..=places)
        .map(|k| {
            let (of, left) = (k as f64, (k - m) as f64);
            below -= p * mass;
            mass *= q * of / left;
            while below <= alpha && m < k {
                mass *= (k - m) as f64 / (m + 1) as f64 * p / q;
                m += 1;
                below += mass;
            }
            m
        })
        .collect()
}

/// The probability that a list whose places are protected with proportion `p` each, independently, has
/// too few among some prefix: exactly, by the law of the number of protected rows that have passed so
/// far.
///
/// ```
/// use waage_metrics::ranking::fair::{failure_probability, least};
/// let fails = failure_probability(0.5, &least(0.5, 0.1, 10));
/// assert!((fails - 0.128906).abs() < 1e-6);
/// ```
#[must_use]
pub fn failure_probability(p: f64, least: &[u64]) -> f64 {
    let mut alive = vec![1.0];
    for &least in least {
        alive.push(0.0);
        for count in (1..alive.len()).rev() {
            alive[count] = alive[count] * (1.0 - p) + alive[count - 1] * p;
        }
        alive[0] *= 1.0 - p;
        alive.iter_mut().take(least as usize).for_each(|a| *a = 0.0);
    }
    (1.0 - alive.iter().sum::<f64>()).max(0.0)
}

/// The greatest level at each prefix with which a fair list fails with at most `alpha` over all of them,
/// by bisection.
#[must_use]
pub fn adjusted_alpha(p: f64, alpha: f64, places: u64) -> f64 {
    let fails = |level: f64| failure_probability(p, &least(p, level, places)) > alpha;
    if !fails(alpha) {
        return alpha;
    }
    let (mut low, mut high) = (0.0, alpha);
    for _ in 0..HALVINGS {
        let middle = low + (high - low) / 2.0;
        if fails(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    low
}

/// What the test says of a group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FairTest {
    /// The proportion of the group that is asked for: its share of the whole list.
    pub p: f64,
    /// The test's error over all prefixes.
    pub alpha: f64,
    /// The level at each prefix that keeps it.
    pub alpha_adjusted: f64,
    /// Places tested.
    pub places: u64,
    /// The first prefix with too few of the group; `None` where all have enough.
    pub fails: Option<Failure>,
}

/// A prefix with too few of a group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Failure {
    /// Its places.
    pub at: u64,
    /// Rows of the group it has, expected ones among tied rows.
    pub found: f64,
    /// Rows of the group it would need.
    pub needed: u64,
}

/// Tests every group of a list against its share, over the places looked at and at most
/// [`PLACES_MAX`].
///
/// # Errors
/// `no_scores` for an empty list, `one_group` where all rows are of one group.
#[must_use]
pub fn tests(list: &List, alpha: f64) -> Vec<Result<FairTest, Reason>> {
    let places = list.length().min(PLACES_MAX);
    let mut out: Vec<Result<FairTest, Reason>> = Vec::with_capacity(list.sizes().len());
    let mut tables: Vec<Vec<u64>> = Vec::with_capacity(list.sizes().len());
    for (g, &size) in list.sizes().iter().enumerate() {
        if places == 0 || size == 0 || size == list.total() {
            tables.push(Vec::new());
            out.push(Err(match places {
                0 => Reason::NoScores,
                _ => Reason::OneGroup,
            }));
            continue;
        }
        let p = list.share(g);
        let alpha_adjusted = adjusted_alpha(p, alpha, places);
        tables.push(least(p, alpha_adjusted, places));
        out.push(Ok(FairTest {
            p,
            alpha,
            alpha_adjusted,
            places,
            fails: None,
        }));
    }
    list.prefixes(1..=places, |k, counts| {
        for ((test, table), &found) in out.iter_mut().zip(&tables).zip(counts) {
            let Ok(test) = test else { continue };
            let needed = table[k as usize - 1];
            if test.fails.is_none() && found < needed as f64 {
                test.fails = Some(Failure {
                    at: k,
                    found,
                    needed,
                });
            }
        }
    });
    out
}

#[cfg(test)]
mod tests {
    use super::super::list::fixture::ordered;
    use super::*;
    use waage_core::special::beta_inc;

    #[test]
    fn the_table_is_that_of_the_paper() {
        let cases = [
            (0.3, [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2]),
            (0.5, [0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 4]),
            (0.7, [0, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 6]),
        ];
        for (p, expected) in cases {
            assert_eq!(least(p, 0.1, 12), expected, "{p}");
        }
    }

    #[test]
    fn the_table_follows_the_binomial_law_in_long_lists() {
        for (p, alpha) in [(0.02, 0.1), (0.31, 0.013), (0.97, 0.05)] {
            let table = least(p, alpha, 1000);
            for k in [1, 17, 250, 999] {
                let m = table[k - 1];
                // P(X ≤ m) is the incomplete beta function at 1 − p.
                let below = |m: u64| match m < k as u64 {
                    true => beta_inc((k as u64 - m) as f64, m as f64 + 1.0, 1.0 - p).unwrap(),
                    false => 1.0,
                };
                assert!(below(m) > alpha, "{p} {k} {m}");
                assert!(m == 0 || below(m - 1) <= alpha, "{p} {k} {m}");
            }
        }
    }

    #[test]
    fn many_prefixes_fail_fair_lists_too_often_unless_adjusted() {
        for (places, expected) in [(10, 0.128_906), (40, 0.259_589), (100, 0.341_561)] {
            let found = failure_probability(0.5, &least(0.5, 0.1, places));
            assert!((found - expected).abs() < 1e-6, "{places}: {found}");
            let adjusted = adjusted_alpha(0.5, 0.1, places);
            assert!(adjusted < 0.1);
            assert!(failure_probability(0.5, &least(0.5, adjusted, places)) <= 0.1);
        }
    }

    /// Every list of so many places, one by one.
    #[test]
    fn the_probability_is_that_of_all_short_lists() {
        let (p, table) = (0.4_f64, least(0.4, 0.2, 8));
        let mut fails = 0.0;
        for list in 0_u32..256 {
            let count = |k: u32| u64::from((list & ((1 << k) - 1)).count_ones());
            if (1..=8).any(|k| count(k) < table[k as usize - 1]) {
                let ones = list.count_ones() as i32;
                fails += p.powi(ones) * (1.0 - p).powi(8 - ones);
            }
        }
        assert!((failure_probability(p, &table) - fails).abs() < 1e-12);
    }

    #[test]
    fn a_list_fails_where_its_prefix_first_lacks_the_group() {
        let last: Vec<usize> = (0..40).map(|i| usize::from(i >= 20)).collect();
        let found = tests(&ordered(2, &last), ALPHA);
        assert_eq!(found[0].unwrap().fails, None);
        let test = found[1].unwrap();
        let failure = test.fails.unwrap();
        let table = least(0.5, test.alpha_adjusted, 40);
        let first = table.iter().position(|m| *m > 0).unwrap() as u64 + 1;
        assert_eq!((failure.at, failure.found, failure.needed), (first, 0.0, 1));
        let one = tests(&ordered(2, &[0, 0]), ALPHA);
        assert_eq!(one[0], Err(Reason::OneGroup));
    }
}
