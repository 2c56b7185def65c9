//! A view of the cube made ready: its reference group, its series, its values.

use std::collections::HashMap;

use waage_core::block::outcome;
use waage_core::label::{GroupName, Label};
use waage_core::quantity::Scheme;
use waage_core::tally::{GroupTotals, Sums, View};

use crate::bootstrap::Target;
use crate::catalogue::Metric;
use crate::confusion::{Confusion, others};
use crate::measure::{MeasureError, ReferenceRule, Request};
use crate::statistic::{Reference, Statistic, Tables, series};

/// A view with its reference, what is replicated of it, and the values on the data.
pub(crate) struct PreparedView {
    pub view: View,
    pub target: Target,
    pub reference: Option<Reference>,
    pub series: Vec<Statistic>,
    position: HashMap<Statistic, usize>,
    pub tables: Tables,
    pub complements: Vec<[Sums; outcome::COUNT]>,
}

impl PreparedView {
    /// The view of a request on the cells of the full intersection.
    ///
    /// # Errors
    /// [`MeasureError::UnknownReference`].
    pub fn new(
        view: View,
        cells: &View,
        request: &Request,
        all: &[Sums; outcome::COUNT],
    ) -> Result<Self, MeasureError> {
        let position: HashMap<&[Label], usize> = view
            .groups
            .iter()
            .enumerate()
            .map(|(g, t)| (t.name.0.as_slice(), g))
            .collect();
        let group_of_cell = cells
            .groups
            .iter()
            .map(|cell| {
                let labels: Vec<Label> = view
                    .axes
                    .iter()
                    .map(|&axis| cell.name.0[axis].clone())
                    .collect();
                position.get(labels.as_slice()).copied().unwrap_or_default()
            })
            .collect();
        let reference = choose_reference(&view, request)?;
        let series = series(view.groups.len(), reference, &request.metrics);
        let confusions: Vec<Confusion> = view
            .groups
            .iter()
            .map(|g| Confusion::of(&g.outcomes, request.tie))
            .collect();
        let outcomes: Vec<_> = view.groups.iter().map(|g| g.outcomes).collect();
        let zero = [Sums::default(); outcome::COUNT];
        Ok(Self {
            target: Target {
                groups: view.groups.len(),
                group_of_cell,
            },
            tables: Tables::of(&confusions, &Confusion::of(all, request.tie)),
            complements: others(&outcomes, zero, |a, b| {
                std::array::from_fn(|o| a[o].plus(&b[o]))
            }),
            reference,
            position: series.iter().enumerate().map(|(at, s)| (*s, at)).collect(),
            series,
            view,
        })
    }

    /// The reference's name, where there is one.
    pub fn reference_name(&self) -> Option<GroupName> {
        match self.reference? {
            Reference::Group(g) => Some(self.view.groups[g].name.clone()),
            Reference::Overall => Some(GroupName(vec![Label::text("(overall)")])),
        }
    }

    /// Where the replicates of a statistic stand.
    pub fn position(&self, statistic: Statistic) -> Option<usize> {
        self.position.get(&statistic).copied()
    }

    /// Whether groups and their reference share no rows.
    pub fn is_independent(&self, scheme: Scheme) -> bool {
        scheme != Scheme::ToReference || self.reference != Some(Reference::Overall)
    }
}

/// The reference of a view: for an intersection, the largest cell among those that carry the
/// references named for its attributes.
fn choose_reference(view: &View, request: &Request) -> Result<Option<Reference>, MeasureError> {
    let rules: Vec<&ReferenceRule> = view
        .axes
        .iter()
        .map(|&axis| &request.references[axis])
        .collect();
    if view.axes.len() == 1 && *rules[0] == ReferenceRule::Overall {
        return Ok(Some(Reference::Overall));
    }
    for (place, rule) in rules.iter().enumerate() {
        let ReferenceRule::Named(label) = rule else {
            continue;
        };
        let occurs = |t: &GroupTotals| t.name.0[place].name().as_ref() == Some(label);
        if !view.groups.iter().any(occurs) {
            let mut groups: Vec<String> = view
                .groups
                .iter()
                .filter_map(|t| t.name.0[place].name())
                .collect();
            groups.dedup();
            return Err(MeasureError::UnknownReference {
                attribute: view.attributes[place].clone(),
                label: label.clone(),
                groups: groups.join(", "),
            });
        }
    }
    let fits = |totals: &GroupTotals| {
        !totals.name.has_missing()
            && totals
                .name
                .0
                .iter()
                .zip(&rules)
                .all(|(label, rule)| match rule {
                    ReferenceRule::Named(name) => label.name().as_ref() == Some(name),
                    _ => true,
                })
    };
    let best = match rules.as_slice() {
        [ReferenceRule::Best { min_rows }] => Some(*min_rows),
        _ => None,
    };
    let mut chosen: Option<(f64, usize)> = None;
    for (g, totals) in view.groups.iter().enumerate().filter(|(_, t)| fits(t)) {
        let merit = match best {
            None => Some(totals.rows() as f64),
            Some(min_rows) if totals.rows() >= min_rows => Metric::SelectionRate
                .value(&Confusion::of(&totals.outcomes, request.tie))
                .ok(),
            Some(_) => None,
        };
        if let Some(merit) = merit.filter(|m| chosen.is_none_or(|(most, _)| *m > most)) {
            chosen = Some((merit, g));
        }
    }
    Ok(chosen.map(|(_, g)| Reference::Group(g)))
}
