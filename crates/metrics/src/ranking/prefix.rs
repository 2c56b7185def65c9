//! Statistical parity of prefixes: rND, rKL, rRD (Yang & Stoyanovich 2017).
//!
//! Each looks at every `step`-th prefix, weighs it by `1/log2 k`, and is divided by its own greatest
//! value: that of all protected rows first or of all of them last, whichever is larger, over the same
//! prefixes.

use waage_core::estimate::Reason;

use super::list::List;

/// Prefixes that are looked at, at most.
const PREFIXES_MAX: u64 = 1000;
/// The papers' step.
const STEP: u64 = 10;

/// Every how many places a list of so many is looked at: 10, in lists of more than 10 000 places the
/// multiple of 10 that gives at most 1000 prefixes.
#[must_use]
pub const fn step(length: u64) -> u64 {
    let least = length.div_ceil(PREFIXES_MAX);
    if least <= STEP {
        STEP
    } else {
        least.div_ceil(STEP) * STEP
    }
}

/// A measure of how far prefixes are from the whole list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parity {
    /// Difference of shares.
    Rnd,
    /// Divergence of shares, natural logarithm.
    Rkl,
    /// Difference of protected rows per other row; only where the protected ones are the fewer.
    Rrd,
}

impl Parity {
    /// Every measure.
    pub const ALL: [Self; 3] = [Self::Rnd, Self::Rkl, Self::Rrd];

    /// How far a prefix with `count` protected rows of `k` is from a list with `protected` of `total`.
    fn distance(self, count: f64, k: f64, protected: f64, total: f64) -> f64 {
        let (share, of_all) = (count / k, protected / total);
        let part = |a: f64, b: f64| if a > 0.0 { a * libm::log(a / b) } else { 0.0 };
        match self {
            Self::Rnd => (share - of_all).abs(),
            Self::Rkl => part(share, of_all) + part((k - count) / k, 1.0 - of_all),
            Self::Rrd => {
                let others = k - count;
                let here = if others > 0.0 { count / others } else { 0.0 };
                (here - protected / (total - protected)).abs()
            }
        }
    }
}

/// The measures of one group, and what they need of the whole list.
#[derive(Clone, Copy, Debug)]
struct Protected {
    rows: f64,
    greatest: [f64; 3],
}

/// The sums over prefixes that several lists of the same groups share: what lies at the extremes.
#[derive(Clone, Debug)]
pub struct Prefixes {
    step: u64,
    length: u64,
    total: f64,
    groups: Vec<Protected>,
}

impl Prefixes {
    /// Of lists with these groups, looked at every `step` places.
    #[must_use]
    pub fn new(list: &List, step: u64) -> Self {
        let total = list.total() as f64;
        let of = |&rows: &u64| {
            let rows = rows as f64;
            let mut first = [0.0; 3];
            let mut last = [0.0; 3];
            for k in (step..=list.length()).step_by(step as usize) {
                let k = k as f64;
                let weigh = |sums: &mut [f64; 3], count: f64| {
                    for (sum, parity) in sums.iter_mut().zip(Parity::ALL) {
                        *sum += discount(k) * parity.distance(count, k, rows, total);
                    }
                };
                weigh(&mut first, k.min(rows));
                weigh(&mut last, (k - (total - rows)).max(0.0));
            }
            Protected {
                rows,
                greatest: std::array::from_fn(|i| f64::max(first[i], last[i])),
            }
        };
        Self {
            step,
            length: list.length(),
            total,
            groups: list.sizes().iter().map(of).collect(),
        }
    }

