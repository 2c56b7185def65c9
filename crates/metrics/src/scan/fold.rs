//! Redundant subgroups folded into the more general ones that explain them.

use rayon::prelude::*;
use waage_core::estimate::Estimate;
use waage_core::multiplicity::holm;

use super::clusters::Spread;
use super::measure::Stat;
use super::search::{Conditions, Request, Tested, conditions};
use super::tables::Tables;

/// Rows in both over rows in either, from which two subgroups are the same people.
const JACCARD_SAME: f64 = 0.9;
/// Level of the test that a further condition adds something.
const ADDS: f64 = 0.05;

/// A more general subgroup.
#[derive(Clone, Debug)]
pub struct Parent {
    /// Its conditions: those of the subgroup without one.
    pub conditions: Conditions,
    /// Its metric.
    pub estimate: Estimate,
    /// p-value of the subgroup against the rest of the parent; `None` where there is no rest.
    pub p: Option<f64>,
}

/// The discoveries that no more general one explains, each with the number that it explains.
///
/// A subgroup is folded into a discovery with fewer of its conditions when their values differ by
/// no more than the margin or the further conditions add nothing (the test of the subgroup against
/// the rest of the parent is not significant at 5 % after Holm over all these tests: among many
/// further conditions some look as if they added something), and into a kept one with fewer
/// conditions when both are nine tenths the same rows. The first rule asks for a parent that is itself a discovery:
/// so whatever is folded is represented.
pub(crate) fn fold<'a>(
    tables: &Tables,
    request: &Request,
    discovered: &[&'a Tested],
) -> Vec<(&'a Tested, u64)> {
    let of: Vec<Conditions> = discovered
        .iter()
        .map(|t| conditions(tables, t.table, t.cell))
        .collect();
    let known: std::collections::HashMap<&Conditions, usize> =
        of.iter().enumerate().map(|(at, c)| (c, at)).collect();
    let pairs: Vec<(usize, usize)> = of
        .iter()
        .enumerate()
        .flat_map(|(at, mine)| {
            let known = &known;
            parts(mine).filter_map(move |parent| known.get(&parent).map(|parent| (at, *parent)))
        })
        .collect();
    let p: Vec<Option<f64>> = pairs
        .par_iter()
        .map(|(mine, parent)| {
            let spread = |at: usize| discovered[at].spread;
            let [mine, parent] = [*mine, *parent].map(|at| (&of[at], spread(at)));
            adds(tables, request, mine, parent)
        })
        .collect();
    // The first parent, the least general one, that explains each.
    let mut explaining: Vec<Option<usize>> = vec![None; of.len()];
    for ((mine, parent), p) in pairs.into_iter().zip(holm(&p)) {
        if explaining[mine].is_none() && p.is_none_or(|p| p > ADDS) {
            explaining[mine] = Some(parent);
        }
    }
    // Discoveries are in the order of their number of conditions: parents come first.
    let mut into: Vec<Option<usize>> = Vec::with_capacity(of.len());
    let mut kept: Vec<usize> = Vec::new();
    for (at, mine) in of.iter().enumerate() {
        let explained = explaining[at].or_else(|| {
            kept.iter()
                .copied()
                .filter(|other| of[*other].len() < mine.len())
                .find(|other| shares_rows(tables, mine, &of[*other]))
        });
        if explained.is_none() {
            kept.push(at);
        }
        into.push(explained);
    }
    let mut counts = vec![0; of.len()];
    for at in 0..of.len() {
        let mut end = at;
        while let Some(next) = into[end] {
            end = next;
        }
        if end != at {
            counts[end] += 1;
        }
    }
    kept.into_iter()
        .map(|at| (discovered[at], counts[at]))
        .collect()
}

/// Every conjunction of some but not all conditions, the least general first.
fn parts(conditions: &Conditions) -> impl Iterator<Item = Conditions> {
    let count = conditions.len();
    let mut chosen: Vec<Conditions> = (1..(1_usize << count) - 1)
        .map(|bits| {
            let member = |at: &usize| bits >> at & 1 == 1;
            (0..count).filter(member).map(|at| conditions[at]).collect()
        })
        .collect();
    chosen.sort_by(|a: &Conditions, b| b.len().cmp(&a.len()).then(a.cmp(b)));
    chosen.into_iter()
}

