//! Rankings as measurements, which a policy judges.

use waage_core::estimate::{Estimate, Method, Reason};
use waage_core::quantity::{Comparison, Context, Measurement, Scheme};

use super::catalogue::quantity;
use super::measured::{RankedGroup, RankedView};

impl RankedView {
    /// Every estimate with its subject: those of a group, of a group against the reference, and of all
    /// groups together (`between_groups`). Numbers of first places in `judged` beyond the list have
    /// undefined ones (`too_few_rows`), so that a check of them is not silently left out.
    #[must_use]
    pub fn measurements(&self, judged: &[u64]) -> Vec<Measurement> {
        let mut out = Vec::new();
        let mut add = |found: Option<Measurement>| out.extend(found);
        let attribute = self.attributes.join("*");
        let of_all = |name: &str, estimate: &Estimate| {
            let mut found = blank(name, &attribute, Scheme::BetweenGroups)?;
            found.estimate = estimate.clone();
            found.context.group_rows = self.rows;
            found.context.fewest_events = self.events.filter(|_| found.quantity.needs_label);
            Some(found)
        };
        add(of_all("ndkl", &self.ndkl));
        add(of_all("infeasible_index", &self.infeasible_index));
        add(self.ndcg.as_ref().and_then(|ndcg| of_all("ndcg", ndcg)));
        for at in &self.at {
            for (name, estimate) in [("min_skew", &at.min_skew), ("max_skew", &at.max_skew)] {
                add(of_all(name, estimate).map(|found| told_of(found, at.k)));
            }
        }
        for group in &self.groups {
            let of_group = |name: &str, estimate: &Estimate| {
                let mut found = blank(name, &attribute, Scheme::Value)?;
                found.estimate = estimate.clone();
                found.subject.group = Some(group.name.clone());
                found.context = context(group, found.quantity.needs_label);
                Some(found)
            };
            let own = [
                ("mean_exposure", &group.mean_exposure),
                ("exposure_share", &group.exposure_share),
                ("rnd", &group.rnd),
                ("rkl", &group.rkl),
                ("rrd", &group.rrd),
            ];
            own.into_iter()
                .for_each(|(name, estimate)| add(of_group(name, estimate)));
            if let Some(relevance) = &group.relevance {
                add(of_group(
                    "exposure_per_relevance",
                    &relevance.exposure_per_relevance,
                ));
                add(of_group("dcg", &relevance.dcg));
            }
            for at in &group.at {
                let own = [
                    ("top_k_selection_rate", &at.selection_rate),
                    ("representation_at", &at.representation),
                    ("skew_at", &at.skew),
                ];
                for (name, estimate) in own {
                    add(of_group(name, estimate).map(|found| told_of(found, at.k)));
                }
            }
            let ratio = group.relevance.as_ref().and_then(|of| of.ratio.as_ref());
            let ratios = [
                ("demographic_parity_of_exposure", group.parity.as_ref()),
                ("exposure_per_relevance_ratio", ratio),
            ];
            for (name, estimate) in ratios {
                let Some(estimate) = estimate else { continue };
                add(self.against_reference(name, &attribute, group, estimate));
            }
        }
        for &k in judged
            .iter()
            .filter(|k| !self.at.iter().any(|at| at.k == **k))
        {
            let undefined =
                |rows| Estimate::undefined(rows, Method::BootstrapPercentile, Reason::TooFewRows);
            for name in ["min_skew", "max_skew"] {
                add(of_all(name, &undefined(self.rows)).map(|found| told_of(found, k)));
            }
            for group in &self.groups {
                for name in ["top_k_selection_rate", "representation_at", "skew_at"] {
                    let Some(mut found) = blank(name, &attribute, Scheme::Value) else {
                        continue;
                    };
                    found.estimate = undefined(group.rows);
                    found.subject.group = Some(group.name.clone());
                    found.context = context(group, false);
                    add(Some(told_of(found, k)));
                }
            }
        }
        out
    }

    fn against_reference(
        &self,
        name: &str,
        attribute: &str,
        group: &RankedGroup,
        estimate: &Estimate,
    ) -> Option<Measurement> {
        let mut found = blank(name, attribute, Scheme::ToReference)?;
        let labels = found.quantity.needs_label;
        found.comparison = Comparison::Ratio;
        found.estimate = estimate.clone();
        found.subject.group = Some(group.name.clone());
        found.context = context(group, labels);
        // All rows together where that is the reference.
        let named = |of: &&RankedGroup| {
            !of.name.has_missing() && self.reference == Some(of.name.to_string())
        };
        if let Some(reference) = self.groups.iter().find(named) {
            found.subject.reference = Some(reference.name.clone());
            found.context.reference_rows = reference.rows;
            let fewest = found.context.fewest_events.zip(reference.events);
            found.context.fewest_events = fewest.map(|(a, b)| a.min(b));
        }
        Some(found)
    }
}

/// A measurement of nobody yet, by the quantity's name.
fn blank(name: &str, attribute: &str, scheme: Scheme) -> Option<Measurement> {
    Some(Measurement::blank(
        quantity(name)?,
        attribute,
        scheme,
        Comparison::None,
    ))
}

fn told_of(mut found: Measurement, k: u64) -> Measurement {
    found.first_places = Some(k);
    found
}

fn context(group: &RankedGroup, labels: bool) -> Context {
    Context {
        group_rows: group.rows,
        fewest_events: group.events.filter(|_| labels),
        unknown_group: group.name.has_missing(),
        ..Context::default()
    }
}
