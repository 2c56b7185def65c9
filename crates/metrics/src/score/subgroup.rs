//! Areas under the curve of a group against its background (FORMULAS §3.8; Borkan et al. 2019).

use waage_core::tally::ScoreTable;

use super::auc::roc_auc;
use super::table::mixed;
use crate::disparity::Value;

/// Which positives are set against which negatives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pairing {
    /// The group's positives against its negatives.
    Subgroup,
    /// Everybody else's positives against the group's negatives (BPSN): low where the group's
    /// negatives score too high.
    BackgroundPositive,
    /// The group's positives against everybody else's negatives (BNSP): low where the group's
    /// positives score too low.
    BackgroundNegative,
    /// Everybody else's positives against their negatives.
    Background,
}

impl Pairing {
    /// The table whose area is meant.
    #[must_use]
    pub fn table(self, group: &ScoreTable, background: &ScoreTable) -> ScoreTable {
        match self {
            Self::Subgroup => group.clone(),
            Self::BackgroundPositive => mixed(background, group),
            Self::BackgroundNegative => mixed(group, background),
            Self::Background => background.clone(),
        }
    }

    /// Whether the positives and the negatives are those of the group, and not the background's.
    #[must_use]
    pub const fn of_group(self) -> [bool; 2] {
        match self {
            Self::Subgroup => [true, true],
            Self::BackgroundPositive => [false, true],
            Self::BackgroundNegative => [true, false],
            Self::Background => [false, false],
        }
    }
}

/// `xauc_disparity` = AUC(group's positives, others' negatives) − AUC(others' positives, group's
/// negatives): −1..1, negative where the group is ranked lower at equal outcome (Kallus & Zhou 2019).
/// The two areas share no rows.
///
/// # Errors
/// `one_class_only` when a side lacks a class.
pub fn xauc_disparity(group: &ScoreTable, background: &ScoreTable) -> Value {
    let area = |pairing: Pairing| roc_auc(&pairing.table(group, background));
    Ok(area(Pairing::BackgroundNegative)? - area(Pairing::BackgroundPositive)?)
}

/// The power of [`generalized_mean`] by which poor areas weigh more.
pub const POWER: f64 = -5.0;

/// `generalized_mean_auc`: `(mean_g a_g^p)^{1/p}` of the defined areas; 0 if any is 0 and p < 0.
///
/// Range 0..1. `None` without values.
///
/// ```
/// use waage_metrics::score::subgroup::{POWER, generalized_mean};
/// let mean = generalized_mean([1.0, 0.5].into_iter(), POWER).unwrap();
/// assert!((mean - 0.570_825_297).abs() < 1e-9);
/// ```
#[must_use]
pub fn generalized_mean(values: impl Iterator<Item = f64>, power: f64) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0_u32);
    for value in values {
        if value <= 0.0 && power < 0.0 {
            return Some(0.0);
        }
        sum += libm::pow(value, power);
        count += 1;
    }
    (count > 0).then(|| libm::pow(sum / f64::from(count), 1.0 / power))
}

#[cfg(test)]
mod tests {
    use super::super::table::fixture;
    use super::*;

    #[test]
    fn areas_are_those_of_the_worked_example() {
        let [a, b] = fixture::e3();
        let pairings = [
            Pairing::Subgroup,
            Pairing::BackgroundPositive,
            Pairing::BackgroundNegative,
            Pairing::Background,
        ];
        let of = |group, background| {
            pairings.map(|pairing| roc_auc(&pairing.table(group, background)).unwrap())
        };
        assert_eq!(of(&a, &b), [1.0, 11.0 / 12.0, 5.0 / 6.0, 0.5]);
        assert_eq!(of(&b, &a), [0.5, 5.0 / 6.0, 11.0 / 12.0, 1.0]);
        let gap = xauc_disparity(&a, &b).unwrap();
        assert!((gap - (5.0 / 6.0 - 11.0 / 12.0)).abs() < 1e-12);
        let mean = generalized_mean([1.0, 0.5].into_iter(), POWER).unwrap();
        assert!((mean - 0.570_825_297).abs() < 1e-9);
        assert_eq!(generalized_mean([0.0, 0.5].into_iter(), POWER), Some(0.0));
        assert_eq!(generalized_mean(std::iter::empty(), POWER), None);
    }
}
