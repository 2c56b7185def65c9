//! Groups compared within strata, from the cube: gaps over all rows and within strata side by side,
//! and the comparisons inside each stratum.

mod demographic;
mod drawn;
mod effect;
mod level;
mod pair;

pub use demographic::Demographic;
pub use effect::Effect;
pub use level::{Level, levels};
pub use pair::{Conditional, InStratum, conditional};

use waage_core::label::GroupName;
use waage_core::quantity::Scheme;
use waage_core::tally::Tally;

use crate::measure::{MeasuredView, ReferenceRule, Request};

/// Strata whose own numbers are told, the largest ones; pooled effects rest on all.
pub const LEVELS_MAX: usize = 100;

/// The axes of the strata in the cube; all of them together make one stratification.
pub(crate) fn strata_axes(tally: &Tally) -> Vec<usize> {
    let sensitive = tally.sensitive().len();
    (sensitive..sensitive + tally.strata().len()).collect()
}

/// Positions of the strata whose own numbers are told, in the cube's order.
pub(crate) fn told(rows: &[u64]) -> Vec<usize> {
    let mut largest: Vec<usize> = (0..rows.len()).collect();
    largest.sort_by_key(|&k| std::cmp::Reverse(rows[k]));
    largest.truncate(LEVELS_MAX);
    largest.sort_unstable();
    largest
}

/// The attribute of a measured view and its reference group, where the view has one attribute and
/// its reference is a group.
pub(crate) fn marginal<'a>(
    tally: &Tally,
    request: &Request,
    view: &'a MeasuredView,
) -> Option<(usize, Option<&'a GroupName>)> {
    let [attribute] = view.attributes.as_slice() else {
        return None;
    };
    let axis = tally
        .sensitive()
        .iter()
        .position(|a| a.name == *attribute)?;
    let reference = match request.references.get(axis) {
        Some(ReferenceRule::Overall) => None,
        _ => view
            .groups
            .iter()
            .map(|(name, ..)| name)
            .find(|name| !name.has_missing() && Some(name.to_string()) == view.reference),
    };
    Some((axis, reference))
}

/// Whether a scheme compares with the reference.
fn needs_reference(scheme: Scheme) -> bool {
    scheme == Scheme::ToReference
}
