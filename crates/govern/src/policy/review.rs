//! What a policy that can be read should say, and what is worth knowing of it (GOVERNANCE §1.3, §1.5).

use std::collections::{BTreeMap, BTreeSet};

use waage_core::quantity::Quantity;
use waage_result::finding::{Bilingual, Severity};
use waage_result::text::{Catalogue, Language};

use super::{Criticality, Decide, Policy, Target, UseCase};
use crate::date::Date;
use crate::error::{Place, PolicyError, did_you_mean};

/// Share of checks with a waiver beyond which that is worth a warning.
const WAIVED_SHARE_MAX: f64 = 0.2;

/// One remark: its rule, where, and the sentence.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Remark {
    pub rule: &'static str,
    pub place: Option<Place>,
    pub text: Bilingual,
}

/// Errors that only a whole policy can have, warnings and notes.
#[derive(Debug, Default)]
pub(super) struct Review {
    pub errors: Vec<PolicyError>,
    pub warnings: Vec<Remark>,
    pub notes: Vec<Remark>,
}

/// A policy and where its keys stand.
pub(super) struct Subject<'a> {
    pub policy: &'a Policy,
    pub places: &'a BTreeMap<String, Place>,
    pub catalogue: &'a [&'static Quantity],
    /// The day as of which waivers are looked at.
    pub as_of: Date,
}

