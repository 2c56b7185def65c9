//! Which groups of an attribute a figure shows, and what they are called.

use std::collections::{BTreeMap, BTreeSet};

use waage_result::document::{AuditResult, Distribution, EstimateDoc, GroupResult};
use waage_result::finding::{Finding, State};
use waage_result::privacy::MISSING;
use waage_result::text::{Catalogue, capitalised};

use crate::Options;
use crate::font::{self, clean};

/// Most groups in one figure.
pub(crate) const GROUPS_MAX: usize = 40;

/// One attribute, or an intersection of several, with the groups to show.
pub(crate) struct View<'a> {
    /// The name in documents: `gender`, `gender*region`.
    pub(crate) name: String,
    /// The name in figures: `gender`, `gender × region`.
    pub(crate) title: String,
    /// Groups to show, in the document's order.
    pub(crate) groups: Vec<Group<'a>>,
    /// Groups hidden because they are small.
    pub(crate) hidden: usize,
    /// Groups large enough to show.
    pub(crate) total: usize,
    /// Whether only judged groups are shown.
    pub(crate) judged_only: bool,
    /// Estimates that rest on fewer rows are not shown.
    hide_below: u64,
}

/// A group to show.
pub(crate) struct Group<'a> {
    /// The label in documents: labels joined by `*`, missing as `(missing)`.
    pub(crate) key: String,
    /// The label in figures.
    pub(crate) label: String,
    /// Its numbers.
    pub(crate) result: &'a GroupResult,
    /// Whether the others are compared with it.
    pub(crate) is_reference: bool,
}

impl<'a> View<'a> {
    /// Every view of a result that has a group to show, in order.
    pub(crate) fn all(result: &'a AuditResult, options: &Options, words: &Catalogue) -> Vec<Self> {
        let names: &Vec<Vec<String>> = &result.settings.views;
        names
            .iter()
            .map(|attributes| Self::new(result, attributes, options, words))
            .filter(|view| !view.groups.is_empty())
            .collect()
    }

    fn new(
        result: &'a AuditResult,
        attributes: &[String],
        options: &Options,
        words: &Catalogue,
    ) -> Self {
        let name = attributes.join("*");
        let title = attributes
            .iter()
            .map(|a| font::name(a))
            .collect::<Vec<_>>()
            .join(" × ");
        let reference = result
            .settings
            .references
            .get(&name)
            .and_then(Option::as_deref);
        let members: Vec<&GroupResult> = result
            .groups
            .iter()
            .filter(|g| {
                g.attributes.len() == attributes.len()
                    && attributes.iter().all(|a| g.attributes.contains_key(a))
            })
            .collect();
        // Joined labels are not unique if a label holds the joiner itself: hide on any that is small.
        let small: BTreeSet<String> = members
            .iter()
            .filter(|g| g.n < options.hide_below.max(1))
            .map(|g| key(g, attributes))
            .collect();
        let mut groups: Vec<Group<'a>> = members
            .iter()
            .map(|g| {
                let key = key(g, attributes);
                Group {
                    label: label(g, attributes, words),
                    is_reference: reference == Some(&key),
                    key,
                    result: g,
                }
            })
            .filter(|g| !small.contains(&g.key))
            .collect();
        let hidden = members.len() - groups.len();
        let total = groups.len();
        let ranks = ranks(result, &name);
        let judged_only = attributes.len() > 1 && !ranks.is_empty();
        if judged_only {
            groups.retain(|g| g.is_reference || ranks.contains_key(g.key.as_str()));
        }
        let judged_only = judged_only && groups.len() < total;
        limit(&mut groups, &ranks);
        Self {
            name,
            title,
            groups,
            hidden,
            total,
            judged_only,
            hide_below: options.hide_below,
        }
    }

    /// The reference group, if it is shown.
    pub(crate) fn reference_group(&self) -> Option<&Group<'a>> {
        self.groups.iter().find(|g| g.is_reference)
    }

    /// The group's estimate of a metric, unless it rests on too few rows to be shown.
    pub(crate) fn estimate<'g>(
        &self,
        group: &'g Group<'a>,
        metric: &str,
    ) -> Option<&'g EstimateDoc> {
        group
            .result
            .metrics
            .get(metric)
            .filter(|e| e.n >= self.hide_below)
    }

    /// Whether a comparison of the group may be shown: both sides rest on enough rows.
    pub(crate) fn comparable(&self, group: &Group<'a>, metric: &str) -> bool {
        let enough = |g: &Group<'a>| {
            g.result
                .metrics
                .get(metric)
                .is_none_or(|e| e.n >= self.hide_below)
        };
        enough(group) && self.reference_group().is_none_or(enough)
    }

    /// The group's score distribution, unless it rests on too few rows to be shown.
    pub(crate) fn distribution(
        &self,
        result: &'a AuditResult,
        group: &Group<'a>,
    ) -> Option<&'a Distribution> {
        let own = |d: &&Distribution| {
            d.attribute == self.name && d.group.as_deref().unwrap_or(MISSING) == group.key
        };
        result
            .distributions
            .iter()
            .find(own)
            .filter(|d| d.n >= self.hide_below)
    }

    /// What a reader must know of the groups that are not shown.
    pub(crate) fn notes(&self, words: &Catalogue) -> Vec<String> {
        let mut notes = Vec::new();
        if self.groups.len() < self.total {
            let code = if self.judged_only && self.groups.len() < GROUPS_MAX {
                "chart.note_judged"
            } else {
                "chart.note_limited"
            };
            let (shown, total) = (
                words.integer(self.groups.len() as u64),
                words.integer(self.total as u64),
            );
            notes.push(words.fill(code, &[("shown", &shown), ("total", &total)]));
        }
        notes.extend(hidden_note(self.hidden, words));
        notes
    }
}

