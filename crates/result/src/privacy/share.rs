//! An audit as it may leave the house: without small counts, and without what would let one be
//! worked out.
//!
//! Beside the groups of [`suppress`] and the outcomes of [`Closed`], whatever is computed from
//! hidden numbers goes: with sixteen digits, a mean over hidden groups or a digest of the counts
//! would confirm a guess of them.

use super::outcomes::{Closed, Part};
use super::summary::PrivacySummary;
use super::{Hidden, blank, group_name, strata, suppress, view_name};
use crate::document::{AuditResult, Disparity, Distribution, EstimateDoc};
use crate::finding::{CheckOutcome, Finding, State};

/// What stands where a digest was.
const WITHHELD: &str = "withheld";

/// The document with small cells hidden in every part: groups below `k` rows, rates with a numerator
/// or complement below `k` (with `zero`, of none as well), and what would give either away.
#[must_use]
pub fn share(result: &AuditResult, k: u64, zero: bool) -> AuditResult {
    let hidden = Hidden::below(result, k);
    let mut closed = Closed::of(result, &hidden, k, zero);
    let classes: Vec<Closed> = result
        .classes
        .iter()
        .map(|class| Closed::of(&result.of_class(class), &hidden, k, zero))
        .collect();
    // Averages over classes are told of a group only where each class is.
    classes.iter().cloned().for_each(|class| closed.join(class));
    let mut shared = suppress(result, &hidden);
    let mut rules = Rules {
        closed: &closed,
        hidden: &hidden,
        k,
        zero,
        withheld: Vec::new(),
    };
    rules.whole(&mut shared);
    for (class, closed) in shared.classes.iter_mut().zip(&classes) {
        let rules = Rules {
            closed,
            hidden: &hidden,
            k,
            zero,
            withheld: Vec::new(),
        };
        rules.groups(&mut class.groups, &mut class.overall);
        rules.disparities(&mut class.disparities);
        rules.summary(&mut class.summary);
        rules.strata(&mut class.strata, &mut class.conditional);
    }
    let mut withheld = rules.withheld;
    withheld.sort();
    withheld.dedup();
    shared.privacy = Some(PrivacySummary {
        shared: true,
        outcomes_hidden: closed.len() as u64,
        outcomes_withheld: closed.given_up,
        withheld,
        ..reached(&shared, &hidden)
    });
    shared
}

/// What a suppressed document says of itself: how many rows its smallest group has, and how many
/// different outcomes there are in each.
#[must_use]
pub(super) fn reached(shown: &AuditResult, hidden: &Hidden) -> PrivacySummary {
    let rows = shown.groups.iter().map(|group| group.n).filter(|&n| n > 0);
    let different = |metric: &str| {
        let rates = shown.groups.iter().filter_map(|group| {
            let estimate = group.metrics.get(metric)?;
            let rate = estimate.value?;
            let inside = rate * estimate.n as f64 > 0.5 && (1.0 - rate) * estimate.n as f64 > 0.5;
            Some(1 + u64::from(inside))
        });
        rates.min()
    };
    PrivacySummary {
        k: hidden.limit(),
        groups_hidden: hidden.len() as u64,
        k_reached: rows.min(),
        l_decisions: different("selection_rate"),
        l_labels: different("base_rate"),
        ..PrivacySummary::default()
    }
}

struct Rules<'a> {
    closed: &'a Closed,
    hidden: &'a Hidden,
    k: u64,
    zero: bool,
    withheld: Vec<String>,
}

