//! The groups of a document as linked tables: which groups of one view make up which of another.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::cells::{BUDGET, Cells, Unit, wide_enough};
use super::{MISSING, group_name, view_name};
use crate::conditional::StratumResult;
use crate::document::{AuditResult, GroupResult};

/// One table of a document: the groups of an attribute, of an intersection, or of an attribute within strata.
#[derive(Clone, Debug, Default)]
pub(super) struct View {
    /// Attributes joined by `*`.
    pub name: String,
    /// Its groups by their names, with their rows.
    pub groups: Vec<(String, u64)>,
    /// Views that this one adds up to, with the place there of each group here.
    pub margins: Vec<(usize, Vec<Option<usize>>)>,
}

/// All tables of a document, a margin before what adds up to it.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    pub views: Vec<View>,
}

fn label(group: &GroupResult, attribute: &str) -> Option<String> {
    let label = group.attributes.get(attribute)?;
    Some(label.clone().unwrap_or_else(|| MISSING.to_owned()))
}

impl Layout {
    /// The views of all rows.
    pub(super) fn of_groups(groups: &[GroupResult]) -> Self {
        let mut by_view: BTreeMap<(usize, Vec<&str>), Vec<&GroupResult>> = BTreeMap::new();
        for group in groups {
            let names: Vec<&str> = group.attributes.keys().map(String::as_str).collect();
            by_view.entry((names.len(), names)).or_default().push(group);
        }
        let mut layout = Self::default();
        let mut places: Vec<(Vec<&str>, HashMap<String, usize>)> = Vec::new();
        for ((_, attributes), groups) in by_view {
            let margins = places
                .iter()
                .enumerate()
                .filter(|(_, (margin, _))| {
                    margin.len() < attributes.len() && margin.iter().all(|a| attributes.contains(a))
                })
                .map(|(view, (margin, place))| {
                    let of = |group: &&GroupResult| {
                        let labels: Option<Vec<String>> =
                            margin.iter().map(|a| label(group, a)).collect();
                        place.get(&labels?.join("*")).copied()
                    };
                    (view, groups.iter().map(of).collect())
                })
                .collect();
            let named: Vec<(String, u64)> = groups.iter().map(|g| (group_name(g), g.n)).collect();
            let place = named
                .iter()
                .enumerate()
                .map(|(i, (name, _))| (name.clone(), i));
            places.push((attributes.clone(), place.collect()));
            layout.views.push(View {
                name: attributes.join("*"),
                groups: named,
                margins,
            });
        }
        layout
    }

    fn place(&self, view: &str) -> Option<usize> {
        self.views.iter().position(|of| of.name == view)
    }

    /// Adds the strata, and each attribute's groups within them.
    pub(super) fn add_strata(&mut self, strata: &[StratumResult]) {
        let Some(stratum) = strata.first().map(|level| level.stratum.clone()) else {
            return;
        };
        let levels = match self.place(&stratum) {
            Some(known) => known,
            None => {
                self.views.push(View {
                    name: stratum.clone(),
                    groups: strata.iter().map(|l| (l.level.clone(), l.n)).collect(),
                    margins: Vec::new(),
                });
                self.views.len() - 1
            }
        };
        let names: BTreeSet<String> = strata
            .iter()
            .flat_map(|level| &level.groups)
            .map(view_name)
            .collect();
        for attribute in names {
            let mut view = View {
                name: super::strata::within(&attribute, &stratum),
                ..View::default()
            };
            if self.place(&view.name).is_some() {
                continue;
            }
            let whole = self.place(&attribute);
            let (mut of_whole, mut of_level) = (Vec::new(), Vec::new());
            let at = |view: usize, name: &str, layout: &Self| {
                layout.views[view]
                    .groups
                    .iter()
                    .position(|(n, _)| n == name)
            };
            for level in strata {
                for group in level.groups.iter().filter(|g| view_name(g) == attribute) {
                    let name = group_name(group);
                    of_whole.push(whole.and_then(|whole| at(whole, &name, self)));
                    of_level.push(at(levels, &level.level, self));
                    view.groups
                        .push((super::strata::within(&name, &level.level), group.n));
                }
            }
            view.margins.extend(whole.map(|whole| (whole, of_whole)));
            view.margins.push((levels, of_level));
            self.views.push(view);
        }
    }

    /// Adds a view of its own, such as groups known by probabilities.
    pub(super) fn add(&mut self, name: &str, groups: Vec<(String, u64)>) {
        self.views.push(View {
            name: name.to_owned(),
            groups,
            margins: Vec::new(),
        });
    }

