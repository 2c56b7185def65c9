//! Facts about two groups that a policy looks at beside the estimate.

use waage_core::block::outcome;
use waage_core::quantity::{Context, Quantity};
use waage_core::tally::Sums;

use crate::catalogue::Metric;
use crate::confusion::{ANY, Decisions, Part, Tie, mass};
use crate::favourable::Favourable;

/// Rows, events, the four-fifths flag and the one-person shift of a group against a reference; the
/// last two of the share of the favourable decision.
#[must_use]
pub fn context(
    metric: Metric,
    group: &[Sums; outcome::COUNT],
    reference: &[Sums; outcome::COUNT],
    tie: Tie,
    favourable: Favourable,
) -> Context {
    let mut context = quantity_context(metric.quantity(), group, reference);
    if metric == favourable.share() {
        let share = Selection::of(group, tie, favourable);
        let against = Selection::of(reference, tie, favourable);
        context.four_fifths_adverse = share.is_adverse(&against);
        context.flips_with_one_selection = share.flips(&against, tie);
    }
    context
}

/// The same of any quantity, for which neither the flag nor the shift is meant.
#[must_use]
pub fn quantity_context(
    quantity: &Quantity,
    group: &[Sums; outcome::COUNT],
    reference: &[Sums; outcome::COUNT],
) -> Context {
    let rows = |sums: &[Sums; outcome::COUNT]| sums.iter().map(|s| s.n).sum();
    let mut context = Context {
        group_rows: rows(group),
        reference_rows: rows(reference),
        ..Context::default()
    };
    if quantity.needs_label {
        context.fewest_events = [group, reference]
            .into_iter()
            .flat_map(|sums| {
                [outcome::LABEL_POSITIVE, outcome::LABEL_NEGATIVE].map(|label| {
                    (0..4)
                        .map(|d| sums[usize::from(outcome::of(label, d))].n)
                        .sum::<u64>()
                })
            })
            .min();
    }
    context
}

/// Rows with the favourable decision and decided ones, in units of `1/tied`, or as weights.
struct Selection {
    selected: u128,
    decided: u128,
    weighted: Option<(f64, f64)>,
}

impl Selection {
    fn of(sums: &[Sums; outcome::COUNT], tie: Tie, favourable: Favourable) -> Self {
        let (wanted, other) = match favourable {
            Favourable::Selected => (Decisions::Selected, Decisions::Rejected),
            Favourable::Rejected => (Decisions::Rejected, Decisions::Selected),
        };
        let selected = mass(sums, &[Part(ANY, wanted)], tie);
        let rejected = mass(sums, &[Part(ANY, other)], tie);
        let weighted = sums
            .iter()
            .any(|s| s.w1 != s.n as f64 || s.w2 != s.n as f64);
        Self {
            selected: selected.units,
            decided: selected.units + rejected.units,
            weighted: weighted.then_some((selected.weight, selected.weight + rejected.weight)),
        }
    }

    /// Whether the share is strictly below four fifths of the other's: in integers, where
    /// floating point errs at the boundary; weighted with a tolerance in favour of "not adverse".
    fn is_adverse(&self, other: &Self) -> Option<bool> {
        if let (Some((s, n)), Some((t, m))) = (self.weighted, other.weighted) {
            if n <= 0.0 || m <= 0.0 || t <= 0.0 {
                return None;
            }
            let (left, right) = (5.0 * s * m, 4.0 * t * n);
            return Some(right - left > 1e-12 * right.max(1.0));
        }
        if self.decided == 0 || other.selected == 0 {
            return None;
        }
        let left = self.selected.checked_mul(other.decided)?.checked_mul(5)?;
        let right = other.selected.checked_mul(self.decided)?.checked_mul(4)?;
        Some(left < right)
    }