impl Rules<'_> {
    fn withhold(&mut self, field: &str) {
        self.withheld.push(field.to_owned());
    }

    fn small(&self, count: u64) -> bool {
        (1..self.k).contains(&count)
    }

    /// Whether a rate has a small numerator or complement.
    fn thin(&self, estimate: &EstimateDoc) -> bool {
        let Some(value) = estimate.value else {
            return false;
        };
        let hits = (value * estimate.n as f64).round().max(0.0) as u64;
        let misses = estimate.n.saturating_sub(hits);
        [hits, misses]
            .iter()
            .any(|&count| self.small(count) || (self.zero && count == 0))
    }

    fn whole(&mut self, result: &mut AuditResult) {
        self.groups(&mut result.groups, &mut result.overall);
        self.disparities(&mut result.disparities);
        self.summary(&mut result.summary);
        self.strata(&mut result.strata, &mut result.conditional);
        self.judged(result);
        self.data(result);
        let before = result.distributions.len();
        let all = self.hidden.is_empty();
        let distributions = std::mem::take(&mut result.distributions);
        // Bins of hidden groups would follow from those of the others.
        let told = distributions.into_iter().filter(|_| all);
        result.distributions = told.filter_map(|d| self.coarser(d)).collect();
        if result.distributions.len() < before {
            // One group's bins are all rows' less the others'.
            result.distributions.clear();
            self.withhold("distributions");
        }
        self.rankings(result);
        // The steepest pair and the twins are single people.
        if result.individual.take().is_some() {
            self.withhold("individual");
        }
        self.unknown(result);
    }

    fn groups(
        &self,
        groups: &mut [crate::document::GroupResult],
        overall: &mut indexmap::IndexMap<String, EstimateDoc>,
    ) {
        for group in groups.iter_mut() {
            let (view, name) = (view_name(group), group_name(group));
            let any_closed = self.hidden.any_in(&view);
            for (metric, estimate) in &mut group.metrics {
                if !self.closed.tells(&view, &name, metric) || extreme(metric) {
                    blank(estimate);
                }
                // The amount of pooling is computed from all groups.
                if any_closed || !self.closed.tells_all(&view, metric) {
                    estimate.pooled = None;
                }
            }
        }
        for (metric, estimate) in overall {
            if !self.closed.tells_overall(metric) || extreme(metric) {
                blank(estimate);
            }
        }
    }

    /// Whether a comparison rests on shown numbers alone.
    fn tells_comparison(
        &self,
        view: &str,
        metric: &str,
        scheme: &str,
        groups: [&Option<String>; 2],
    ) -> bool {
        let all = !self.hidden.any_in(view) && self.closed.tells_all(view, metric);
        let each = |name: &String| {
            !self.hidden.contains(view, name) && self.closed.tells(view, name, metric)
        };
        let named = groups.into_iter().flatten().all(each);
        !extreme(metric)
            && match scheme {
                "to_reference" | "pairwise" => named && groups[0].is_some(),
                "to_complement" => {
                    named && groups[0].is_some() && self.closed.tells_overall(metric)
                }
                // Ranges, and whatever picks a group, look at all of them.
                _ => all,
            }
    }

    fn disparities(&self, disparities: &mut [Disparity]) {
        for found in disparities {
            let groups = [&found.group, &found.reference];
            if !self.tells_comparison(&found.attribute, &found.metric, &found.scheme, groups) {
                strata::suppress_disparity(found, &|_| true, true);
                found.groups_skipped.clear();
                if found.estimate.reason.is_none() {
                    blank(&mut found.estimate);
                }
            }
            // Corrected together with comparisons that are hidden.
            if self.hidden.any_in(&found.attribute)
                || !self.closed.tells_all(&found.attribute, &found.metric)
            {
                found.p_adjusted = None;
            }
        }
    }

    fn summary(
        &self,
        summary: &mut indexmap::IndexMap<String, indexmap::IndexMap<String, Option<f64>>>,
    ) {
        for (view, names) in summary {
            for (name, value) in names {
                if self.hidden.any_in(view) || !self.closed.tells_all(view, name) {
                    *value = None;
                }
            }
        }
    }

    /// Outcomes within strata: of an attribute all, or none where a cell is small.
    fn strata(
        &self,
        levels: &mut [crate::conditional::StratumResult],
        conditional: &mut [crate::conditional::Conditional],
    ) {
        let parts = [
            Part::Rows,
            Part::Decisions,
            Part::Labels,
            Part::Both,
            Part::Above,
        ];
        let mut told: Vec<(String, Part)> = Vec::new();
        let mut views: Vec<String> = levels
            .iter()
            .flat_map(|level| &level.groups)
            .map(view_name)
            .collect();
        views.sort();
        views.dedup();
        let stratum = levels.first().map(|level| level.stratum.clone());
        for view in views {
            let within = strata::within(&view, stratum.as_deref().unwrap_or_default());
            let hidden = [&view, &within]
                .into_iter()
                .chain(&stratum)
                .any(|view| self.hidden.any_in(view));
            for part in parts {
                let thin = levels.iter().flat_map(|level| &level.groups).any(|group| {
                    view_name(group) == view
                        && group.metrics.iter().any(|(metric, estimate)| {
                            let known = Part::of(metric);
                            let rate = RATES.contains(&metric.as_str());
                            (known == part || (part == Part::Both && known != Part::Above))
                                && rate
                                && self.thin(estimate)
                        })
                });
                let closed = !self.closed.tells_all(&view, of_part(part));
                if !hidden && !closed && !thin {
                    told.push((view.clone(), part));
                }
            }
        }
        let tells = |view: &str, metric: &str| {
            let part = Part::of(metric);
            !extreme(metric) && told.iter().any(|(v, p)| v == view && *p == part)
        };
        for level in levels {
            for group in &mut level.groups {
                let view = view_name(group);
                for (metric, estimate) in &mut group.metrics {
                    estimate.pooled = None;
                    if !tells(&view, metric) && Part::of(metric) != Part::Rows {
                        blank(estimate);
                    }
                }
            }
            for found in &mut level.disparities {
                if !tells(&found.attribute, &found.metric) {
                    strata::suppress_disparity(found, &|_| true, true);
                    blank(&mut found.estimate);
                    found.groups_skipped.clear();
                }
            }
        }
        for found in conditional {
            if !tells(&found.attribute, &found.metric) {
                strata::blank_conditional(found);
            }
        }
    }

    /// Findings and checks: what is judged stands, on which numbers does not.
    fn judged(&self, result: &mut AuditResult) {
        for finding in &mut result.findings {
            let scheme = match (&finding.scheme, &finding.group) {
                (Some(scheme), _) => scheme.clone(),
                (None, Some(_)) if finding.comparison == "none" => "to_reference".to_owned(),
                (None, Some(_)) if finding.reference.is_some() => "to_reference".to_owned(),
                _ => String::new(),
            };
            let groups = [&finding.group, &finding.reference];
            if !self.tells_comparison(&finding.attribute, &finding.metric, &scheme, groups) {
                super::blank_finding(finding);
                finding.state = State::Inconclusive;
                finding.groups_skipped.clear();
            }
        }
        for check in &mut result.checks {
            recount(check, &result.findings, self.hidden);
        }
    }

    /// What is told of the data as a whole.
    fn data(&mut self, result: &mut AuditResult) {
        let data = &mut result.dataset;
        // Whoever knows all counts but one could try which one has this digest.
        WITHHELD.clone_into(&mut data.digest);
        self.withhold("dataset.digest");
        let few = |count: u64| (1..self.k).contains(&count);
        let mut fields = Vec::new();
        for (name, count) in [
            ("dataset.rows_label_missing", &mut data.rows_label_missing),
            (
                "dataset.rows_decision_missing",
                &mut data.rows_decision_missing,
            ),
            ("dataset.rows_score_missing", &mut data.rows_score_missing),
            ("dataset.clusters", &mut data.clusters),
        ] {
            if count.is_some_and(few) {
                *count = None;
                fields.push(name);
            }
        }
        if few(data.rows_filtered_out) {
            data.rows_filtered_out = 0;
            fields.push("dataset.rows_filtered_out");
        }
        let notes = data.notes.len();
        data.notes.retain(|note| {
            let mut counts = note.values.values().filter_map(|value| value.parse().ok());
            !counts.any(few)
        });
        if data.notes.len() < notes {
            fields.push("dataset.notes");
        }
        // The score at the cut is that of the rows tied there.
        if result
            .settings
            .cut
            .as_ref()
            .is_some_and(|cut| cut.tied < self.k || few(cut.selected) || few(cut.tied_selected))
        {
            result.settings.cut = None;
            fields.push("settings.cut");
        }
        fields.iter().for_each(|field| self.withhold(field));
    }

    /// A distribution in bins of at least `k` rows each, or of none; `None` where two bins are too many.
    fn coarser(&self, found: Distribution) -> Option<Distribution> {
        let bins = found.shares.len();
        (1..=bins / 2)
            .filter(|step| bins.is_multiple_of(*step))
            .find_map(|step| {
                let shares: Vec<f64> = found.shares.chunks(step).map(|c| c.iter().sum()).collect();
                let few = |share: &f64| {
                    let count = (share * found.n as f64).round() as u64;
                    self.small(count) || (self.zero && count == 0)
                };
                (!shares.iter().any(few)).then(|| Distribution {
                    edges: found.edges.iter().copied().step_by(step).collect(),
                    shares,
                    ..found.clone()
                })
            })
    }

    /// Places and impact ratios: of a list's first places everything, or nothing where a group has few.
    fn rankings(&mut self, result: &mut AuditResult) {
        for ranked in &mut result.ranking {
            let few = |k: u64| {
                ranked.groups.iter().any(|group| {
                    let at = group.at.iter().find(|at| at.k == k);
                    at.is_none_or(|at| {
                        let rate = &at.top_k_selection_rate;
                        rate.value.is_none() || self.thin(rate)
                    })
                })
            };
            let hide: Vec<u64> = ranked
                .at
                .iter()
                .map(|at| at.k)
                .filter(|&k| few(k))
                .collect();
            for at in ranked.at.iter_mut().filter(|at| hide.contains(&at.k)) {
                blank(&mut at.min_skew);
                blank(&mut at.max_skew);
            }
            for group in &mut ranked.groups {
                // Where a prefix fails is a place, and what it holds a small count.
                group.fa_ir = None;
                for at in group.at.iter_mut().filter(|at| hide.contains(&at.k)) {
                    blank(&mut at.top_k_selection_rate);
                    blank(&mut at.representation_at);
                    blank(&mut at.skew_at);
                }
            }
            blank(&mut ranked.infeasible_index);
        }
        if !result.ranking.is_empty() {
            self.withhold("ranking.groups.fa_ir");
        }
        for table in &mut result.impact_ratios {
            let metric = table.measure.clone();
            let all = !self.hidden.any_in(&table.attribute)
                && self.closed.tells_all(&table.attribute, &metric)
                && !table.groups.iter().any(|group| self.thin(&group.rate));
            if table.unknown.is_some_and(|unknown| self.small(unknown)) {
                table.unknown = None;
            }
            if all {
                continue;
            }
            // The highest rate is found among all, so the ratios tell of each.
            table.highest = None;
            for group in &mut table.groups {
                let open = self.closed.tells(&table.attribute, &group.group, &metric);
                blank(&mut group.impact_ratio);
                if !open || self.thin(&group.rate) {
                    group.hits = None;
                    blank(&mut group.rate);
                }
            }
        }
    }

    /// Groups known by probabilities, and labels known by propensities: all, or none where a count is small.
    fn unknown(&mut self, result: &mut AuditResult) {
        for found in &mut result.membership {
            if found.unclassified.is_some_and(|n| self.small(n)) {
                found.unclassified = None;
            }
            let assigned = found.groups.iter().flat_map(|group| &group.metrics);
            let thin = assigned
                .clone()
                .any(|rate| self.thin(&rate.answers.threshold));
            if thin || self.hidden.any_in(&found.attribute) {
                for rate in found.groups.iter_mut().flat_map(|group| &mut group.metrics) {
                    blank(&mut rate.answers.threshold);
                }
                for gap in &mut found.gaps {
                    blank(&mut gap.answers.threshold);
                    gap.p.threshold = None;
                }
            }
        }
        for found in &mut result.propensity {
            let labels = self
                .closed
                .tells_all(&found.attribute, "true_positive_rate")
                && !self.hidden.any_in(&found.attribute);
            let few = |n: u64| self.small(n);
            let counts = found
                .groups
                .iter()
                .any(|group| few(group.labelled) || few(group.n.saturating_sub(group.labelled)));
            if labels && !counts {
                continue;
            }
            for group in &mut found.groups {
                (group.labelled, group.effective) = (0, None);
                for rate in &mut group.metrics {
                    blank(&mut rate.bounds);
                    blank(&mut rate.ipw);
                }
            }
            for gap in &mut found.gaps {
                blank(&mut gap.bounds);
                blank(&mut gap.ipw);
            }
        }
        if let Some(explanation) = &mut result.explanation {
            let views = explanation
                .features
                .iter()
                .flat_map(|feature| &feature.by_group);
            let hidden = views.clone().any(|of| self.hidden.any_in(&of.attribute));
            WITHHELD.clone_into(&mut explanation.dataset.digest);
            explanation.dataset.notes.clear();
            if self.small(explanation.rows_with_missing) {
                explanation.rows_with_missing = 0;
                self.withhold("explanation.rows_with_missing");
            }
            if hidden {
                self.withhold("explanation.features.by_group");
            }
        }
    }
}

