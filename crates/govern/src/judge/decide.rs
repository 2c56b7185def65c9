//! From an interval and an allowed region to one of three states (GOVERNANCE §1.1, FORMULAS §4.8).

use waage_core::estimate::Reason;
use waage_result::finding::State;

use super::case::Case;
use super::family::{Corrected, alpha};
use super::settle::rows_needed;
use crate::policy::{Check, Decide, IMPACT_RATIO};

/// Whether a check's advantage may rest on a single selection.
pub(crate) fn is_of_selection(check: &Check) -> bool {
    ["selection_rate", "rejection_share", IMPACT_RATIO].contains(&check.metric.as_str())
}

/// A state, and what it rests on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decision {
    pub state: State,
    pub reason: Option<Reason>,
    pub rows_needed: Option<u64>,
    /// The level of the interval that decided, and its ends; `None` where the point alone did.
    pub interval: Option<(f64, Option<f64>, Option<f64>)>,
}

/// Level of the interval that must lie inside the region for a pass: `1 − 2α`.
pub(crate) fn pass_level(confidence: f64) -> f64 {
    1.0 - 2.0 * alpha(confidence)
}

/// Judges one case.
pub(crate) fn decide(case: &Case<'_>, corrected: Corrected) -> Decision {
    let check = case.check;
    let undecided = |reason| Decision {
        state: State::Inconclusive,
        reason: Some(reason),
        rows_needed: None,
        interval: None,
    };
    let value = match (case.obstacle, case.estimate.value) {
        (None, Some(value)) => value,
        (obstacle, _) => return undecided(obstacle.unwrap_or(Reason::NotAvailable)),
    };
    let at = |level: f64| {
        let (low, high) = case.estimate.interval(level);
        (level, low, high)
    };
    let narrow = at(pass_level(check.confidence));
    let wide = at(corrected.level);
    let no_interval = wide.1.is_none() && wide.2.is_none();
    if no_interval && check.decide != Decide::Point {
        return undecided(case.estimate.reason.unwrap_or(Reason::NotAvailable));
    }
    let outside = case.region.outside(value).is_some();
    let shown = outside
        && corrected
            .p_adjusted
            .is_some_and(|p| p <= alpha(check.confidence));
    let (state, interval) = match check.decide {
        Decide::ThreeWay if shown => (State::Breach, wide),
        Decide::ThreeWay if !outside && case.region.holds((narrow.1, narrow.2)) => {
            (State::Pass, narrow)
        }
        Decide::ThreeWay => (State::Inconclusive, if outside { wide } else { narrow }),
        Decide::Strict if case.region.holds((wide.1, wide.2)) => (State::Pass, wide),
        Decide::Lenient if !shown => (State::Pass, wide),
        Decide::Point if !outside => (State::Pass, wide),
        Decide::Strict | Decide::Lenient | Decide::Point => (State::Breach, wide),
    };
    let mut decision = Decision {
        state,
        reason: None,
        rows_needed: None,
        interval: (!no_interval).then_some(interval),
    };
    let unseen = !case.skipped.is_empty();
    let flips =
        is_of_selection(check) && case.measurement.context.flips_with_one_selection == Some(true);
    if state == State::Breach && flips {
        decision.state = State::Inconclusive;
        decision.reason = Some(Reason::FlipsWithOneSelection);
    } else if state != State::Breach && unseen {
        // Nothing is known of those groups: they cannot be shown to be alike, with however many
        // rows.
        decision.state = State::Inconclusive;
        decision.reason = Some(Reason::GroupsSkipped);
    } else if state == State::Inconclusive {
        decision.reason = Some(Reason::IntervalSpansMargin);
        decision.rows_needed = rows_needed(
            &case.estimate,
            &case.region,
            check.comparison,
            case.rows,
            narrow.0,
            wide.0,
        )
        // Fewer rows than there are settle nothing: replicates bound how small a p-value can be. Nor
        // does any number tell which rows belong to which group.
        .filter(|needed| *needed > case.rows && !case.leaves_membership_open());
    }
    decision
}
