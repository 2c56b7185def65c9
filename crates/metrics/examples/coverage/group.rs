//! Simulated groups and the statistics whose intervals are simulated.

use waage_core::draw::binomial;
use waage_core::interval::{Form, Interval, mover_difference, mover_ratio};
use waage_core::random::Stream;

/// True-positive rate of the base group.
pub const TPR: f64 = 0.7;

/// Rows of one group: true positives, false positives, false negatives, true negatives.
pub type Table = [f64; 4];

/// The law of a group's rows.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    pub n: u64,
    rate: f64,
    tpr: f64,
    fpr: f64,
}

impl Group {
    /// A group whose base rate and selection rate are both `rate`.
    pub fn of_rate(n: u64, rate: f64) -> Self {
        let fpr = rate * (1.0 - TPR) / (1.0 - rate);
        Self {
            n,
            rate,
            tpr: TPR,
            fpr,
        }
    }

    /// The same group with a higher true-positive rate.
    pub fn with_gap(self, gap: f64) -> Self {
        Self {
            tpr: self.tpr + gap,
            ..self
        }
    }

    /// The probabilities of the table.
    pub fn law(&self) -> Table {
        let rest = 1.0 - self.rate;
        [
            self.rate * self.tpr,
            rest * self.fpr,
            self.rate * (1.0 - self.tpr),
            rest * (1.0 - self.fpr),
        ]
    }

    pub fn draw(&self, stream: &mut Stream) -> [u64; 4] {
        let positives = binomial(stream, self.n, self.rate);
        let tp = binomial(stream, positives, self.tpr);
        let fp = binomial(stream, self.n - positives, self.fpr);
        [tp, fp, positives - tp, self.n - positives - fp]
    }
}

fn quotient(over: f64, under: f64) -> Option<f64> {
    (under > 0.0).then(|| over / under)
}

/// `2TP/(2TP + FP + FN)`.
pub fn f1([tp, fp, missed, _]: Table) -> Option<f64> {
    quotient(2.0 * tp, 2.0 * tp + fp + missed)
}

/// Mean of the true-positive and the true-negative rate.
pub fn balanced_accuracy([tp, fp, missed, tn]: Table) -> Option<f64> {
    Some((quotient(tp, tp + missed)? + quotient(tn, fp + tn)?) / 2.0)
}

/// Share of selected rows.
pub fn selection_rate([tp, fp, missed, tn]: Table) -> Option<f64> {
    quotient(tp + fp, tp + fp + missed + tn)
}

/// Mean of the true-positive and the false-positive rate.
fn odds_mean([tp, fp, missed, tn]: Table) -> Option<f64> {
    Some((quotient(tp, tp + missed)? + quotient(fp, fp + tn)?) / 2.0)
}

/// FN/FP.
fn errors([_, fp, missed, _]: Table) -> Option<f64> {
    quotient(missed, fp)
}

/// Two groups together.
pub fn together(one: Table, other: Table) -> Table {
    std::array::from_fn(|i| one[i] + other[i])
}

/// `½(|ΔFPR| + |ΔTPR|)`.
pub fn absolute_odds(one: Table, other: Table) -> Option<f64> {
    let rates =
        |[tp, fp, missed, tn]: Table| Some((quotient(tp, tp + missed)?, quotient(fp, fp + tn)?));
    let (a, b) = (rates(one)?, rates(other)?);
    Some(((a.0 - b.0).abs() + (a.1 - b.1).abs()) / 2.0)
}

/// A value of one group whose limits are recovered from Wilson's.
#[derive(Clone, Copy)]
pub struct Shaped {
    pub name: &'static str,
    value: fn(Table) -> Option<f64>,
    form: fn(Table) -> Form,
}

pub const F1: Shaped = Shaped {
    name: "F1",
    value: f1,
    form: |[tp, fp, missed, _]| Form::Dice((tp, tp + fp + missed)),
};
pub const BALANCED: Shaped = Shaped {
    name: "balanced accuracy",
    value: balanced_accuracy,
    form: |[tp, fp, missed, tn]| Form::Mean((tp, tp + missed), (tn, fp + tn)),
};
pub const ODDS: Shaped = Shaped {
    name: "average odds",
    value: odds_mean,
    form: |[tp, fp, missed, tn]| Form::Mean((tp, tp + missed), (fp, fp + tn)),
};
pub const ERRORS: Shaped = Shaped {
    name: "FN/FP",
    value: errors,
    form: |[_, fp, missed, _]| Form::Odds((missed, missed + fp)),
};

impl Shaped {
    /// The value of a table.
    pub fn at(&self, table: Table) -> Option<f64> {
        (self.value)(table)
    }

    pub fn interval(&self, table: Table, z: f64) -> Option<Interval> {
        let limits = (self.form)(table).limits_z(z)?;
        Some(Interval::new(limits.low, limits.high))
    }

    pub fn difference(&self, [one, other]: [Table; 2], z: f64) -> Option<Interval> {
        let limits = |table| (self.form)(table).limits_z(z);
        Some(mover_difference(limits(one)?, limits(other)?))
    }

    pub fn ratio(&self, [one, other]: [Table; 2], z: f64) -> Option<Interval> {
        // As in an audit: no ratio to a reference of 0.
        (self.at(other)? > 0.0).then_some(())?;
        let limits = |table| (self.form)(table).limits_z(z);
        Some(mover_ratio(limits(one)?, limits(other)?))
    }
}