impl Subject<'_> {
    /// The place of the first path that the file has.
    fn place(&self, paths: &[&str]) -> Option<Place> {
        paths
            .iter()
            .find_map(|path| self.places.get(*path))
            .cloned()
    }

    fn remark(&self, rule: &'static str, paths: &[&str], values: &[(&str, &str)]) -> Remark {
        let text =
            |language| Catalogue::of(language).fill(&format!("policy.review.{rule}"), values);
        Remark {
            rule,
            place: self.place(paths),
            text: Bilingual {
                de: text(Language::De),
                en: text(Language::En),
            },
        }
    }

    fn invalid(&self, paths: &[&str], what: &str, mend: &str) -> PolicyError {
        PolicyError::Invalid {
            place: self.place(paths).unwrap_or_else(|| Place {
                file: self.policy.file().to_owned(),
                line: 1,
                column: 1,
            }),
            what: what.to_owned(),
            mend: mend.to_owned(),
        }
    }

    /// Reviews the whole policy.
    pub fn review(&self) -> Review {
        let mut review = Review::default();
        self.names(&mut review);
        self.accountability(&mut review);
        self.direct_use(&mut review);
        self.attributes(&mut review);
        self.checks(&mut review);
        self.waivers(&mut review);
        self.gates(&mut review);
        self.criticality(&mut review);
        review
    }

    /// Metrics and margins; an attribute that is not listed may still be named on a command line.
    fn names(&self, review: &mut Review) {
        let named = |check: &super::Check| match &check.attribute {
            Target::Named(name) => name.split('*').map(str::to_owned).collect(),
            Target::EverySensitive => Vec::new(),
        };
        let mut used: Vec<String> = self.policy.checks.iter().flat_map(named).collect();
        let combined = self.policy.intersections.iter();
        used.extend(combined.flat_map(|i| i.attributes.iter().cloned()));
        review
            .errors
            .extend(self.policy.faults_against(self.catalogue, &used));
        let listed = |name: &str| {
            let membership = self.policy.data.membership.iter();
            self.policy.attribute(name).is_some() || membership.into_iter().any(|m| m.name == name)
        };
        let unlisted: BTreeSet<&String> = used.iter().filter(|name| !listed(name)).collect();
        for name in unlisted {
            let known = self.policy.attributes.iter().map(|a| a.spec.name.as_str());
            let hint = did_you_mean(name, known);
            let here = |check: &&super::Check| named(check).contains(name);
            let check = self.policy.checks.iter().find(here);
            let path = check.map_or_else(String::new, |c| format!("check.{}.attribute", c.id));
            review.warnings.push(self.remark(
                "attribute_unlisted",
                &[&path, "intersection"],
                &[("name", name), ("hint", &hint)],
            ));
        }
    }

    /// Why the system exists, and who answers for special categories.
    fn accountability(&self, review: &mut Review) {
        if let Some(system) = &self.policy.kept.system
            && system.criticality >= Some(Criticality::Medium)
            && system
                .strategy_link
                .as_ref()
                .is_none_or(|link| link.trim().is_empty())
        {
            review.errors.push(self.invalid(
                &["system.strategy_link", "system.criticality", "system"],
                "a system of medium or higher criticality does not say why it exists",
                "add strategy_link with the goal that it serves",
            ));
        }
        let dpo = self
            .policy
            .kept
            .people
            .as_ref()
            .and_then(|p| p.dpo.as_ref());
        if self.policy.data.special_categories && dpo.is_none() {
            review.errors.push(self.invalid(
                &["people", "data.special_categories"],
                "data of special categories are used and no data protection officer is named",
                "add dpo under [people]",
            ));
        }
    }

    /// Protected attributes that the model itself uses.
    fn direct_use(&self, review: &mut Review) {
        let features = &self.policy.data.features;
        if features.is_empty() {
            review
                .notes
                .push(self.remark("features_unknown", &["data"], &[]));
        }
        for attribute in &self.policy.attributes {
            let used = features.contains(&attribute.spec.column);
            let reasoned = attribute
                .direct_use_reason
                .as_ref()
                .is_some_and(|reason| !reason.trim().is_empty());
            if used && !reasoned {
                let name = &attribute.spec.name;
                review.errors.push(self.invalid(
                    &[&format!("attribute.{name}")],
                    &format!("the model uses the protected attribute {name:?} and no reason is given"),
                    "add direct_use_reason to the attribute, or take its column out of data.features",
                ));
            }
        }
    }

    fn attributes(&self, review: &mut Review) {
        for attribute in &self.policy.attributes {
            let name = &attribute.spec.name;
            let of = |check: &super::Check| match &check.attribute {
                Target::Named(target) => target.split('*').any(|part| part == name),
                Target::EverySensitive => true,
            };
            if !self.policy.checks.iter().any(of) {
                let path = format!("attribute.{name}");
                let remark = self.remark("attribute_unchecked", &[&path], &[("name", name)]);
                review.warnings.push(remark);
            }
        }
    }

    fn checks(&self, review: &mut Review) {
        let policy = self.policy;
        let of_labels = |check: &super::Check| {
            let quantity = self.catalogue.iter().find(|q| q.name == check.metric);
            quantity.is_some_and(|q| q.needs_label)
        };
        if !policy.checks.iter().any(of_labels) {
            review
                .warnings
                .push(self.remark("no_label_metric", &["check"], &[]));
        }
        for check in &policy.checks {
            if check.decide == Decide::Lenient && check.severity >= Severity::Major {
                let path = format!("check.{}", check.id);
                review.warnings.push(self.remark(
                    "lenient_major",
                    &[&format!("{path}.decide"), &path],
                    &[("check", &check.id), ("severity", check.severity.name())],
                ));
            }
        }
        for family in policy.families.keys() {
            if !policy
                .checks
                .iter()
                .any(|c| c.family.as_ref() == Some(family))
            {
                let path = format!("family.{family}");
                review
                    .warnings
                    .push(self.remark("family_unused", &[&path], &[("family", family)]));
            }
        }
    }

    fn waivers(&self, review: &mut Review) {
        let policy = self.policy;
        let day = self.as_of.to_string();
        let mut waived = BTreeSet::new();
        for waiver in &policy.waivers {
            let path = format!("waiver.{}", waiver.id);
            let expires = waiver.expires.to_string();
            let created = waiver.created.to_string();
            let values = [
                ("waiver", waiver.id.as_str()),
                ("expires", &expires),
                ("created", &created),
                ("day", &day),
            ];
            if self.as_of > waiver.expires {
                let paths = [&format!("{path}.expires")[..], &path];
                review
                    .warnings
                    .push(self.remark("waiver_expired", &paths, &values));
                continue;
            }
            if self.as_of < waiver.created {
                let paths = [&format!("{path}.created")[..], &path];
                review
                    .notes
                    .push(self.remark("waiver_not_yet", &paths, &values));
            }
            waived.insert(&waiver.check);
        }
        let share = waived.len() as f64 / policy.checks.len().max(1) as f64;
        if share > WAIVED_SHARE_MAX {
            let (waived, checks) = (waived.len().to_string(), policy.checks.len().to_string());
            review.warnings.push(self.remark(
                "many_waived",
                &["waiver"],
                &[("waived", &waived), ("checks", &checks)],
            ));
        }
    }

    fn gates(&self, review: &mut Review) {
        let kept = &self.policy.kept;
        if !kept.gates.is_empty() {
            let known = || kept.gates.keys().map(String::as_str);
            for check in &self.policy.checks {
                for gate in check
                    .gates
                    .iter()
                    .filter(|gate| !kept.gates.contains_key(*gate))
                {
                    let path = format!("check.{}", check.id);
                    let hint = did_you_mean(gate, known());
                    review.warnings.push(self.remark(
                        "gate_unknown",
                        &[&format!("{path}.gates"), &path],
                        &[("check", &check.id), ("gate", gate), ("hint", &hint)],
                    ));
                }
            }
        }
        for (name, gate) in &kept.gates {
            let path = format!("gate.{name}");
            for document in &gate.require_documents {
                let rule = match kept.documents.get(document) {
                    None => "document_unlisted",
                    Some(listed) if !listed.has_digest() => "document_without_digest",
                    Some(_) => continue,
                };
                let listed = format!("documents.{document}");
                let paths = [&listed[..], &format!("{path}.require_documents"), &path];
                let values = [("gate", name.as_str()), ("document", document)];
                review.warnings.push(self.remark(rule, &paths, &values));
            }
            for role in gate.required_signatures.keys() {
                let filled = kept
                    .people
                    .as_ref()
                    .is_some_and(|people| people.fills(role));
                if !filled {
                    review.warnings.push(self.remark(
                        "role_unfilled",
                        &[&format!("{path}.required_signatures"), &path],
                        &[("gate", name), ("role", role)],
                    ));
                }
            }
        }
    }

    /// The minimum by use case (GOVERNANCE §1.3) and what is printed of it.
    fn criticality(&self, review: &mut Review) {
        let Some(system) = &self.policy.kept.system else {
            return;
        };
        let least = system.least_criticality();
        let word = least.name();
        let paths = ["system.use_case", "system"];
        let rule = match system.use_case {
            Some(UseCase::Employment) => Some("use_employment"),
            Some(UseCase::Credit) => Some("use_credit"),
            Some(UseCase::Insurance) => Some("use_insurance"),
            Some(UseCase::Housing | UseCase::Education) => Some("use_housing_education"),
            Some(UseCase::LeadScoring) if !system.sets.is_empty() => Some("use_lead_sets"),
            Some(UseCase::LeadScoring) => Some("use_lead_order"),
            Some(UseCase::Other) | None => None,
        };
        review
            .notes
            .extend(rule.map(|rule| self.remark(rule, &paths, &[("criticality", word)])));
        match system.criticality {
            None => {
                let paths = ["system"];
                let values = [("criticality", word)];
                review
                    .warnings
                    .push(self.remark("criticality_missing", &paths, &values));
            }
            Some(given) if given < least => {
                let reason = system.criticality_reason.as_deref().unwrap_or_default();
                let values = [
                    ("criticality", given.name()),
                    ("least", word),
                    ("reason", reason),
                ];
                let paths = ["system.criticality_reason", "system.criticality"];
                review
                    .notes
                    .push(self.remark("criticality_lowered", &paths, &values));
            }
            Some(_) => {}
        }
    }
}
