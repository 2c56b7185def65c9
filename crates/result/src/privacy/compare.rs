//! Two releases of nearly the same rows: what follows from both that follows from neither.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cells::BUDGET;
use super::layout::Layout;
use super::share::share;
use super::{Hidden, group_name, view_name};
use crate::document::{AuditResult, EstimateDoc, GroupResult};

/// The schema's name, first key of every document of a comparison.
pub const COMPARE_SCHEMA: &str = "waage/privacy-compare/1";

/// What two releases give away together (`waage privacy compare --format json`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PrivacyComparison {
    /// Always `waage/privacy-compare/1`.
    pub schema: String,
    /// The limit below which a count is small.
    pub k: u64,
    /// Rows of the first release.
    pub rows_old: u64,
    /// Rows of the second release.
    pub rows_new: u64,
    /// Groups and combinations that are told in at least one of them.
    pub groups: u64,
    /// What becomes derivable.
    pub leaks: Vec<PrivacyLeak>,
}

/// One count that becomes derivable.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct PrivacyLeak {
    /// Attribute, or attributes joined by `*`.
    pub view: String,
    /// The group.
    pub group: String,
    /// `rows`, or the rate whose count it is.
    pub of: String,
    /// `few_rows`: it is told in both, and fewer than `k` rows came or went; `few_changes`: the same rows,
    /// of which fewer than `k` changed; `told_in_other`: it is hidden in one and told in the other;
    /// `narrow`: hidden in both, but what is told in either leaves a range that is too narrow.
    pub cause: String,
}

/// Rates that tell a count, one for each part.
const RATES: [&str; 4] = [
    "selection_rate",
    "base_rate",
    "true_positive_rate",
    "scoring_rate",
];

/// Compares two releases. A working document stands for the release that it would give: groups below
/// `k` rows and small outcomes hidden ([`share`](super::share())).
#[must_use]
pub fn compare(old: &AuditResult, new: &AuditResult, k: u64, zero: bool) -> PrivacyComparison {
    let released = |result: &AuditResult| match &result.privacy {
        Some(privacy) if privacy.shared => result.clone(),
        _ => share(result, k, zero),
    };
    let shown = [released(old), released(new)];
    let mut groups: BTreeMap<(String, String), [Option<&GroupResult>; 2]> = BTreeMap::new();
    for (side, result) in shown.iter().enumerate() {
        for group in &result.groups {
            let pair = groups
                .entry((view_name(group), group_name(group)))
                .or_default();
            pair[side] = Some(group);
        }
    }
    let told = |pair: &&[Option<&GroupResult>; 2]| pair.iter().flatten().any(|group| group.n > 0);
    let moved = old.dataset.rows.abs_diff(new.dataset.rows);
    let mut leaks = BTreeSet::new();
    for ((view, group), pair) in &groups {
        let mut leak = |of: &str, cause: &str| {
            leaks.insert(PrivacyLeak {
                view: view.clone(),
                group: group.clone(),
                of: of.to_owned(),
                cause: cause.to_owned(),
            });
        };
        // A group that is not listed has no rows, which is told.
        let rows = pair.map(|of| of.map_or(Some(0), |group| Some(group.n).filter(|&n| n > 0)));
        match rows {
            [Some(a), Some(b)] if (1..k).contains(&a.abs_diff(b)) => leak("rows", "few_rows"),
            [Some(_), None] | [None, Some(_)] if moved < k => leak("rows", "told_in_other"),
            _ => {}
        }
        let [Some(a), Some(b)] = pair else {
            continue;
        };
        for metric in RATES {
            let of = |group: &GroupResult| hits(group.metrics.get(metric)?);
            match (of(a), of(b)) {
                (Some((x, n)), Some((y, m))) => {
                    if (1..k).contains(&n.abs_diff(m)) {
                        leak(metric, "few_rows");
                    } else if n == m && (1..k).contains(&x.abs_diff(y)) {
                        leak(metric, "few_changes");
                    }
                }
                (Some(_), None) | (None, Some(_)) if moved < k && a.n > 0 && b.n > 0 => {
                    let there = |group: &GroupResult| group.metrics.contains_key(metric);
                    if there(a) && there(b) {
                        leak(metric, "told_in_other");
                    }
                }
                _ => {}
            }
        }
    }
    leaks.extend(
        narrow(old, new, k)
            .into_iter()
            .map(|(view, group)| PrivacyLeak {
                view,
                group,
                of: "rows".to_owned(),
                cause: "narrow".to_owned(),
            }),
    );
    PrivacyComparison {
        schema: COMPARE_SCHEMA.to_owned(),
        k,
        rows_old: old.dataset.rows,
        rows_new: new.dataset.rows,
        groups: groups.values().filter(told).count() as u64,
        leaks: leaks.into_iter().collect(),
    }
}

fn hits(estimate: &EstimateDoc) -> Option<(u64, u64)> {
    let hits = (estimate.value? * estimate.n as f64).round();
    Some((hits.max(0.0) as u64, estimate.n))
}

/// Groups of the same rows that both releases hide, but not enough where what either tells is put together.
fn narrow(old: &AuditResult, new: &AuditResult, k: u64) -> Vec<(String, String)> {
    let same = old.dataset.rows == new.dataset.rows;
    if !same || old.privacy.is_some() || new.privacy.is_some() {
        return Vec::new();
    }
    let layout = Layout::of_groups(&new.groups);
    let (first, second) = (Hidden::below(old, k), Hidden::below(new, k));
    let mut hidden = BTreeSet::new();
    let mut names = Vec::new();
    for view in &layout.views {
        for (group, _) in &view.groups {
            if first.contains(&view.name, group) && second.contains(&view.name, group) {
                hidden.insert(names.len());
            }
            names.push((view.name.clone(), group.clone()));
        }
    }
    let mut budget = BUDGET;
    let narrow = layout.narrow(&hidden, k, &mut budget);
    match narrow {
        Some(narrow) => narrow.into_iter().map(|unit| names[unit].clone()).collect(),
        // Not worked out is not safe.
        None => hidden.into_iter().map(|unit| names[unit].clone()).collect(),
    }
}
