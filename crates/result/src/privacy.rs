//! Small cells: which groups a report for people hides, and a result without them.
//!
//! A group below `k` rows is hidden. So is whatever would give it away: the next smallest group
//! where totals would leave a single unknown or too few rows to hide among, in every view and
//! along every line of an intersection whose total is shown, and every cell of an intersection
//! that belongs to a hidden group. Charts and reports both start from [`suppress`].

pub mod cells;
mod ranking;
pub mod simplex;
mod strata;
mod unknown;

use std::collections::{BTreeMap, HashMap, HashSet};

use indexmap::IndexMap;
use waage_core::estimate::Reason;

use crate::document::{AuditResult, ClassResult, EstimateDoc, GroupResult};
use crate::finding::Bilingual;
use crate::text::{Catalogue, Language};
use crate::unknown::{MembershipGroup, MembershipResult};

/// How a missing label is written in joined group names.
pub const MISSING: &str = "(missing)";

/// The name of a group as disparities and findings write it: labels joined by `*`.
#[must_use]
pub fn group_name(group: &GroupResult) -> String {
    let labels: Vec<&str> = group
        .attributes
        .values()
        .map(|label| label.as_deref().unwrap_or(MISSING))
        .collect();
    labels.join("*")
}

/// The name of a group's view: attributes joined by `*`.
#[must_use]
pub fn view_name(group: &GroupResult) -> String {
    group
        .attributes
        .keys()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join("*")
}

/// The groups that are not shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    k: u64,
    /// By view, then group; true where the group itself is below `k`.
    cells: HashMap<String, HashMap<String, bool>>,
}

impl Hidden {
    /// Which groups of a result have to be hidden so that none below `k` rows is shown or can be
    /// found by subtraction. `k` of 0 or 1 hides nothing.
    #[must_use]
    pub fn below(result: &AuditResult, k: u64) -> Self {
        let mut views: BTreeMap<(usize, Vec<&str>), Vec<&GroupResult>> = BTreeMap::new();
        for group in &result.groups {
            let names: Vec<&str> = group.attributes.keys().map(String::as_str).collect();
            views.entry((names.len(), names)).or_default().push(group);
        }
        let mut hidden = Self {
            k,
            cells: HashMap::new(),
        };
        let names: Vec<Vec<&str>> = views.keys().map(|(_, names)| names.clone()).collect();
        for ((_, view), cells) in &views {
            let margins: Vec<&[&str]> = std::iter::once(&[][..])
                .chain(names.iter().map(Vec::as_slice))
                .filter(|margin| {
                    margin.len() < view.len() && margin.iter().all(|name| view.contains(name))
                })
                .collect();
            let cells = hidden.cells_to_hide(cells, &margins);
            if !cells.is_empty() {
                hidden.cells.insert(view.join("*"), cells);
            }
        }
        hidden.add_membership(&result.membership);
        hidden.add_strata(&result.strata);
        hidden
    }

    /// Groups known by probabilities: hidden where too few rows are expected in one, or are assigned
    /// to it. Those that nobody is assigned to give nobody away.
    fn add_membership(&mut self, found: &[MembershipResult]) {
        for membership in found {
            let rows = |group: &MembershipGroup| {
                let expected = group.expected.unwrap_or(0.0) as u64;
                let assigned = group.assigned.filter(|n| *n > 0);
                assigned.map_or(expected, |assigned| assigned.min(expected))
            };
            let of = |group: &MembershipGroup| GroupResult {
                attributes: [(membership.attribute.clone(), Some(group.group.clone()))].into(),
                n: rows(group),
                metrics: IndexMap::new(),
            };
            let groups: Vec<GroupResult> = membership.groups.iter().map(of).collect();
            let groups: Vec<&GroupResult> = groups.iter().collect();
            let cells = self.cells_to_hide(&groups, &[&[]]);
            if !cells.is_empty() {
                self.cells.insert(membership.attribute.clone(), cells);
            }
        }
    }