/// Rates whose value times rows is a count.
const RATES: [&str; 15] = [
    "base_rate",
    "selection_rate",
    "rejection_share",
    "true_positive_rate",
    "false_positive_rate",
    "true_negative_rate",
    "false_negative_rate",
    "precision",
    "negative_predictive_value",
    "false_discovery_rate",
    "false_omission_rate",
    "accuracy",
    "error_rate",
    "scoring_rate",
    "jaccard",
];

/// A metric that stands for a part.
const fn of_part(part: Part) -> &'static str {
    match part {
        Part::Rows => "count",
        Part::Decisions => "selection_rate",
        Part::Labels => "base_rate",
        Part::Both => "true_positive_rate",
        Part::Above => "scoring_rate",
    }
}

/// Whether a value may be that of a few rows: the largest or least of something.
fn extreme(metric: &str) -> bool {
    metric.starts_with("max") || metric == "ks_statistic" || metric.contains("maximum")
}

/// A check's groups by state, as the findings that are left tell them.
fn recount(check: &mut CheckOutcome, findings: &[Finding], hidden: &Hidden) {
    let of = |finding: &&Finding| {
        finding.check == check.check
            && finding.attribute == check.attribute
            && finding.metric == check.metric
            && finding.comparison == check.comparison
    };
    let own: Vec<&Finding> = findings.iter().filter(of).collect();
    let is_blank = |finding: &&&Finding| finding.estimate.value.is_none();
    if !own.iter().any(|finding| is_blank(&finding)) && !hidden.any_in(&check.attribute) {
        return;
    }
    for (state, count) in &mut check.counts {
        *count = own
            .iter()
            .filter(|f| f.state.name() == state.as_str())
            .count() as u64;
    }
    let worst = check.worst_group.as_ref();
    if own
        .iter()
        .any(|f| f.group.as_ref() == worst && f.estimate.value.is_none())
    {
        check.worst_group = None;
    }
}
