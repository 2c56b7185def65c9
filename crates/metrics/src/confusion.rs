//! Confusion tables of groups, with ties at a cut as exact fractions.

use waage_core::block::outcome;
use waage_core::tally::Sums;

/// How the tie block at a cut is shared out: `selected` of `tied` rows, the same share for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tie {
    /// Places left for the tie block.
    pub selected: u64,
    /// Rows of the tie block; at least 1.
    pub tied: u64,
}

impl Tie {
    /// No row is tied.
    pub const NONE: Self = Self {
        selected: 0,
        tied: 1,
    };

    /// The share of a tied row that is selected.
    #[must_use]
    pub fn share(self) -> f64 {
        self.selected as f64 / self.tied as f64
    }
}

/// Which decisions a part of the table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decisions {
    /// Selected rows; tied ones with their share.
    Selected,
    /// Rejected rows; tied ones with the rest of their share.
    Rejected,
    /// Rows without a decision.
    Missing,
    /// Every row, without a decision too.
    Any,
}

/// Labels of a part, as bits of `1 << label code`.
pub type Labels = u8;
/// Rows with label 0.
pub const NEGATIVE: Labels = 1 << outcome::LABEL_NEGATIVE;
/// Rows with label 1.
pub const POSITIVE: Labels = 1 << outcome::LABEL_POSITIVE;
/// Rows with any label or none.
pub const ANY: Labels = NEGATIVE | POSITIVE | 1 << outcome::LABEL_MISSING;

/// A part of the table of label × decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part(pub Labels, pub Decisions);

impl Part {
    /// The units of `1/tied` that a row of this outcome adds: 0, its share, or `tied`.
    #[must_use]
    pub fn units(self, outcome: u8, tie: Tie) -> u64 {
        if self.0 & (1 << outcome::label(outcome)) == 0 {
            return 0;
        }
        match (self.1, outcome::decision(outcome)) {
            (Decisions::Any, _)
            | (Decisions::Selected, outcome::SELECTED)
            | (Decisions::Rejected, outcome::REJECTED)
            | (Decisions::Missing, outcome::DECISION_MISSING) => tie.tied,
            (Decisions::Selected, outcome::TIED) => tie.selected,
            (Decisions::Rejected, outcome::TIED) => tie.tied - tie.selected,
            _ => 0,
        }
    }
}

/// Exact size of a union of disjoint parts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mass {
    /// Rows in units of `1/tied`.
    pub units: u128,
    /// Σ of weight shares.
    pub weight: f64,
    /// Σ of squared weight shares.
    pub squares: f64,
    /// Rows that are in the parts with any share.
    pub rows: u64,
}

/// The mass of a union of disjoint parts of one group.
#[must_use]
pub fn mass(sums: &[Sums; outcome::COUNT], parts: &[Part], tie: Tie) -> Mass {
    let mut total = Mass::default();
    for (o, sum) in sums.iter().enumerate() {
        let units: u64 = parts.iter().map(|part| part.units(o as u8, tie)).sum();
        if units == 0 {
            continue;
        }
        let share = units as f64 / tie.tied as f64;
        total.units += u128::from(units) * u128::from(sum.n);
        total.weight += share * sum.w1;
        total.squares += share * share * sum.w2;
        total.rows += sum.n;
    }
    total
}

/// Integers below this are exact in f64.
const EXACT: u128 = 1 << 53;

/// `num/den` rounded once, whatever their sizes; `den` is positive.
#[must_use]
pub fn exact_ratio(num: u128, den: u128) -> f64 {
    // Two integers that f64 holds exactly are divided with one rounding as they are.
    if num < EXACT && den < EXACT {
        return num as f64 / den as f64;
    }
    let (mut a, mut b) = (num, den);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    let divisor = a.max(1);
    (num / divisor) as f64 / (den / divisor) as f64
}

/// The sums that metrics are functions of, as weights (rows where unweighted).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Confusion {
    /// Label 1, selected.
    pub tp: f64,
    /// Label 0, selected.
    pub fp: f64,
    /// Label 1, rejected.
    pub false_negatives: f64,
    /// Label 0, rejected.
    pub tn: f64,
    /// Selected, with or without a label.
    pub selected: f64,
    /// Rejected, with or without a label.
    pub rejected: f64,
    /// Label 1, with or without a decision.
    pub positives: f64,
    /// Label 0, with or without a decision.
    pub negatives: f64,
    /// Without a decision.
    pub undecided: f64,
    /// Every row.
    pub total: f64,
    /// Selected rows of all groups together; 0 where the table stands alone.
    pub all_selected: f64,
    /// Σw of scored rows.
    pub scored: f64,
    /// Σw·s of scored rows.
    pub score_sum: f64,
}

