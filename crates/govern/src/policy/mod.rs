//! The policy: what is judged, by which limits, and how sure a judgement must be.

mod against;
mod built_in;
mod check;
mod diff;
mod effect;
mod faults;
mod form;
mod inherit;
mod init;
mod kept;
mod keys;
mod preset;
mod read;
mod recover;
mod review;
mod schema;
mod section;
mod show;
mod sound;
mod source;
mod text;
mod words;

pub use check::check;
pub use diff::diff;
pub(crate) use form::Localised;
pub use init::{Answers, Question, draft};
pub use kept::{
    Business, Criticality, DecisionRule, Document, Gate, Kept, Lifecycle, People, Privacy, Review,
    RiskAppetite, Sets, System, ThirdParty, UseCase,
};
pub use preset::{preset_text, presets};
pub use schema::{reference, schema};
pub use show::show;
pub(crate) use text::{Text, from_toml};
pub use words::{Against, Correction, Decide, Kind, OnInconclusive, Op, Unknown};

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};
use waage_core::estimate::Method;
use waage_core::quantity::Comparison;
use waage_result::finding::{Bilingual, Margin, Severity};
use waage_result::policy::PolicyOverride;
use waage_result::spec::{AttributeSpec, Cut, MembershipSpec};

use crate::canonical;
use crate::error::Place;

/// The first key of a policy file.
pub const POLICY_SCHEMA: &str = "waage/policy/1";

/// A policy with its defaults filled in.
#[derive(Clone, Debug, Serialize)]
pub struct Policy {
    /// `built-in`, or the file as the caller named it; not part of the digest.
    #[serde(skip)]
    pub source: Source,
    /// What it extends and changes; not part of the digest, which is that of the resolved policy.
    #[serde(skip)]
    pub lineage: Lineage,
    /// Always [`POLICY_SCHEMA`].
    pub schema: &'static str,
    /// What an inconclusive verdict does to the exit code.
    pub inconclusive: OnInconclusive,
    /// Which column plays which part, and how small a group is judged.
    pub data: DataPolicy,
    /// Sensitive attributes, in order.
    #[serde(rename = "attribute")]
    pub attributes: Vec<AttributePolicy>,
    /// Combinations of attributes that are compared too.
    #[serde(rename = "intersection")]
    pub intersections: Vec<Intersection>,
    /// What is judged, in order.
    #[serde(rename = "check")]
    pub checks: Vec<Check>,
    /// Families of comparisons that are corrected together, by name.
    #[serde(rename = "family", serialize_with = "families")]
    pub families: BTreeMap<String, Correction>,
    /// Reasoned exceptions with an end.
    #[serde(rename = "waiver")]
    pub waivers: Vec<Waiver>,
    /// What reports for people hide.
    pub privacy: Privacy,
    /// Sections that other commands serve.
    #[serde(flatten)]
    pub kept: Kept,
}

/// Where a policy comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// The one that judges when none is given.
    #[default]
    BuiltIn,
    /// A file, as the caller named it.
    File(String),
}

/// What a policy extends, and what it changes of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lineage {
    /// The names by which they are extended, nearest first.
    pub extends: Vec<String>,
    /// What is changed, of the nearest first.
    pub overrides: Vec<PolicyOverride>,
}

/// `[data]`: which column plays which part, and how small a group is judged.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DataPolicy {
    /// What really happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The model's score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<String>,
    /// What was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
    /// How a decision follows from the score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut: Option<Cut>,
    /// Weight of a row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<String>,
    /// Identifier of a row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The decision that is favourable to people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub favourable: Option<String>,
    /// What rows depend on each other by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// The known probability that a row got its label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub propensity: Option<String>,
    /// Attributes of which only probabilities are known, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub membership: Vec<MembershipSpec>,
    /// Legitimate conditions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stratum: Vec<String>,
    /// Rows to keep (`where`).
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Smallest group that is judged, in rows; 30 if absent.
    pub group_min_n: u64,
    /// Fewest positive and fewest negative labels where a metric needs labels; 0 if absent.
    pub group_min_events: u64,
    /// Groups with a smaller share of the rows have no impact ratio and are nobody's best group; 0
    /// if absent.
    #[serde(skip_serializing_if = "is_zero")]
    pub min_share: f64,
    /// Columns that the model uses, if the policy lists them.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub features: BTreeSet<String>,
    /// Whether the data are of the special categories of GDPR Art. 9.
    pub special_categories: bool,
}

