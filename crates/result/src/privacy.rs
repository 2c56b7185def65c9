//! Small cells: which groups a report for people hides, and a result without them.
//!
//! A group below `k` rows is hidden. So is whatever would give it away: the views of a document are
//! linked tables (`layout`), and [`cells`] hides more of them until what is shown leaves every
//! hidden count a wide range. Cells of an intersection that belong to a hidden group are hidden with
//! it. Charts and reports both start from [`suppress`].

pub mod cells;
mod compare;
mod layout;
pub mod outcomes;
mod ranking;
mod share;
pub mod simplex;
mod strata;
mod summary;
mod unknown;

use std::collections::HashMap;

use waage_core::estimate::Reason;

use crate::document::{AuditResult, ClassResult, EstimateDoc, GroupResult};
use crate::finding::{Bilingual, Finding};
use crate::text::{Catalogue, Language};
use layout::Layout;

pub use compare::{COMPARE_SCHEMA, PrivacyComparison, PrivacyLeak, compare};
pub use share::share;
pub use summary::PrivacySummary;

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
        match &result.privacy {
            // Hidden already: whose rows are 0 can no longer be told from counts.
            Some(privacy) if privacy.k >= k => Self::hidden_in(result, privacy.k),
            _ => Self::of_layout(&Layout::of(result), k),
        }
    }

    /// What a document that was suppressed hides.
    fn hidden_in(result: &AuditResult, k: u64) -> Self {
        let mut hidden = Self {
            k,
            cells: HashMap::new(),
        };
        for group in result.groups.iter().filter(|group| group.n == 0) {
            let view = hidden.cells.entry(view_name(group)).or_default();
            view.insert(group_name(group), true);
        }
        for level in &result.strata {
            if level.n == 0 {
                let view = hidden.cells.entry(level.stratum.clone()).or_default();
                view.insert(level.level.clone(), true);
            }
            for group in level.groups.iter().filter(|group| group.n == 0) {
                let view = strata::within(&view_name(group), &level.stratum);
                let name = strata::within(&group_name(group), &level.level);
                hidden.cells.entry(view).or_default().insert(name, true);
            }
        }
        hidden
    }

    fn of_layout(layout: &Layout, k: u64) -> Self {
        let mut hidden = Self {
            k,
            cells: HashMap::new(),
        };
        for (view, groups) in layout.views.iter().zip(layout.hide(k)) {
            if !groups.is_empty() {
                let small = |&place: &usize| {
                    let (name, n) = &view.groups[place];
                    (name.clone(), *n < k)
                };
                let cells = groups.iter().map(small).collect();
                hidden.cells.insert(view.name.clone(), cells);
            }
        }
        hidden
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
    if let Some(individual) = &mut result.individual {
        for of in individual
            .decisions
            .iter_mut()
            .chain(&mut individual.labels)
        {
            // One group's mean is that of all less the others'.
            of.groups.retain(|group| !hidden.any_in(&group.attribute));
        }
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
            blank_finding(finding);
        }
    }
    result.distributions.retain(|distribution| {
        let group = distribution.group.as_deref().unwrap_or(MISSING);
        !hidden.contains(&distribution.attribute, group)
    });
    if result.privacy.is_none() {
        result.privacy = Some(share::reached(&result, hidden));
    }
    result
}

/// A finding without its numbers.
fn blank_finding(finding: &mut Finding) {
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
                favourable_class: None,
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
            individual: None,
            explanation: None,
            policy: PolicySummary::default(),
            checks: vec![],
            not_run: vec![],
            findings: vec![],
            verdict: State::Pass,
            stamp: None,
            privacy: None,
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
