//! A view of the cube made ready: its reference group, its series, its values.

use std::collections::HashMap;

use waage_core::block::outcome;
use waage_core::label::{GroupName, Label};
use waage_core::quantity::Scheme;
use waage_core::tally::{GroupTotals, Sums, View};

use crate::bootstrap::Target;
use crate::clustered::ViewClusters;
use crate::confusion::{Confusion, others};
use crate::measure::{MeasureError, ReferenceRule, Request};
use crate::statistic::{Reference, Statistic, Tables, series};

/// A view with its reference, what is replicated of it, and the values on the data.
pub(crate) struct PreparedView {
    pub view: View,
    pub target: Target,
    pub reference: Option<Reference>,
    /// The groups among which the best one is the reference, where the data choose it.
    pub candidates: Option<Vec<usize>>,
    pub series: Vec<Statistic>,
    position: HashMap<Statistic, usize>,
    pub tables: Tables,
    pub complements: Vec<[Sums; outcome::COUNT]>,
    pub all: [Sums; outcome::COUNT],
    /// Where replicates draw clusters instead of rows.
    pub clusters: Option<ViewClusters>,
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
        clusters: Option<ViewClusters>,
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
        let Chosen {
            reference,
            candidates,
        } = choose_reference(&view, request)?;
        let dependent = reference == Some(Reference::Overall) || candidates.is_some();
        let clustered = clusters.is_some();
        let series = series(view.groups.len(), reference, dependent, clustered, request);
        let confusions: Vec<Confusion> = view
            .groups
            .iter()
            .map(|g| Confusion::of(&g.outcomes, request.tie))
            .collect();
        let outcomes: Vec<_> = view.groups.iter().map(|g| g.outcomes).collect();
        let zero = [Sums::default(); outcome::COUNT];
        let row_weight = match &clusters {
            None => outcomes.iter().map(row_weight).collect(),
            Some(clusters) => clusters.groups().iter().map(|g| g.row_weight).collect(),
        };
        Ok(Self {
            target: Target {
                groups: view.groups.len(),
                group_of_cell,
                row_weight,
            },
            tables: Tables::of(
                &confusions,
                &Confusion::of(all, request.tie),
                &eligible(&view, request.min_share),
                request.favourable,
            ),
            complements: others(&outcomes, zero, |a, b| {
                std::array::from_fn(|o| a[o].plus(&b[o]))
            }),
            all: *all,
            clusters,
            reference,
            candidates,
            position: series.iter().enumerate().map(|(at, s)| (*s, at)).collect(),
            series,
            view,
        })
    }

    /// The reference's name, where there is one.
    pub fn reference_name(&self) -> Option<GroupName> {
        match self.reference? {
            Reference::Group(g) => Some(self.view.groups[g].name.clone()),
            Reference::Overall => Some(GroupName::overall()),
        }
    }

    /// Where the replicates of a statistic stand.
    pub fn position(&self, statistic: Statistic) -> Option<usize> {
        self.position.get(&statistic.canonical()).copied()
    }

    /// Whether groups and their reference share no rows and the data did not choose it.
    pub fn is_independent(&self, scheme: Scheme) -> bool {
        let chosen = self.candidates.is_some();
        scheme != Scheme::ToReference || (self.reference != Some(Reference::Overall) && !chosen)
    }

    /// What a row weighs at most where rows come in clusters, over all groups.
    pub fn cluster_weight(&self) -> Option<f64> {
        let groups = self.clusters.as_ref()?.groups().iter();
        groups.map(|group| group.row_weight).reduce(f64::max)
    }

    /// The reference in a replicate: the best of the candidates there, where the data choose it.
    pub fn reference_in(&self, tables: &Tables) -> Option<Reference> {
        let Some(candidates) = &self.candidates else {
            return self.reference;
        };
        let share = tables.favourable().share();
        let merit = |g: usize| tables.groups()[g].get(share).ok();
        best(candidates.iter().copied(), merit)
            .map(Reference::Group)
            .or(self.reference)
    }
}

/// What a typical row of a group weighs: Σw²/Σw, 1 without weights or rows.
pub(crate) fn row_weight(sums: &[Sums; outcome::COUNT]) -> f64 {
    let weight: f64 = sums.iter().map(|s| s.w1).sum();
    let squares: f64 = sums.iter().map(|s| s.w2).sum();
    if weight > 0.0 { squares / weight } else { 1.0 }
}

/// Which groups may be the best one: known ones with at least that share of all rows.
fn eligible(view: &View, min_share: f64) -> Vec<bool> {
    let rows: u64 = view.groups.iter().map(GroupTotals::rows).sum();
    let least = min_share * rows as f64;
    let groups = view.groups.iter();
    groups
        .map(|t| !t.name.has_missing() && t.rows() as f64 >= least)
        .collect()
}

/// The reference of a view: for an intersection, the largest cell among those that carry the
/// references named for its attributes.
fn choose_reference(view: &View, request: &Request) -> Result<Chosen, MeasureError> {
    let rules: Vec<&ReferenceRule> = view
        .axes
        .iter()
        .map(|&axis| &request.references[axis])
        .collect();
    if view.axes.len() == 1 && *rules[0] == ReferenceRule::Overall {
        return Ok(Chosen {
            reference: Some(Reference::Overall),
            candidates: None,
        });
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
                    ReferenceRule::Chosen(name) => {
                        rules.len() > 1 || label.name().as_ref() == Some(name)
                    }
                    _ => true,
                })
    };
    let least = match rules.as_slice() {
        [ReferenceRule::Best { min_rows }] => Some(*min_rows),
        _ => None,
    };
    let groups = view.groups.iter().enumerate();
    let eligible = groups.filter(|(_, t)| fits(t) && t.rows() >= least.unwrap_or(0));
    let eligible: Vec<usize> = eligible.map(|(g, _)| g).collect();
    let reference = best(eligible.iter().copied(), |g| {
        let totals = &view.groups[g];
        match least {
            None => Some(totals.rows() as f64),
            Some(_) => request
                .favourable
                .share()
                .value(&Confusion::of(&totals.outcomes, request.tie))
                .ok(),
        }
    });
    Ok(Chosen {
        reference: reference.map(Reference::Group),
        candidates: least.map(|_| eligible).filter(|groups| groups.len() > 1),
    })
}

/// The first of those with the greatest merit.
fn best(
    groups: impl Iterator<Item = usize>,
    merit: impl Fn(usize) -> Option<f64>,
) -> Option<usize> {
    let mut chosen: Option<(f64, usize)> = None;
    for g in groups {
        if let Some(merit) = merit(g).filter(|m| chosen.is_none_or(|(most, _)| *m > most)) {
            chosen = Some((merit, g));
        }
    }
    chosen.map(|(_, g)| g)
}

/// A reference, and among whom it was chosen by its share of the favourable decision.
struct Chosen {
    reference: Option<Reference>,
    candidates: Option<Vec<usize>>,
}
