//! The scoring rate of New York City's Local Law 144.

use waage_core::estimate::Reason;
use waage_core::tally::ScoreTable;

use super::table::{ALL, Masses};
use crate::confusion::exact_ratio;
use crate::rate::Rate;

/// The median of all scored rows, and how much it is known: on the grid only its bin is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Median {
    /// The median: of an even count the mean of the two middle scores; with weights the score that
    /// half of the weight reaches, or the mean of it and the next where the half falls between them.
    pub score: f64,
}

impl Median {
    /// The median of all rows; `None` without scores.
    #[must_use]
    pub fn of(all: &ScoreTable) -> Option<Self> {
        let total = all.total_of(&ALL);
        if total <= 0.0 {
            return None;
        }
        let mut reached = 0.0;
        let mut low = None;
        for (at, &score) in all.scores.iter().enumerate() {
            let here = all.mass_of(&ALL, at);
            reached += here;
            if here <= 0.0 {
                continue;
            }
            if let Some(low) = low {
                let score = low + (score - low) / 2.0;
                return Some(Self { score });
            }
            if 2.0 * reached > total {
                return Some(Self { score });
            }
            if 2.0 * reached == total {
                low = Some(score);
            }
        }
        low.map(|score| Self { score })
    }

    /// The share of a group with a score strictly above the median of all scored rows, labelled or
    /// not: a proportion, with Wilson's interval for it. The median is taken as known, for it is that
    /// of the whole sample.
    ///
    /// Undefined (`no_scores`) for a group without scores. Source: 6 RCNY 5-300, "scoring rate".
    #[must_use]
    pub fn rate(&self, group: &ScoreTable) -> Rate {
        let above = group.scores.partition_point(|s| *s <= self.score);
        let rows = group.count_of(&ALL);
        let part = |from: usize, to: usize, of: &dyn Fn(usize, usize) -> f64| -> f64 {
            ALL.iter()
                .map(|&l| (from..to).map(|at| of(l, at)).sum::<f64>())
                .sum()
        };
        let (hit, miss) = (above..group.places(), 0..above);
        let mass = |range: &std::ops::Range<usize>| {
            part(range.start, range.end, &|l, at| group.mass(l, at))
        };
        let (a, b) = (mass(&hit), mass(&miss));
        let total = a + b;
        if total <= 0.0 {
            return Rate {
                value: Err(Reason::NoScores),
                successes: 0.0,
                trials: 0.0,
                rows,
                whole: None,
            };
        }
        if !group.is_weighted() {
            let over: u64 = ALL
                .iter()
                .map(|&l| group.rows[l][above..].iter().sum::<u64>())
                .sum();
            return Rate {
                value: Ok(exact_ratio(u128::from(over), u128::from(rows))),
                successes: over as f64,
                trials: rows as f64,
                rows,
                whole: Some((over, rows - over)),
            };
        }
        let square = |range: &std::ops::Range<usize>| {
            part(range.start, range.end, &|l, at| group.square(l, at))
        };
        Rate::weighted([a, b], [square(&hit), square(&miss)], rows)
    }

    /// How far a group's rate may be off on the grid: the share of its rows in the median's bin.
    #[must_use]
    pub fn slack(&self, group: &ScoreTable) -> f64 {
        let Some(widths) = &group.widths else {
            return 0.0;
        };
        let holds = |(low, high): &(f64, f64)| *low <= self.score && self.score <= *high;
        let places = widths.iter().enumerate().filter(|(_, width)| holds(width));
        let near: f64 = places.map(|(at, _)| group.mass_of(&ALL, at)).sum();
        near / group.total_of(&ALL).max(f64::MIN_POSITIVE)
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::{fixture, from_rows};
    use super::*;

    #[test]
    fn rates_are_shares_strictly_above_the_median_of_all() {
        let [a, b] = fixture::e3();
        // Sorted: .2 .3 .4 .4 .4 .5 | .55 .6 .7 .7 .8 .9.
        let median = Median::of(&fixture::e3_all()).unwrap();
        assert!((median.score - 0.525).abs() < 1e-12);
        assert_eq!(median.rate(&a).value, Ok(0.5));
        assert_eq!(median.rate(&b).whole, Some((3, 3)));
        // An odd count: rows at the median are not above it.
        let odd = from_rows(&[(1.0, 2, 1.0), (2.0, 2, 1.0), (5.0, 2, 1.0)], false);
        let median = Median::of(&odd).unwrap();
        assert_eq!(median.score, 2.0);
        assert_eq!(median.rate(&odd).whole, Some((1, 2)));
        assert_eq!(Median::of(&ScoreTable::default()), None);
        assert_eq!(
            median.rate(&ScoreTable::default()).value,
            Err(Reason::NoScores)
        );
    }

    #[test]
    fn weights_move_the_median_and_the_effective_size() {
        let rows = [(1.0, 2, 3.0), (2.0, 2, 1.0), (3.0, 2, 1.0), (4.0, 2, 1.0)];
        let table = from_rows(&rows, true);
        let median = Median::of(&table).unwrap();
        assert_eq!(median.score, 1.5);
        let rate = median.rate(&table);
        assert_eq!(rate.value, Ok(0.5));
        // Var = (3²·3 + 3²·9)/6⁴.
        let variance = (9.0 * 3.0 + 9.0 * 9.0) / 1296.0;
        assert!((rate.trials - 0.25 / variance).abs() < 1e-12);
    }

    #[test]
    fn the_law_s_example_is_met() {
        // 50 of 92 men and 34 of 76 women above the median.
        let rows = |above: usize, n: usize| {
            let rows: Vec<_> = (0..n)
                .map(|i| (if i < above { 1.0 } else { 0.0 }, 2, 1.0))
                .collect();
            from_rows(&rows, false)
        };
        let (men, women) = (rows(50, 92), rows(34, 76));
        let median = Median::of(&super::super::table::plus(&men, &women)).unwrap();
        let of = |table| median.rate(table).value.unwrap();
        // 84 of 168 above: the median lies between the two scores.
        assert!((of(&women) / of(&men) - 0.823_157_895).abs() < 1e-9);
    }
}