impl Default for DataPolicy {
    fn default() -> Self {
        Self {
            label: None,
            score: None,
            decision: None,
            cut: None,
            weight: None,
            id: None,
            favourable: None,
            cluster: None,
            propensity: None,
            membership: Vec::new(),
            stratum: Vec::new(),
            filter: None,
            group_min_n: 30,
            group_min_events: 0,
            min_share: 0.0,
            features: BTreeSet::new(),
            special_categories: false,
        }
    }
}

/// With whom the groups of an attribute are compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reference {
    /// The group with the most rows.
    #[default]
    Largest,
    /// The group with the highest selection rate among those large enough to be judged.
    Best,
    /// All rows together.
    Overall,
    /// The group of that label.
    Value(String),
}

/// `[[attribute]]`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AttributePolicy {
    /// Name, column and bins.
    #[serde(flatten)]
    pub spec: AttributeSpec,
    /// What kind of values it has.
    pub kind: Kind,
    /// With whom its groups are compared.
    pub reference: Reference,
    /// Names of its groups for people, by label.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<String, Bilingual>,
    /// What happens to rows without a value.
    pub unknown: Unknown,
    /// Legal ground under which the column may be used here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// Why the model itself may use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direct_use_reason: Option<String>,
}

/// The ratio of a group's selection rate to the highest of all groups.
pub(crate) const IMPACT_RATIO: &str = "impact_ratio";
/// The same of scoring rates.
const SCORING_RATE_IMPACT_RATIO: &str = "scoring_rate_impact_ratio";

/// Whether a metric is itself the ratio of a group to the best one.
pub(crate) fn is_impact_ratio(metric: &str) -> bool {
    [IMPACT_RATIO, SCORING_RATE_IMPACT_RATIO].contains(&metric)
}

/// `[[intersection]]`: every combination of two to `max_depth` of the attributes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Intersection {
    /// Attributes, in order.
    pub attributes: Vec<String>,
    /// How many are combined at most; all if absent.
    pub max_depth: usize,
    /// Where in the file the attributes stand, for errors found later.
    #[serde(skip)]
    pub(crate) place: Place,
}

/// Whose groups a check judges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Target {
    /// An attribute, or an intersection `a*b`.
    Named(String),
    /// Every sensitive attribute, intersections not included; only the built-in policy says so.
    EverySensitive,
}

/// `[[check]]`.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// Two to eight capital letters, a hyphen, two to four digits.
    pub id: String,
    /// The metric judged.
    pub metric: String,
    /// How a group is compared with its reference.
    #[serde(serialize_with = "comparison")]
    pub comparison: Comparison,
    /// With what a group is compared; absent: with its reference, or over all groups where the
    /// metric is itself a range over groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme: Option<Against>,
    /// Of how many first places of a ranking, for metrics that count groups among some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_k: Option<u64>,
    /// Whose groups.
    pub attribute: Target,
    /// On which side of the margin is allowed.
    pub op: Op,
    /// The limit, or two.
    pub margin: Margin,
    /// `1 − α`.
    pub confidence: f64,
    /// The interval's method; the metric's default if absent.
    #[serde(serialize_with = "method", skip_serializing_if = "Option::is_none")]
    pub interval: Option<Method>,
    /// How an interval becomes a state.
    pub decide: Decide,
    /// Whether findings tell the p-value of two one-sided tests (TOST) too.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub equivalence: bool,
    /// The family of comparisons that it is corrected with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// How grave a breach is.
    pub severity: Severity,
    /// Why the check exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Bilingual>,
    /// Entries of the risk register.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub risk: BTreeSet<String>,
    /// Gates that ask for it.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub gates: BTreeSet<String>,
    /// Where in the file it stands, for errors found later.
    #[serde(skip)]
    pub(crate) places: Option<CheckPlaces>,
}