    /// Whether one selection more here and one fewer there reverses the advantage (unweighted).
    fn flips(&self, other: &Self, tie: Tie) -> Option<bool> {
        let one = u128::from(tie.tied);
        if self.weighted.is_some() || other.weighted.is_some() || other.selected < one {
            return None;
        }
        let below =
            |s: u128, n: u128, t: u128, m: u128| Some(s.checked_mul(m)? < t.checked_mul(n)?);
        let disadvantaged = below(self.selected, self.decided, other.selected, other.decided)?;
        let after = below(
            other.selected - one,
            other.decided,
            self.selected + one,
            self.decided,
        )?;
        Some(disadvantaged && after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(selected: u64, rejected: u64) -> [Sums; outcome::COUNT] {
        let mut sums = [Sums::default(); outcome::COUNT];
        let plain = |n: u64| Sums {
            n,
            w1: n as f64,
            w2: n as f64,
            ..Sums::default()
        };
        sums[usize::from(outcome::of(outcome::LABEL_MISSING, outcome::SELECTED))] = plain(selected);
        sums[usize::from(outcome::of(outcome::LABEL_MISSING, outcome::REJECTED))] = plain(rejected);
        sums
    }

    fn adverse(s: u64, n: u64, t: u64, m: u64) -> Option<bool> {
        context(
            Metric::SelectionRate,
            &group(s, n - s),
            &group(t, m - t),
            Tie::NONE,
            Favourable::Selected,
        )
        .four_fifths_adverse
    }

    #[test]
    fn exactly_four_fifths_is_not_adverse() {
        for (s, n, t, m) in [
            (8, 25, 10, 25),
            (4, 7, 5, 7),
            (16, 49, 20, 49),
            (48, 100, 60, 100),
        ] {
            assert_eq!(adverse(s, n, t, m), Some(false));
        }
        assert_eq!(adverse(45, 100, 60, 100), Some(true));
        assert_eq!(adverse(0, 10, 0, 10), None);
    }

    #[test]
    fn three_of_twenty_against_one_of_ten_rests_on_one_person() {
        let c = context(
            Metric::SelectionRate,
            &group(1, 9),
            &group(3, 17),
            Tie::NONE,
            Favourable::Selected,
        );
        assert_eq!(c.four_fifths_adverse, Some(true));
        assert_eq!(c.flips_with_one_selection, Some(true));
        let c = context(
            Metric::SelectionRate,
            &group(30, 70),
            &group(60, 40),
            Tie::NONE,
            Favourable::Selected,
        );
        assert_eq!(c.flips_with_one_selection, Some(false));
    }

    #[test]
    fn of_a_punitive_decision_the_share_of_the_spared_is_compared() {
        // 40 of 100 are spared against 60 of 100: two thirds. By selection 60 against 40.
        let of = |metric, favourable| {
            context(
                metric,
                &group(60, 40),
                &group(40, 60),
                Tie::NONE,
                favourable,
            )
            .four_fifths_adverse
        };
        assert_eq!(of(Metric::RejectionShare, Favourable::Rejected), Some(true));
        assert_eq!(of(Metric::SelectionRate, Favourable::Rejected), None);
        assert_eq!(of(Metric::SelectionRate, Favourable::Selected), Some(false));
        assert_eq!(of(Metric::RejectionShare, Favourable::Selected), None);
    }

    #[test]
    fn ties_count_exactly_at_the_boundary() {
        // Two thirds of 12 tied rows are 8 of 25; 10 of 25 in the reference: exactly 4/5.
        let mut sums = group(0, 13);
        sums[usize::from(outcome::of(outcome::LABEL_MISSING, outcome::TIED))] = Sums {
            n: 12,
            w1: 12.0,
            w2: 12.0,
            ..Sums::default()
        };
        let tie = Tie {
            selected: 2,
            tied: 3,
        };
        let c = context(
            Metric::SelectionRate,
            &sums,
            &group(10, 15),
            tie,
            Favourable::Selected,
        );
        assert_eq!(c.four_fifths_adverse, Some(false));
    }
}
