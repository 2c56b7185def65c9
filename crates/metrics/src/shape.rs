//! Values made of proportions: which parts of the table they rest on.

use waage_core::block::outcome;
use waage_core::estimate::{Estimate, Evidence, Method, Reason};
use waage_core::interval::Form;
use waage_core::quantity::Comparison;
use waage_core::tally::Sums;

use crate::confusion::{Part, Tie};
use crate::disparity::Value;
use crate::rate::Rate;

/// Two unions of disjoint parts of the table.
#[derive(Clone, Copy, Debug)]
pub struct Split {
    /// Successes.
    pub hit: &'static [Part],
    /// Failures.
    pub miss: &'static [Part],
}

/// How a value is made of independent proportions, so that its limits follow from Wilson's.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// `2·hit/(2·hit + miss)`.
    Dice(Split),
    /// `hit/miss`.
    Odds(Split),
    /// The mean of two proportions `hit/(hit + miss)` that share no rows.
    Mean([Split; 2]),
}

/// The form of one group's value and the rows it rests on.
#[derive(Clone, Copy, Debug)]
pub struct Shaped {
    /// What its limits follow from; meaningful where the value is defined.
    pub form: Form,
    /// Rows of the denominators.
    pub rows: u64,
}

impl Shape {
    /// The form on the rows of a group; weighted, its proportions have effective sizes.
    #[must_use]
    pub fn of(self, sums: &[Sums; outcome::COUNT], tie: Tie) -> Shaped {
        let rate = |split: Split| Rate::of(sums, split.hit, split.miss, tie, Reason::NoRows);
        let counts = |rate: &Rate| (rate.successes, rate.trials);
        match self {
            Self::Dice(split) => {
                let rate = rate(split);
                Shaped {
                    form: Form::Dice(counts(&rate)),
                    rows: rate.rows,
                }
            }
            Self::Odds(split) => {
                let rate = rate(split);
                Shaped {
                    form: Form::Odds(counts(&rate)),
                    rows: rate.rows,
                }
            }
            Self::Mean(splits) => {
                let [one, other] = splits.map(rate);
                Shaped {
                    form: Form::Mean(counts(&one), counts(&other)),
                    rows: one.rows + other.rows,
                }
            }
        }
    }

    /// The interval method of one group's value.
    const fn method(self) -> Method {
        match self {
            Self::Dice(_) | Self::Odds(_) => Method::WilsonMapped,
            Self::Mean(_) => Method::MoverWilson,
        }
    }

    /// The estimate of a group's `value`.
    #[must_use]
    pub fn estimate(
        self,
        value: Value,
        sums: &[Sums; outcome::COUNT],
        tie: Tie,
        level: f64,
    ) -> Estimate {
        let Shaped { form, rows } = self.of(sums, tie);
        made(value, rows, self.method(), Evidence::Form(form), level)
    }

    /// The estimate of a comparison's `value`, of two groups that share no rows.
    #[must_use]
    pub fn compared(
        self,
        value: Value,
        [group, reference]: [&[Sums; outcome::COUNT]; 2],
        comparison: Comparison,
        tie: Tie,
        level: f64,
    ) -> Estimate {
        let (group, reference) = (self.of(group, tie), self.of(reference, tie));
        let method = match comparison {
            Comparison::Ratio => Method::Mover,
            Comparison::Difference | Comparison::None => Method::MoverWilson,
        };
        let evidence = Evidence::Forms {
            group: group.form,
            reference: reference.form,
        };
        made(value, group.rows + reference.rows, method, evidence, level)
    }
}

fn made(value: Value, rows: u64, method: Method, evidence: Evidence, level: f64) -> Estimate {
    match value {
        Ok(value) => Estimate::new(value, rows, method, evidence, level),
        Err(reason) => Estimate::undefined(rows, method, reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Kind, Metric};

    fn group(tp: u64, fp: u64, missed: u64, tn: u64, weight: f64) -> [Sums; outcome::COUNT] {
        let mut sums = [Sums::default(); outcome::COUNT];
        for (n, label, decision) in [(tp, 1, 1), (fp, 0, 1), (missed, 1, 0), (tn, 0, 0)] {
            sums[usize::from(outcome::of(label, decision))] = Sums {
                n,
                w1: n as f64 * weight,
                w2: n as f64 * weight * weight,
                ..Sums::default()
            };
        }
        sums
    }

    fn shape(metric: Metric) -> Shape {
        match metric.row().kind {
            Kind::Shaped(shape) => shape,
            _ => unreachable!("a shaped metric"),
        }
    }

    #[test]
    fn parts_are_those_of_the_table() {
        let sums = group(40, 20, 10, 30, 1.0);
        let f1 = shape(Metric::F1).of(&sums, Tie::NONE);
        assert_eq!((f1.form, f1.rows), (Form::Dice((40.0, 70.0)), 70));
        let balanced = shape(Metric::BalancedAccuracy).of(&sums, Tie::NONE);
        assert_eq!(balanced.form, Form::Mean((40.0, 50.0), (30.0, 50.0)));
        assert_eq!(balanced.rows, 100);
    }

    #[test]
    fn equal_weights_change_nothing() {
        for metric in [Metric::F1, Metric::BalancedAccuracy] {
            let of = |weight| {
                let sums = group(40, 20, 10, 30, weight);
                shape(metric).estimate(Ok(0.7), &sums, Tie::NONE, 0.95)
            };
            let (plain, weighted) = (of(1.0), of(2.5));
            assert!((plain.low.unwrap() - weighted.low.unwrap()).abs() < 1e-12);
            assert!((plain.high.unwrap() - weighted.high.unwrap()).abs() < 1e-12);
        }
    }
}