impl Confusion {
    /// The table of twelve weights and the share of tied rows that is selected.
    #[inline]
    #[must_use]
    pub fn from_weights(w: &[f64; outcome::COUNT], share: f64) -> Self {
        const fn at(label: u8, decision: u8) -> usize {
            outcome::of(label, decision) as usize
        }
        let row = |label: u8| {
            let tied = w[at(label, outcome::TIED)];
            let selected = w[at(label, outcome::SELECTED)] + share * tied;
            let rejected = w[at(label, outcome::REJECTED)] + (1.0 - share) * tied;
            let all = w[at(label, outcome::SELECTED)]
                + w[at(label, outcome::REJECTED)]
                + tied
                + w[at(label, outcome::DECISION_MISSING)];
            (selected, rejected, all)
        };
        let undecided = (0..3)
            .map(|label| w[at(label, outcome::DECISION_MISSING)])
            .sum();
        let (fp, tn, negatives) = row(outcome::LABEL_NEGATIVE);
        let (tp, false_negatives, positives) = row(outcome::LABEL_POSITIVE);
        let (unlabelled_selected, unlabelled_rejected, unlabelled) = row(outcome::LABEL_MISSING);
        Self {
            tp,
            fp,
            false_negatives,
            tn,
            selected: tp + fp + unlabelled_selected,
            rejected: false_negatives + tn + unlabelled_rejected,
            positives,
            negatives,
            undecided,
            total: positives + negatives + unlabelled,
            all_selected: 0.0,
            scored: 0.0,
            score_sum: 0.0,
        }
    }

    /// The table of rows that all have a label and a decision.
    #[must_use]
    pub fn of_cells(tp: f64, fp: f64, false_negatives: f64, tn: f64) -> Self {
        Self {
            tp,
            fp,
            false_negatives,
            tn,
            selected: tp + fp,
            rejected: false_negatives + tn,
            positives: tp + false_negatives,
            negatives: fp + tn,
            total: tp + fp + false_negatives + tn,
            ..Self::default()
        }
    }

    /// Both tables together, of the same rows in all.
    #[inline]
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            tp: self.tp + other.tp,
            fp: self.fp + other.fp,
            false_negatives: self.false_negatives + other.false_negatives,
            tn: self.tn + other.tn,
            selected: self.selected + other.selected,
            rejected: self.rejected + other.rejected,
            positives: self.positives + other.positives,
            negatives: self.negatives + other.negatives,
            undecided: self.undecided + other.undecided,
            total: self.total + other.total,
            all_selected: self.all_selected.max(other.all_selected),
            scored: self.scored + other.scored,
            score_sum: self.score_sum + other.score_sum,
        }
    }

    /// The table of a group's sums.
    #[must_use]
    pub fn of(sums: &[Sums; outcome::COUNT], tie: Tie) -> Self {
        let weights = std::array::from_fn(|o| sums[o].w1);
        Self {
            scored: sums.iter().map(|s| s.sw).sum(),
            score_sum: sums.iter().map(|s| s.ws).sum(),
            ..Self::from_weights(&weights, tie.share())
        }
    }
}

/// For every item the sum of all others, without subtracting (which would leave rounding residues
/// where nothing is left): sums from the left and from the right.
#[must_use]
pub fn others<T: Copy>(items: &[T], zero: T, plus: impl Fn(&T, &T) -> T) -> Vec<T> {
    let mut out = Vec::with_capacity(items.len());
    let mut left = zero;
    for item in items {
        out.push(left);
        left = plus(&left, item);
    }
    let mut right = zero;
    for (sum, item) in out.iter_mut().zip(items).rev() {
        *sum = plus(sum, &right);
        right = plus(&right, item);
    }
    out
}

#[cfg(test)]
impl Confusion {
    /// Fixture E1 of the specification: groups a, b and c.
    pub(crate) fn e1() -> [Self; 3] {
        [
            Self::of_cells(40.0, 20.0, 10.0, 30.0),
            Self::of_cells(18.0, 6.0, 12.0, 24.0),
            Self::of_cells(6.0, 4.0, 9.0, 21.0),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_out_exactly() {
        let mut sums = [Sums::default(); outcome::COUNT];
        let o = outcome::of(outcome::LABEL_POSITIVE, outcome::TIED);
        sums[o as usize] = Sums {
            n: 6,
            w1: 6.0,
            w2: 6.0,
            ..Sums::default()
        };
        let tie = Tie {
            selected: 1,
            tied: 3,
        };
        let selected = mass(&sums, &[Part(POSITIVE, Decisions::Selected)], tie);
        let rejected = mass(&sums, &[Part(POSITIVE, Decisions::Rejected)], tie);
        assert_eq!((selected.units, rejected.units), (6, 12));
        assert_eq!(exact_ratio(selected.units, 18), 1.0 / 3.0);
        let table = Confusion::of(&sums, tie);
        assert_eq!((table.tp, table.false_negatives), (2.0, 4.0));
    }

    #[test]
    fn others_are_all_but_oneself() {
        assert_eq!(others(&[1, 2, 3], 0, |a, b| a + b), [5, 4, 3]);
        assert_eq!(others(&[7], 0, |a, b| a + b), [0]);
    }

    #[test]
    fn ratios_of_large_integers_are_rounded_once() {
        let large = 3_u128 << 80;
        assert_eq!(exact_ratio(large, large * 3), 1.0 / 3.0);
        assert_eq!(exact_ratio(0, 7), 0.0);
    }
}