/// Where the parts of a check stand.
#[derive(Clone, Debug)]
pub(crate) struct CheckPlaces {
    pub metric: Place,
    pub attribute: Place,
    pub margin: Place,
    pub comparison: Place,
}

/// `[[waiver]]`: a dated, reasoned exception with an end.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Waiver {
    /// Its id.
    pub id: String,
    /// The check that it excuses.
    pub check: String,
    /// For this attribute only; every attribute if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    /// For this group only; every group if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Why.
    pub justification: String,
    /// What is done instead.
    pub compensating_control: String,
    /// Who asked for it, and therefore may not agree to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested_by: Option<String>,
    /// Who signed.
    pub approved_by: BTreeSet<String>,
    /// First day of validity.
    pub created: crate::date::Date,
    /// Last day of validity.
    pub expires: crate::date::Date,
}

impl Policy {
    /// What errors call it: the file as the caller named it.
    #[must_use]
    pub fn file(&self) -> &str {
        match &self.source {
            Source::BuiltIn => "built-in",
            Source::File(file) => file,
        }
    }

    /// The reason for a criticality below the minimum of the use case, where it is below.
    #[must_use]
    pub fn lowered_criticality(&self) -> Option<&str> {
        let system = self.kept.system.as_ref()?;
        let lowered = system.criticality? < system.least_criticality();
        system.criticality_reason.as_deref().filter(|_| lowered)
    }

    /// `sha256:…` of the policy's canonical form, defaults filled in: comments, the order of keys
    /// and the place of the file do not change it.
    #[must_use]
    pub fn digest(&self) -> String {
        canonical::digest(&serde_json::to_value(self).unwrap_or_default())
    }

    /// What the policy says of an attribute, if it lists it.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&AttributePolicy> {
        self.attributes
            .iter()
            .find(|attribute| attribute.spec.name == name)
    }

    /// With whom the groups of an attribute are compared: the largest one if it is not listed.
    #[must_use]
    pub fn reference(&self, name: &str) -> Reference {
        self.attribute(name)
            .map(|a| a.reference.clone())
            .unwrap_or_default()
    }

    /// The intersections that the policy needs: those of `[[intersection]]`, smaller ones first,
    /// then those that only a check names; without repeats, whatever the order of their attributes.
    #[must_use]
    pub fn views(&self) -> Vec<Vec<String>> {
        let mut views: Vec<Vec<String>> = Vec::new();
        let mut add = |view: Vec<String>| {
            let key = |names: &[String]| names.iter().cloned().collect::<BTreeSet<_>>();
            if view.len() > 1 && !views.iter().any(|known| key(known) == key(&view)) {
                views.push(view);
            }
        };
        for intersection in &self.intersections {
            for depth in 2..=intersection.max_depth {
                combinations(&intersection.attributes, depth)
                    .into_iter()
                    .for_each(&mut add);
            }
        }
        for check in &self.checks {
            if let Target::Named(name) = &check.attribute {
                add(name.split('*').map(str::to_owned).collect());
            }
        }
        views
    }
}

/// Every choice of `k` items, in their order.
fn combinations(items: &[String], k: usize) -> Vec<Vec<String>> {
    if k == 0 {
        return vec![Vec::new()];
    }
    let mut out = Vec::new();
    for (i, first) in items.iter().enumerate() {
        for mut rest in combinations(&items[i + 1..], k - 1) {
            rest.insert(0, first.clone());
            out.push(rest);
        }
    }
    out
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

fn comparison<S: Serializer>(value: &Comparison, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(value.name())
}

fn method<S: Serializer>(value: &Option<Method>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value.map_or("", Method::name))
}

fn families<S: Serializer>(
    value: &BTreeMap<String, Correction>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(value.iter().map(|(name, method)| {
        (
            name,
            [("method", method)].into_iter().collect::<BTreeMap<_, _>>(),
        )
    }))
}