    fn cells_to_hide(&self, cells: &[&GroupResult], margins: &[&[&str]]) -> HashMap<String, bool> {
        let mut hidden: HashSet<usize> = (0..cells.len())
            .filter(|&i| {
                cells[i].n < self.k
                    || margins
                        .iter()
                        .any(|margin| self.margin_hidden(cells[i], margin))
            })
            .collect();
        let lines: Vec<Vec<usize>> = margins
            .iter()
            .flat_map(|margin| lines(cells, margin))
            .collect();
        while let Some(next) = lines
            .iter()
            .find_map(|line| exposed(line, &hidden, cells, self.k))
        {
            hidden.insert(next);
        }
        hidden
            .into_iter()
            .map(|i| (group_name(cells[i]), cells[i].n < self.k))
            .collect()
    }

    fn margin_hidden(&self, cell: &GroupResult, margin: &[&str]) -> bool {
        let labels: Vec<&str> = margin
            .iter()
            .filter_map(|name| cell.attributes.get(*name))
            .map(|label| label.as_deref().unwrap_or(MISSING))
            .collect();
        !margin.is_empty() && self.contains(&margin.join("*"), &labels.join("*"))
    }

    /// Whether a group of a view (`gender`, `gender*region`) is hidden.
    #[must_use]
    pub fn contains(&self, view: &str, group: &str) -> bool {
        self.cells
            .get(view)
            .is_some_and(|groups| groups.contains_key(group))
    }

    /// Whether a hidden group itself is below the limit; otherwise it is hidden to protect another.
    #[must_use]
    pub fn is_small(&self, view: &str, group: &str) -> bool {
        self.cells
            .get(view)
            .and_then(|groups| groups.get(group))
            .is_some_and(|small| *small)
    }

    /// Whether any group of a view is hidden.
    #[must_use]
    pub fn any_in(&self, view: &str) -> bool {
        self.cells.contains_key(view)
    }

    /// The groups of a view that are hidden.
    pub(crate) fn names_in(&self, view: &str) -> impl Iterator<Item = &str> {
        let groups = self.cells.get(view).into_iter();
        groups.flat_map(HashMap::keys).map(String::as_str)
    }

    /// How many groups are hidden, in all views.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.values().map(HashMap::len).sum()
    }

    /// Whether nothing is hidden.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The limit: groups with fewer rows are hidden.
    #[must_use]
    pub const fn limit(&self) -> u64 {
        self.k
    }
}

/// Cells that share their labels on a margin: their rows add up to a total that is shown.
fn lines(cells: &[&GroupResult], margin: &[&str]) -> Vec<Vec<usize>> {
    let mut lines: BTreeMap<Vec<Option<&str>>, Vec<usize>> = BTreeMap::new();
    for (i, cell) in cells.iter().enumerate() {
        let key = margin
            .iter()
            .map(|name| cell.attributes.get(*name).and_then(Option::as_deref));
        lines.entry(key.collect()).or_default().push(i);
    }
    lines.into_values().collect()
}

/// The cell to hide next, if a line's total would give its hidden cells away: one hidden cell, or
/// fewer than `k` rows in all of them.
fn exposed(
    line: &[usize],
    hidden: &HashSet<usize>,
    cells: &[&GroupResult],
    k: u64,
) -> Option<usize> {
    let (inside, shown): (Vec<usize>, Vec<usize>) = line.iter().partition(|i| hidden.contains(i));
    let rows: u64 = inside.iter().map(|&i| cells[i].n).sum();
    if inside.is_empty() || (inside.len() > 1 && rows >= k) {
        return None;
    }
    shown.into_iter().min_by_key(|&i| (cells[i].n, i))
}