/// p-value of a subgroup against the rest of a parent: whether its further conditions add something.
/// `None` where they cannot: no rest, or a value within the margin of the parent's.
fn adds(
    tables: &Tables,
    request: &Request,
    mine: (&Conditions, Option<Spread>),
    parent: (&Conditions, Option<Spread>),
) -> Option<f64> {
    let [stat, of_parent] =
        [mine.0, parent.0].map(|of| Some(request.measure.of(tables, &tables.of(of)?)));
    if (stat?.value()? - of_parent?.value()?).abs() <= request.margin {
        return None;
    }
    against_rest(tables, request, mine, parent)
}

/// p-value of the test of a subgroup against the rest of a parent. Where rows have clusters, both sides
/// vary as their own clusters let them, the rest by the design effect of the parent, as if no cluster
/// had rows in both.
fn against_rest(
    tables: &Tables,
    request: &Request,
    (mine, spread): (&Conditions, Option<Spread>),
    (parent, of_parent): (&Conditions, Option<Spread>),
) -> Option<f64> {
    let measure = &request.measure;
    let (slice, whole) = (tables.of(mine)?, tables.of(parent)?);
    let stat = measure.of(tables, &slice);
    let rest = measure.rest(tables, &whole, &slice);
    let (stat, rest) = match (tables.clusters(), spread, of_parent) {
        (Some(clusters), Some(spread), Some(of_parent)) => {
            let plain = measure.of(tables, &whole);
            let varying: Stat = clusters.varying(plain.clone(), &of_parent);
            let effect = varying.design_effect(&plain);
            (clusters.varying(stat, &spread), rest.inflated(effect))
        }
        _ => (stat, rest),
    };
    stat.test(&rest).map(|(p, _)| p)
}

/// Whether two subgroups are surely nine tenths the same rows; `general` has one or two conditions.
///
/// Of five columns at once nothing is counted, but `|K ∩ S| ≥ |K| − Σ_s (|K| − |K ∩ s|)` over the
/// conditions s of S is, and equals the intersection where K lies within S.
fn shares_rows(tables: &Tables, mine: &Conditions, general: &Conditions) -> bool {
    let rows = |conditions: &Conditions| tables.of(conditions).map(|cell| cell.rows());
    let (Some(own), Some(other)) = (rows(mine), rows(general)) else {
        return false;
    };
    // Sizes alone rule most pairs out.
    if (own.min(other) as f64) < JACCARD_SAME * own.max(other) as f64 {
        return false;
    }
    let mut outside = 0;
    for condition in mine {
        let both = match general.iter().find(|(column, _)| *column == condition.0) {
            Some(known) if known == condition => Some(other),
            Some(_) => Some(0),
            None => {
                let mut joined = general.clone();
                joined.push(*condition);
                joined.sort_unstable();
                rows(&joined)
            }
        };
        match both {
            Some(both) => outside += other - both,
            None => return false,
        }
    }
    let common = other.saturating_sub(outside);
    common as f64 >= JACCARD_SAME * (own + other - common) as f64
}

/// The conjunction with one condition less whose metric is nearest.
pub(crate) fn nearest_parent(
    tables: &Tables,
    request: &Request,
    mine: &Conditions,
) -> Option<Parent> {
    let slice = tables.of(mine)?;
    let stat = request.measure.of(tables, &slice);
    let value = stat.value()?;
    let one_less = parts(mine).filter(|part| part.len() + 1 == mine.len());
    let distance = |parent: &Conditions| {
        let cell = tables.of(parent)?;
        let other = request.measure.of(tables, &cell).value()?;
        Some((value - other).abs())
    };
    let (_, conditions) = one_less
        .filter_map(|parent| distance(&parent).map(|d| (d, parent)))
        .min_by(|(a, x), (b, y)| a.total_cmp(b).then(x.cmp(y)))?;
    let whole = request.measure.of(tables, &tables.of(&conditions)?);
    let clusters = tables.clusters();
    let spread = |of: &Conditions| Some(clusters?.spread(of));
    let (own, of_parent) = (spread(mine), spread(&conditions));
    let estimate = match (clusters, &of_parent) {
        (Some(clusters), Some(spread)) => clusters.varying(whole, spread),
        _ => whole,
    };
    Some(Parent {
        estimate: estimate.estimate(request.level),
        p: against_rest(tables, request, (mine, own), (&conditions, of_parent)),
        conditions,
    })
}