    /// The layout of an audit's groups, strata and groups known by probabilities.
    pub(super) fn of(result: &AuditResult) -> Self {
        let mut layout = Self::of_groups(&result.groups);
        layout.add_strata(&result.strata);
        for found in &result.membership {
            layout.add(&found.attribute, super::unknown::rows(found));
        }
        layout
    }

    /// Groups to hide so that none below `k` rows is shown or follows from what is, by view and place.
    /// Where that would take too long to work out, a view is hidden whole.
    pub(super) fn hide(&self, k: u64) -> Vec<BTreeSet<usize>> {
        let mut withheld: BTreeSet<usize> = BTreeSet::new();
        loop {
            let (cells, places) = self.cells(&withheld, k);
            let primary: Vec<usize> = places
                .iter()
                .enumerate()
                .filter(|(_, (view, group))| self.views[*view].groups[*group].1 < k)
                .map(|(unit, _)| unit)
                .collect();
            let mut budget = BUDGET;
            let choice = cells.protect(&primary, &mut budget);
            if choice.given_up {
                // The largest view goes first; those that add up to it go with it.
                let left = (0..self.views.len()).filter(|view| !withheld.contains(view));
                let Some(largest) = left.max_by_key(|&view| self.views[view].groups.len()) else {
                    break;
                };
                withheld.insert(largest);
                self.with_finer(&mut withheld);
                continue;
            }
            let mut hidden = vec![BTreeSet::new(); self.views.len()];
            for unit in choice.units {
                let (view, group) = places[unit];
                hidden[view].insert(group);
            }
            for &view in &withheld {
                hidden[view] = (0..self.views[view].groups.len()).collect();
            }
            return hidden;
        }
        let all = |view: &View| (0..view.groups.len()).collect();
        self.views.iter().map(all).collect()
    }

    /// Of hidden groups, numbered through all views, those whose range is too narrow; `None` where that
    /// cannot be worked out.
    pub(super) fn narrow(
        &self,
        hidden: &BTreeSet<usize>,
        k: u64,
        budget: &mut u64,
    ) -> Option<Vec<usize>> {
        // Cells and units have the same numbers, but for the totals, which have no unit.
        let (cells, places) = self.cells(&BTreeSet::new(), k);
        let unit_of: HashMap<usize, usize> = (0..places.len())
            .map(|unit| (cells.units[unit].cells[0], unit))
            .collect();
        let narrow = cells.narrow(hidden, budget)?;
        Some(
            narrow
                .iter()
                .filter_map(|cell| unit_of.get(cell).copied())
                .collect(),
        )
    }

    fn with_finer(&self, views: &mut BTreeSet<usize>) {
        for (i, view) in self.views.iter().enumerate() {
            if view
                .margins
                .iter()
                .any(|(margin, _)| views.contains(margin))
            {
                views.insert(i);
            }
        }
    }

    /// The rows of all groups as linked cells, a unit for each, without the views of `withheld`: nothing
    /// is told of those. Gives each unit's view and group.
    fn cells(&self, withheld: &BTreeSet<usize>, k: u64) -> (Cells, Vec<(usize, usize)>) {
        let mut cells = Cells::default();
        let mut places = Vec::new();
        let mut first = vec![0; self.views.len()];
        for (i, view) in self.views.iter().enumerate() {
            first[i] = places.len();
            if !withheld.contains(&i) {
                for (group, &(_, n)) in view.groups.iter().enumerate() {
                    cells.push(n, wide_enough(n, k));
                    places.push((i, group));
                }
            }
        }
        cells.units = (0..places.len())
            .map(|cell| Unit {
                cells: vec![cell],
                ..Unit::default()
            })
            .collect();
        for (i, view) in self.views.iter().enumerate() {
            if withheld.contains(&i) {
                continue;
            }
            let all: Vec<usize> = (first[i]..first[i] + view.groups.len()).collect();
            for (margin, of) in &view.margins {
                let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
                for (&cell, place) in all.iter().zip(of) {
                    if let Some(place) = place {
                        parts.entry(first[*margin] + place).or_default().push(cell);
                    }
                }
                for (total, parts) in parts {
                    // Cells of a hidden group are hidden too.
                    cells.units[total].with.extend(&parts);
                    cells.sums.push((total, parts));
                }
            }
            // All rows, which are told: a cell of no unit.
            let total = cells.push(view.groups.iter().map(|(_, n)| n).sum(), 0);
            cells.sums.push((total, all));
        }
        (cells, places)
    }
}