/// The result without its hidden groups: they keep their names, but have `n` 0 and only undefined
/// estimates (`suppressed_small_group`), and so has every comparison and finding they take part in;
/// their score distributions are gone.
#[must_use]
pub fn suppress(result: &AuditResult, hidden: &Hidden) -> AuditResult {
    let mut result = result.clone();
    for found in &mut result.propensity {
        unknown::suppress_propensity(found, hidden);
    }
    if hidden.is_empty() {
        return result;
    }
    let classes = std::mem::take(&mut result.classes);
    let suppressed = classes.into_iter().map(|class| {
        let shown = suppress(&result.of_class(&class), hidden);
        ClassResult {
            class: class.class,
            groups: shown.groups,
            overall: shown.overall,
            disparities: shown.disparities,
            summary: shown.summary,
            conditional: shown.conditional,
            strata: shown.strata,
        }
    });
    result.classes = suppressed.collect();
    for group in &mut result.groups {
        if hidden.contains(&view_name(group), &group_name(group)) {
            group.n = 0;
            group.metrics.values_mut().for_each(blank);
        }
    }
    for disparity in &mut result.disparities {
        let view = disparity.attribute.clone();
        let is_hidden = |name: &str| hidden.contains(&view, name);
        if strata::suppress_disparity(disparity, &is_hidden, hidden.any_in(&view))
            && let Some(value) = result
                .summary
                .get_mut(&view)
                .and_then(|names| names.get_mut(&disparity.metric))
        {
            *value = None;
        }
    }
    for level in &mut result.strata {
        strata::suppress_level(level, hidden);
    }
    for found in &mut result.conditional {
        strata::suppress_conditional(found, hidden);
    }
    for ranked in &mut result.ranking {
        ranking::suppress_ranking(ranked, hidden);
    }
    for table in &mut result.impact_ratios {
        ranking::suppress_impact(table, hidden);
    }
    for found in &mut result.membership {
        unknown::suppress_membership(found, hidden);
    }
    for feature in result.explanation.iter_mut().flat_map(|e| &mut e.features) {
        feature.by_group.retain(|of| {
            let group = of.group.as_deref().unwrap_or(MISSING);
            !hidden.contains(&of.attribute, group)
        });
    }
    for finding in &mut result.findings {
        let view = &finding.attribute;
        let named = [
            &finding.group,
            &finding.reference,
            &finding.highest,
            &finding.lowest,
        ];
        let touches = named
            .into_iter()
            .flatten()
            .any(|name| hidden.contains(view, name));
        let unnamed = finding.scheme.is_some() && finding.highest.is_none();
        if touches || (unnamed && hidden.any_in(view)) {
            blank(&mut finding.estimate);
            finding.reason = Some(Reason::SuppressedSmallGroup.name().to_owned());
            finding.rows = 0;
            finding.rows_needed = None;
            finding.p = None;
            finding.p_equivalence = None;
            finding.highest = None;
            finding.lowest = None;
            finding.p_adjusted = None;
            finding.four_fifths_adverse = None;
            finding.flips_with_one_selection = None;
            finding.text = Bilingual {
                de: Catalogue::of(Language::De)
                    .text("report.finding_hidden")
                    .to_owned(),
                en: Catalogue::of(Language::En)
                    .text("report.finding_hidden")
                    .to_owned(),
            };
        }
    }
    result.distributions.retain(|distribution| {
        let group = distribution.group.as_deref().unwrap_or(MISSING);
        !hidden.contains(&distribution.attribute, group)
    });
    result
}

