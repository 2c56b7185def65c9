//! A result's groups and comparisons by view.

use std::collections::HashMap;

use waage_result::document::{AuditResult, Disparity, GroupResult};
use waage_result::privacy::{group_name, view_name};

/// Cells of an intersection that a report lists.
pub(crate) const CELLS_MAX: usize = 10;

/// A result's groups and comparisons, found by name.
pub(crate) struct Views<'a> {
    /// Views by name, each with its groups, in the result's order.
    pub(crate) list: Vec<(String, Vec<&'a GroupResult>)>,
    /// By view, metric, comparison and group.
    to_reference: HashMap<(&'a str, &'a str, &'a str, &'a str), &'a Disparity>,
}

impl<'a> Views<'a> {
    /// The views of a result.
    pub(crate) fn of(result: &'a AuditResult) -> Self {
        let mut list: Vec<(String, Vec<&GroupResult>)> = Vec::new();
        for group in &result.groups {
            let name = view_name(group);
            match list.iter_mut().find(|(view, _)| *view == name) {
                Some((_, groups)) => groups.push(group),
                None => list.push((name, vec![group])),
            }
        }
        let to_reference = result
            .disparities
            .iter()
            .filter(|d| d.scheme == "to_reference")
            .filter_map(|d| {
                let group = d.group.as_deref()?;
                let key = (
                    d.attribute.as_str(),
                    d.metric.as_str(),
                    d.comparison.as_str(),
                    group,
                );
                Some((key, d))
            })
            .collect();
        Self { list, to_reference }
    }

    /// The comparison of a group with its reference.
    pub(crate) fn compared(
        &self,
        view: &str,
        metric: &str,
        comparison: &str,
        group: &str,
    ) -> Option<&'a Disparity> {
        self.to_reference
            .get(&(view, metric, comparison, group))
            .copied()
    }

    /// Views of one attribute.
    pub(crate) fn marginals(&self) -> impl Iterator<Item = &(String, Vec<&'a GroupResult>)> {
        self.list
            .iter()
            .filter(|(_, groups)| groups.iter().any(|g| g.attributes.len() == 1))
    }

    /// Views of several attributes.
    pub(crate) fn intersections(&self) -> impl Iterator<Item = &(String, Vec<&'a GroupResult>)> {
        self.list
            .iter()
            .filter(|(_, groups)| groups.iter().any(|g| g.attributes.len() > 1))
    }
}

/// The cells of an intersection farthest from their reference, worst first.
pub(crate) fn worst_cells<'a>(
    views: &Views<'a>,
    view: &str,
    groups: &[&'a GroupResult],
) -> Vec<&'a GroupResult> {
    let distance = |group: &GroupResult| {
        let name = group_name(group);
        let gap = |metric| {
            views
                .compared(view, metric, "difference", &name)?
                .estimate
                .value
        };
        gap("selection_rate")
            .or_else(|| gap("true_positive_rate"))
            .map_or(-1.0, f64::abs)
    };
    let mut cells = groups.to_vec();
    cells.sort_by(|a, b| distance(b).total_cmp(&distance(a)));
    cells.truncate(CELLS_MAX);
    cells
}