    /// rND, rKL and rRD of every group of a list. rND and rKL lie in [0, 1]; 0 is best.
    ///
    /// # Errors
    /// `too_few_rows` for lists shorter than the step; `one_group` where all rows are of one group;
    /// `group_is_majority` for rRD of a group that is the majority, of which it says nothing.
    #[must_use]
    pub fn of(&self, list: &List) -> Vec<[Result<f64, Reason>; 3]> {
        let mut sums = vec![[0.0; 3]; self.groups.len()];
        let stops = (self.step..=self.length).step_by(self.step as usize);
        list.prefixes(stops, |k, counts| {
            let k = k as f64;
            let weight = discount(k);
            for ((sums, group), &count) in sums.iter_mut().zip(&self.groups).zip(counts) {
                for (sum, parity) in sums.iter_mut().zip(Parity::ALL) {
                    *sum += weight * parity.distance(count, k, group.rows, self.total);
                }
            }
        });
        let told = |(sums, group): (&[f64; 3], &Protected)| {
            std::array::from_fn(|i| {
                if self.length < self.step {
                    return Err(Reason::TooFewRows);
                }
                if group.rows == 0.0 || group.rows == self.total {
                    return Err(Reason::OneGroup);
                }
                if Parity::ALL[i] == Parity::Rrd && 2.0 * group.rows > self.total {
                    return Err(Reason::GroupIsMajority);
                }
                match group.greatest[i] > 0.0 {
                    true => Ok(sums[i] / group.greatest[i]),
                    false => Err(Reason::NoSpread),
                }
            })
        };
        sums.iter().zip(&self.groups).map(told).collect()
    }
}

/// `1/log2 k`, and none for the first place alone.
fn discount(k: f64) -> f64 {
    if k > 1.0 { 1.0 / libm::log2(k) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::super::list::fixture::{ordered, r1};
    use super::*;

    #[test]
    fn values_are_those_of_the_worked_example() {
        let list = r1();
        let expected = [
            (2, [0.794_186_568, 0.691_367_970, 0.507_730_636]),
            (5, [0.6, 0.278_071_905, 0.75]),
        ];
        for (step, expected) in expected {
            let prefixes = Prefixes::new(&list, step);
            let found = prefixes.of(&list)[1];
            for (found, expected) in found.iter().zip(expected) {
                assert!((found.unwrap() - expected).abs() < 1e-9, "{step} {found:?}");
            }
        }
        let greatest = Prefixes::new(&list, 2).groups[1].greatest;
        for (found, expected) in greatest.iter().zip([0.920_618, 1.144_094, 3.269_633]) {
            assert!((found - expected).abs() < 1e-6);
        }
    }

    #[test]
    fn extreme_orders_reach_one_and_even_ones_nearly_zero() {
        let last: Vec<usize> = (0..40).map(|i| usize::from(i >= 30)).collect();
        let first: Vec<usize> = (0..40).map(|i| usize::from(i < 10)).collect();
        let of = |rows: &[usize]| {
            let list = ordered(2, rows);
            Prefixes::new(&list, 10).of(&list)[1].map(Result::unwrap)
        };
        for i in 0..2 {
            let greatest = f64::max(of(&first)[i], of(&last)[i]);
            assert!((greatest - 1.0).abs() < 1e-12);
        }
        let even: Vec<usize> = (0..40).map(|i| usize::from(i % 2 == 0)).collect();
        assert!(of(&even).iter().all(|value| *value < 1e-12));
    }

    #[test]
    fn what_has_no_prefix_or_no_minority_says_so() {
        let list = ordered(2, &[0, 0, 1, 0]);
        let of = |step| Prefixes::new(&list, step).of(&list);
        assert_eq!(of(10)[0], [Err(Reason::TooFewRows); 3]);
        assert_eq!(of(2)[0][2], Err(Reason::GroupIsMajority));
        assert!(of(2)[1][2].is_ok());
        let one = ordered(2, &[0, 0, 0, 0]);
        assert_eq!(
            Prefixes::new(&one, 2).of(&one)[0],
            [Err(Reason::OneGroup); 3]
        );
        assert_eq!(
            [step(5), step(10_000), step(10_001), step(10_000_000)],
            [10, 10, 20, 10_000]
        );
    }
}