/// That so many groups are hidden; nothing of none.
pub(crate) fn hidden_note(hidden: usize, words: &Catalogue) -> Option<String> {
    let code = match hidden {
        0 => return None,
        1 => "chart.note_hidden_one",
        _ => "chart.note_hidden_many",
    };
    let count = words.integer(hidden as u64);
    Some(words.fill(code, &[("count", &count)]))
}

/// How much a group must be seen: 2 with a breach, 1 judged.
fn ranks<'a>(result: &'a AuditResult, view: &str) -> BTreeMap<&'a str, u8> {
    let mut ranks = BTreeMap::new();
    for finding in findings(result, view) {
        if let Some(group) = &finding.group {
            let rank = ranks.entry(group.as_str()).or_insert(1);
            if finding.state == State::Breach {
                *rank = 2;
            }
        }
    }
    ranks
}

/// The findings about a view.
pub(crate) fn findings<'a>(
    result: &'a AuditResult,
    view: &str,
) -> impl Iterator<Item = &'a Finding> {
    result.findings.iter().filter(move |f| f.attribute == view)
}

/// Keeps the reference, then breaches, then judged groups, then the largest, in the given order.
fn limit(groups: &mut Vec<Group<'_>>, ranks: &BTreeMap<&str, u8>) {
    if groups.len() <= GROUPS_MAX {
        return;
    }
    let mut order: Vec<usize> = (0..groups.len()).collect();
    order.sort_by_key(|&i| {
        let group = &groups[i];
        let rank = if group.is_reference {
            3
        } else {
            ranks.get(group.key.as_str()).copied().unwrap_or(0)
        };
        // Among groups without a breach the size decides: judged ones are the larger ones anyway.
        (
            std::cmp::Reverse(rank.max(1)),
            std::cmp::Reverse(group.result.n),
            i,
        )
    });
    let kept: BTreeSet<usize> = order.into_iter().take(GROUPS_MAX).collect();
    let mut index = 0;
    groups.retain(|_| {
        index += 1;
        kept.contains(&(index - 1))
    });
}

fn labels<'g>(
    group: &'g GroupResult,
    attributes: &'g [String],
) -> impl Iterator<Item = Option<&'g str>> {
    attributes
        .iter()
        .map(|a| group.attributes.get(a).and_then(Option::as_deref))
}

fn key(group: &GroupResult, attributes: &[String]) -> String {
    labels(group, attributes)
        .map(|l| l.unwrap_or(MISSING))
        .collect::<Vec<_>>()
        .join("*")
}

fn label(group: &GroupResult, attributes: &[String], words: &Catalogue) -> String {
    let show =
        |l: Option<&str>| l.map_or_else(|| words.text("chart.missing").to_owned(), font::name);
    labels(group, attributes)
        .map(show)
        .collect::<Vec<_>>()
        .join(" · ")
}

/// A metric's name in figures: one of its own where it has one, else that of texts.
pub(crate) fn metric_name(metric: &str, words: &Catalogue) -> String {
    if let Some(name) = words.get(&format!("chart.metric.{metric}")) {
        return name.to_owned();
    }
    words
        .get(&format!("metric.{metric}"))
        .map_or_else(|| clean(&metric.replace('_', " ")), capitalised)
}

/// "3 groups", "eine Gruppe".
pub(crate) fn count_groups(count: usize, words: &Catalogue) -> String {
    let code = if count == 1 {
        "chart.groups_one"
    } else {
        "chart.groups_many"
    };
    words.fill(code, &[("count", &words.integer(count as u64))])
}

#[cfg(test)]
mod tests {
    use waage_result::text::Language;

    use super::*;

    #[test]
    fn metrics_that_a_policy_adds_are_named_in_the_language_of_the_figure() {
        let name = |metric, language| metric_name(metric, Catalogue::of(language));
        assert_eq!(name("rejection_share", Language::De), "Ablehnungsquote");
        assert_eq!(name("rejection_share", Language::En), "Share of rejected");
        assert_eq!(name("selection_rate", Language::De), "Auswahlquote");
        assert_eq!(name("never_heard_of", Language::De), "never heard of");
    }
}
