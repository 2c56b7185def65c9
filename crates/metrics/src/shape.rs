//! Values made of proportions: which parts of the table they rest on.

use waage_core::block::outcome;
use waage_core::estimate::{Estimate, Evidence, Method, Reason};
use waage_core::interval::{Form, Scale};
use waage_core::quantity::Comparison;
use waage_core::tally::Sums;

use crate::catalogue::Metric;
use crate::confusion::{Confusion, Part, Tie, mass};
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
    /// The first proportion minus the second; they share no rows.
    Gap([Split; 2]),
    /// `2·asin √p` of a proportion.
    Angle(Split),
    /// `(2·up + rest)/(up + down + rest)`: rows are worth 2, 1 or nothing.
    Benefit {
        /// Rows worth 2.
        up: &'static [Part],
        /// Rows worth nothing.
        down: &'static [Part],
        /// Rows worth 1.
        rest: &'static [Part],
    },
    /// Another smooth function of the four cells, which multiplying them all does not change: its
    /// error is that of the multinomial law to first order (the delta method), on `scale`, with
    /// `prior` rows (TP, FP, FN, TN) added so that an empty cell does not look certain.
    Smooth {
        /// The function.
        metric: Metric,
        /// The scale of its interval.
        scale: Scale,
        /// Rows added to the cells.
        prior: [f64; 4],
    },
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
            Self::Gap(splits) => {
                let [one, other] = splits.map(rate);
                Shaped {
                    form: Form::Gap(counts(&one), counts(&other)),
                    rows: one.rows + other.rows,
                }
            }
            Self::Angle(split) => {
                let rate = rate(split);
                Shaped {
                    form: Form::Angle(counts(&rate)),
                    rows: rate.rows,
                }
            }
            Self::Benefit { up, down, rest } => {
                let effective = effective(sums);
                let weight = |parts| mass(sums, parts, tie).weight * effective;
                let (up, down) = (weight(up), weight(down));
                let n = up + down + weight(rest);
                Shaped {
                    form: Form::Net { up, down, n },
                    rows: complete(sums).map(|s| s.n).sum(),
                }
            }
            Self::Smooth {
                metric,
                scale,
                prior,
            } => {
                let effective = effective(sums);
                let table = Confusion::of(sums, tie);
                let cells = [table.tp, table.fp, table.false_negatives, table.tn];
                Shaped {
                    form: smooth(metric, scale, cells.map(|w| w * effective), prior),
                    rows: complete(sums).map(|s| s.n).sum(),
                }
            }
        }
    }

    /// The interval method of one group's value.
    const fn method(self) -> Method {
        match self {
            Self::Dice(_) | Self::Odds(_) | Self::Angle(_) => Method::WilsonMapped,
            Self::Mean(_) => Method::MoverWilson,
            Self::Gap(_) => Method::Newcombe,
            Self::Benefit { .. } => Method::BonettPrice,
            Self::Smooth { .. } => Method::Delta,
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

/// Rows with a label and a decision.
fn complete(sums: &[Sums; outcome::COUNT]) -> impl Iterator<Item = &Sums> {
    sums.iter().enumerate().filter_map(|(o, s)| {
        let o = o as u8;
        let labelled = outcome::label(o) != outcome::LABEL_MISSING;
        (labelled && outcome::decision(o) != outcome::DECISION_MISSING).then_some(s)
    })
}

/// Kish's effective rows per unit of weight, `Σw/Σw²`; exactly 1 without weights.
fn effective(sums: &[Sums; outcome::COUNT]) -> f64 {
    let (weight, squares) = complete(sums).fold((0.0, 0.0), |(w, s), x| (w + x.w1, s + x.w2));
    if squares > 0.0 { weight / squares } else { 0.0 }
}

/// The interval's centre and error of a metric on its scale; not finite where it is undefined.
fn smooth(metric: Metric, scale: Scale, cells: [f64; 4], prior: [f64; 4]) -> Form {
    let of = |[tp, fp, false_negatives, tn]: [f64; 4]| {
        let table = Confusion::of_cells(tp, fp, false_negatives, tn);
        metric.value(&table).map_or(f64::NAN, |v| scale.of(v))
    };
    let value = {
        let [tp, fp, false_negatives, tn] = cells;
        let table = Confusion::of_cells(tp, fp, false_negatives, tn);
        metric.value(&table).unwrap_or(f64::NAN)
    };
    let padded: [f64; 4] = std::array::from_fn(|i| cells[i] + prior[i]);
    let variance: f64 = (0..4)
        .filter(|&i| padded[i] > 0.0)
        .map(|i| {
            let step = STEP * padded[i];
            let shifted = |by: f64| {
                let mut cells = padded;
                cells[i] += by;
                of(cells)
            };
            let slope = (shifted(step) - shifted(-step)) / (2.0 * step);
            padded[i] * slope * slope
        })
        .sum();
    Form::Smooth {
        scale,
        value,
        centre: of(padded),
        error: variance.sqrt(),
    }
}

/// Relative step of the numeric derivative: its error is of the order of its square, and of the
/// last bits over it.
const STEP: f64 = 1e-5;

fn made(value: Value, rows: u64, method: Method, evidence: Evidence, level: f64) -> Estimate {
    match value {
        Ok(value) => Estimate::new(value, rows, method, evidence, level),
        Err(reason) => Estimate::undefined(rows, method, reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Kind;

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
    fn large_sample_errors_are_the_closed_ones() {
        // Without a prior the log of P/S has the paired variance (FP + FN)/(P·S).
        let cells = [40.0, 20.0, 10.0, 30.0];
        let error = |metric, scale| match smooth(metric, scale, cells, [0.0; 4]) {
            Form::Smooth { error, .. } => error,
            other => unreachable!("{other:?}"),
        };
        let ratio = error(Metric::ConditionalAcceptance, Scale::Log);
        assert!((ratio - (30.0_f64 / (50.0 * 60.0)).sqrt()).abs() < 1e-9);
        // A share has the binomial error, on the log scale divided by the share.
        let share = error(Metric::Accuracy, Scale::Log);
        assert!((share - (0.7_f64 * 0.3 / 100.0).sqrt() / 0.7).abs() < 1e-9);
    }

    #[test]
    fn equal_weights_change_nothing() {
        for metric in [
            Metric::F1,
            Metric::BalancedAccuracy,
            Metric::YoudenJ,
            Metric::MatthewsCorrelation,
            Metric::Lift,
            Metric::MeanBenefit,
            Metric::TheilIndex,
        ] {
            let of = |weight| {
                let sums = group(40, 20, 10, 30, weight);
                let value = metric.value(&Confusion::of(&sums, Tie::NONE));
                shape(metric).estimate(value, &sums, Tie::NONE, 0.95)
            };
            let (plain, weighted) = (of(1.0), of(2.5));
            assert!((plain.low.unwrap() - weighted.low.unwrap()).abs() < 1e-12);
            assert!((plain.high.unwrap() - weighted.high.unwrap()).abs() < 1e-12);
        }
    }
}