fn blank(estimate: &mut EstimateDoc) {
    *estimate = EstimateDoc {
        method: std::mem::take(&mut estimate.method),
        reason: Some(Reason::SuppressedSmallGroup.name().to_owned()),
        ..EstimateDoc::default()
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{PolicySummary, State};

    fn group(labels: &[(&str, Option<&str>)], n: u64) -> GroupResult {
        GroupResult {
            attributes: labels
                .iter()
                .map(|(name, label)| ((*name).to_owned(), label.map(str::to_owned)))
                .collect(),
            n,
            metrics: [(
                "selection_rate".to_owned(),
                EstimateDoc {
                    value: Some(0.5),
                    n,
                    method: "wilson".into(),
                    ..Default::default()
                },
            )]
            .into_iter()
            .collect(),
        }
    }

    fn result(groups: Vec<GroupResult>) -> AuditResult {
        AuditResult {
            schema: crate::document::AUDIT_SCHEMA.into(),
            dataset: Default::default(),
            roles: Default::default(),
            settings: crate::document::Settings {
                confidence: 0.95,
                bootstrap: 0,
                seed: 0,
                filter: None,
                cut: None,
                headline: Vec::new(),
                views: vec![],
                references: Default::default(),
                favourable: None,
                as_of: None,
                version: "0".into(),
            },
            groups,
            overall: Default::default(),
            disparities: vec![],
            summary: Default::default(),
            conditional: vec![],
            strata: vec![],
            classes: vec![],
            distributions: vec![],
            ranking: vec![],
            impact_ratios: vec![],
            membership: vec![],
            propensity: vec![],
            explanation: None,
            policy: PolicySummary::default(),
            checks: vec![],
            not_run: vec![],
            findings: vec![],
            verdict: State::Pass,
            stamp: None,
        }
    }

    #[test]
    fn a_single_small_group_takes_the_next_smallest_with_it() {
        let result = result(vec![
            group(&[("g", Some("a"))], 100),
            group(&[("g", Some("b"))], 40),
            group(&[("g", None)], 3),
        ]);
        let hidden = Hidden::below(&result, 5);
        assert!(hidden.is_small("g", MISSING));
        assert!(hidden.contains("g", "b") && !hidden.is_small("g", "b"));
        assert!(!hidden.contains("g", "a"));
        let shown = suppress(&result, &hidden);
        assert_eq!(
            shown.groups.iter().map(|g| g.n).collect::<Vec<_>>(),
            [100, 0, 0]
        );
        assert_eq!(shown.groups[1].metrics["selection_rate"].value, None);
        assert!(Hidden::below(&result, 3).is_empty());
    }

    /// Two hidden groups of one and two rows with a total of three would be known too well.
    #[test]
    fn hidden_rows_together_are_at_least_the_limit() {
        let groups = [("a", 100), ("b", 40), ("c", 1), ("d", 2)];
        let result = result(
            groups
                .map(|(name, n)| group(&[("g", Some(name))], n))
                .to_vec(),
        );
        let hidden = Hidden::below(&result, 5);
        assert!(hidden.contains("g", "b") && !hidden.contains("g", "a"));
    }

    /// GOVERNANCE 9.1: in [[40,22,18],[3,9,14],[27,30,12]] a lone hole must become a rectangle,
    /// so that no row and no column leaves one unknown.
    #[test]
    fn no_line_of_an_intersection_leaves_a_single_unknown() {
        let table = [[40, 22, 18], [3, 9, 14], [27, 30, 12]];
        let mut groups = Vec::new();
        for (i, row) in table.iter().enumerate() {
            groups.push(group(&[("r", Some(&i.to_string()))], row.iter().sum()));
            let column = table.iter().map(|row| row[i]).sum();
            groups.push(group(&[("c", Some(&i.to_string()))], column));
            for (j, &n) in row.iter().enumerate() {
                groups.push(group(
                    &[("r", Some(&i.to_string())), ("c", Some(&j.to_string()))],
                    n,
                ));
            }
        }
        let result = result(groups);
        let hidden = Hidden::below(&result, 5);
        let is_hidden = |i: usize, j: usize| hidden.contains("r*c", &format!("{i}*{j}"));
        assert!(is_hidden(1, 0));
        for line in 0..3 {
            let row = (0..3).filter(|&j| is_hidden(line, j)).count();
            let column = (0..3).filter(|&i| is_hidden(i, line)).count();
            assert!(row != 1 && column != 1, "line {line}");
        }
        assert!(!hidden.any_in("r") && !hidden.any_in("c"));
    }

    #[test]
    fn cells_of_a_hidden_group_are_hidden_too() {
        let result = result(vec![
            group(&[("g", Some("a"))], 100),
            group(&[("g", Some("b"))], 40),
            group(&[("g", Some("c"))], 3),
            group(&[("g", Some("a")), ("h", Some("x"))], 100),
            group(&[("g", Some("b")), ("h", Some("x"))], 40),
            group(&[("g", Some("c")), ("h", Some("x"))], 3),
        ]);
        let hidden = Hidden::below(&result, 5);
        assert!(hidden.contains("g*h", "b*x") && hidden.contains("g*h", "c*x"));
        assert!(!hidden.contains("g*h", "a*x"));
    }
}
