//! Calibration of every group at once (FORMULAS §3.7; Hébert-Johnson et al. 2018).

use waage_core::estimate::Reason;
use waage_core::tally::ScoreTable;

use super::bins::equal_width;
use super::mean::EXCESS;
use super::table::{LABELLED, Masses};
use crate::disparity::Value;

/// `multiaccuracy_error`: `max_g |CITL_g|`, the largest excess of scores over labels in any group;
/// with `by_share` each weighted by the group's share of the labelled rows.
///
/// Range 0..1. Groups without a value are left out.
///
/// # Errors
/// `score_not_probability`; the reason of the last group when none has a value.
pub fn multiaccuracy_error(groups: &[ScoreTable], by_share: bool) -> Value {
    let total: f64 = groups.iter().map(|group| group.total_of(&LABELLED)).sum();
    let mut most = Err(Reason::NoRows);
    for group in groups {
        match EXCESS.value(group) {
            Ok(excess) => {
                let share = if by_share {
                    group.total_of(&LABELLED) / total
                } else {
                    1.0
                };
                let error = share * excess.abs();
                most = Ok(most.map_or(error, |most: f64| most.max(error)));
            }
            Err(Reason::ScoreNotProbability) => return Err(Reason::ScoreNotProbability),
            Err(_) => {}
        }
    }
    most
}

/// `multicalibration_error`: `max_{g,b} (W_gb/W)·|s̄_gb − ȳ_gb|` over groups and bins of equal width,
/// `W` the weight of all labelled rows.
///
/// Range 0..1; a small bin of a small group matters as little as it is.
///
/// # Errors
/// `no_rows`, `score_not_probability`.
pub fn multicalibration_error(groups: &[ScoreTable], bins: usize) -> Value {
    let total: f64 = groups.iter().map(|group| group.total_of(&LABELLED)).sum();
    if total <= 0.0 {
        return Err(Reason::NoRows);
    }
    let mut most = 0.0_f64;
    for group in groups {
        if !group.is_probability() {
            return Err(Reason::ScoreNotProbability);
        }
        for bin in equal_width(group, bins) {
            most = most.max(bin.gap() / total);
        }
    }
    Ok(most)
}

#[cfg(test)]
mod tests {
    use super::super::table::{fixture, from_rows};
    use super::*;

    #[test]
    fn errors_are_those_of_the_worked_example() {
        let groups = fixture::e3();
        let error = multicalibration_error(&groups, 5).unwrap();
        assert!((error - 1.0 / 12.0).abs() < 1e-12);
        let error = multiaccuracy_error(&groups, false).unwrap();
        assert!((error - 1.3 / 6.0).abs() < 1e-12);
        let error = multiaccuracy_error(&groups, true).unwrap();
        assert!((error - 1.3 / 12.0).abs() < 1e-12);
    }

    #[test]
    fn no_labels_and_no_probabilities_have_no_error() {
        let unlabelled = [from_rows(&[(0.5, 2, 1.0)], false)];
        assert_eq!(multiaccuracy_error(&unlabelled, false), Err(Reason::NoRows));
        assert_eq!(multicalibration_error(&unlabelled, 5), Err(Reason::NoRows));
        let logits = [from_rows(&[(2.0, 1, 1.0)], false)];
        let reason = Err(Reason::ScoreNotProbability);
        assert_eq!(multiaccuracy_error(&logits, false), reason);
        assert_eq!(multicalibration_error(&logits, 5), reason);
    }
}
