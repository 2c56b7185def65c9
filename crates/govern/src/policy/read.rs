//! From the text of `audit.toml` to a [`Policy`], or sentences that say what to mend.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use toml::Spanned;

use super::faults::Faults;
use super::form::{FamilyForm, Form};
use super::source::Sources;
use super::{Correction, Kept, Lineage, POLICY_SCHEMA, Policy, Source};
use super::{diff, inherit, recover, section};
use crate::error::{Place, PolicyError};

/// A policy as far as it could be read, and everything wrong with it.
pub(super) struct Reading {
    /// The policy, if nothing is wrong.
    pub policy: Option<Policy>,
    /// What is wrong, in the order of the files.
    pub errors: Vec<PolicyError>,
    /// Where everything stands, by path: `check.FAIR-01.margin`.
    pub places: BTreeMap<String, Place>,
}

impl Policy {
    /// Reads a policy file, or with `preset:NAME` one that comes with Waage, and what it extends.
    ///
    /// # Errors
    /// The first [`PolicyError`], with file, line and column: unreadable, not TOML, a key or word
    /// that is not known (with the nearest one), or a value that makes no sense.
    pub fn read(path: &Path) -> Result<Self, PolicyError> {
        let sources = Sources::read(path)?;
        read(&sources, Extent::Whole).into_result()
    }

    /// Reads a policy from its text; `file` is what errors call it. Such a policy may extend presets,
    /// not files.
    ///
    /// ```
    /// use waage_govern::Policy;
    /// let text = r#"
    ///     schema = "waage/policy/1"
    ///     [[check]]
    ///     id = "FAIR-01"
    ///     metric = "selection_rate"
    ///     comparison = "ratio"
    ///     attribute = "gender"
    ///     op = ">="
    ///     magrin = 0.8
    /// "#;
    /// let error = Policy::parse(text, "audit.toml").unwrap_err();
    /// assert!(error.to_string().starts_with(
    ///     "audit.toml:9:5: unknown key \"magrin\"; did you mean \"margin\"?"
    /// ));
    /// ```
    ///
    /// # Errors
    /// As [`Policy::read`].
    pub fn parse(text: &str, file: &str) -> Result<Self, PolicyError> {
        let sources = Sources::of_text(text, file)?;
        read(&sources, Extent::Whole).into_result()
    }
}

impl Reading {
    pub fn into_result(mut self) -> Result<Policy, PolicyError> {
        match self.policy {
            Some(policy) if self.errors.is_empty() => Ok(policy),
            _ if self.errors.is_empty() => Err(PolicyError::TooManyFaults),
            _ => Err(self.first()),
        }
    }

    /// The error to be told where one is: a name that is not known before what it may have caused.
    fn first(&mut self) -> PolicyError {
        let unknown = |error: &PolicyError| matches!(error, PolicyError::Unknown { .. });
        let first = self.errors.iter().position(unknown).unwrap_or(0);
        self.errors.swap_remove(first)
    }
}

/// How much of a policy must be there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// One that judges.
    Whole,
    /// One that others extend: it may have no check.
    Base,
}

/// Reads texts as one policy.
pub(super) fn read(sources: &Sources, extent: Extent) -> Reading {
    let failed = |errors| Reading {
        policy: None,
        errors,
        places: BTreeMap::new(),
    };
    let table = match inherit::resolve(sources) {
        Ok(table) => table,
        Err(errors) => return failed(errors),
    };
    let mut at = Faults::new(sources, &table);
    let policy = recover::form(table, &mut at).map(|form| policy(&mut at, form, extent));
    let mut errors = std::mem::take(&mut at.found);
    errors.sort_by_key(|error| sources.order(error.place()));
    let mut policy = policy.filter(|_| errors.is_empty());
    if let Some(policy) = &mut policy {
        policy.source = Source::File(sources.list[0].name.clone());
        match lineage(sources, policy) {
            Ok(lineage) => policy.lineage = lineage,
            Err(faults) => errors = faults,
        }
    }
    Reading {
        policy: policy.filter(|_| errors.is_empty()),
        errors,
        places: at.into_places(),
    }
}

/// What a policy extends, and what it changes of it.
fn lineage(sources: &Sources, policy: &Policy) -> Result<Lineage, Vec<PolicyError>> {
    let Some(base_sources) = sources.base() else {
        return Ok(Lineage::default());
    };
    let reading = read(&base_sources, Extent::Base);
    let Some(base) = reading.policy else {
        return Err(reading.errors);
    };
    let name = sources.list[1].extended_as.clone();
    let mut extends = vec![name.clone()];
    extends.extend(base.lineage.extends.iter().cloned());
    let mut overrides = diff::overrides(&name, &base, policy);
    overrides.extend(base.lineage.overrides);
    Ok(Lineage { extends, overrides })
}

fn policy(at: &mut Faults<'_>, form: Form, extent: Extent) -> Policy {
    if form.schema.get_ref() != POLICY_SCHEMA {
        at.unknown(&form.schema, "schema", [POLICY_SCHEMA]);
    }
    let families = families(at, form.family);
    let mut names = BTreeSet::new();
    let mut attributes = Vec::new();
    for attribute in form.attribute {
        unique(at, &mut names, &attribute.name, "attribute");
        attributes.push(section::attribute(at, attribute));
    }
    let intersections = form.intersection.into_iter();
    let intersections = intersections
        .map(|intersection| section::intersection(at, intersection))
        .collect();
    let mut ids = BTreeSet::new();
    let mut checks = Vec::new();
    for check in form.check {
        unique(at, &mut ids, &check.id, "check");
        checks.push(section::check(at, check, &families));
    }
    if checks.is_empty() && extent == Extent::Whole && at.found.is_empty() {
        at.invalid(0..0, "the policy has no check", "add a [[check]]");
    }
    let mut ids = BTreeSet::new();
    let mut waivers = Vec::new();
    for waiver in form.waiver {
        unique(at, &mut ids, &waiver.id, "waiver");
        waivers.push(section::waiver(at, waiver, &checks));
    }
    let privacy = form.privacy.unwrap_or_default();
    let kept = Kept {
        system: form.system,
        people: form.people,
        risk_appetite: form.risk_appetite,
        gates: form.gate,
        documents: form.documents,
        business: form.business,
        review: form.review,
    };
    kept.check(at);
    at.problems("privacy", privacy.problems());
    Policy {
        source: Source::BuiltIn,
        lineage: Lineage::default(),
        schema: POLICY_SCHEMA,
        inconclusive: form.inconclusive,
        data: section::data(at, form.data),
        attributes,
        intersections,
        checks,
        families,
        waivers,
        privacy,
        kept,
    }
}

fn families(
    at: &mut Faults<'_>,
    forms: BTreeMap<String, FamilyForm>,
) -> BTreeMap<String, Correction> {
    let mut families = BTreeMap::new();
    for (name, form) in forms {
        let (span, method) = (form.method.span(), form.method.into_inner());
        if method == Correction::Ebh {
            at.invalid(
                span.clone(),
                "the method \"ebh\" is not available in this version",
                "use holm, bh, bonferroni or none",
            );
        }
        if name == "none" {
            at.invalid(
                span,
                "a family is called \"none\"",
                "choose another name; none means no family",
            );
        }
        families.insert(name, method);
    }
    families
}

fn unique(at: &mut Faults<'_>, seen: &mut BTreeSet<String>, name: &Spanned<String>, kind: &str) {
    if !seen.insert(name.get_ref().clone()) {
        at.invalid(
            name.span(),
            format!("the {kind} {:?} is defined twice", name.get_ref()),
            "rename or remove one of the two",
        );
    }
}
