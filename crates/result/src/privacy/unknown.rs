//! What is told of groups known by probabilities, and of rates with propensities, without hidden groups.

use super::{Hidden, blank};
use crate::unknown::{
    BoundsDoc, MembershipAnswers, MembershipGroup, MembershipP, MembershipResult, PropensityResult,
};

/// The rows of each group by which it is hidden: those expected, or those assigned if fewer. Groups that
/// nobody is assigned to give nobody away.
pub(super) fn rows(found: &MembershipResult) -> Vec<(String, u64)> {
    let of = |group: &MembershipGroup| {
        let expected = group.expected.unwrap_or(0.0) as u64;
        let assigned = group.assigned.filter(|n| *n > 0);
        let rows = assigned.map_or(expected, |assigned| assigned.min(expected));
        (group.group.clone(), rows)
    };
    found.groups.iter().map(of).collect()
}

fn blank_answers(answers: &mut MembershipAnswers) {
    blank(&mut answers.weighted);
    blank(&mut answers.threshold);
    blank_bounds(&mut answers.bounds);
}

fn blank_bounds(bounds: &mut BoundsDoc) {
    (bounds.lower, bounds.upper) = (None, None);
    blank(&mut bounds.estimate);
}

/// Hides the groups of few expected or few assigned rows, and every gap to one.
pub(super) fn suppress_membership(found: &mut MembershipResult, hidden: &Hidden) {
    let view = &found.attribute;
    if !hidden.any_in(view) {
        return;
    }
    found.unclassified = None;
    let reference = hidden.contains(view, &found.reference);
    for group in &mut found.groups {
        if hidden.contains(view, &group.group) {
            (group.expected, group.assigned) = (None, None);
            for rate in &mut group.metrics {
                blank_answers(&mut rate.answers);
            }
        }
    }
    for gap in &mut found.gaps {
        if reference || hidden.contains(view, &gap.group) {
            blank_answers(&mut gap.answers);
            gap.p = MembershipP::default();
        }
    }
}

/// Hides groups and every gap to one; groups with a few labelled rows lose the estimates that rest on
/// them. Where that befalls a group of an intersection nothing is told of any: what the attributes alone
/// show less all its other groups would give the hidden one away.
pub(super) fn suppress_propensity(found: &mut PropensityResult, hidden: &Hidden) {
    let view = &found.attribute;
    let few = |labelled: u64| (1..hidden.limit()).contains(&labelled);
    let small = |name: &str| {
        let groups = &mut found.groups.iter();
        groups.any(|g| g.group == name && few(g.labelled)) || hidden.contains(view, name)
    };
    let names = found.groups.iter().map(|group| group.group.clone());
    let gone: Vec<String> = names.filter(|name| small(name)).collect();
    let all = view.contains('*') && !gone.is_empty();
    let is_gone = |name: &String| all || gone.contains(name);
    for group in found.groups.iter_mut().filter(|g| is_gone(&g.group)) {
        (group.n, group.labelled, group.effective) = (0, 0, None);
        for rate in &mut group.metrics {
            blank(&mut rate.bounds);
            blank(&mut rate.ipw);
        }
    }
    let reference = found.reference.as_ref().is_some_and(is_gone);
    for gap in &mut found.gaps {
        if reference || is_gone(&gap.group) {
            blank(&mut gap.bounds);
            blank(&mut gap.ipw);
        }
    }
}
