//! The policy that judges when none is given.

use std::collections::{BTreeMap, BTreeSet};

use waage_core::quantity::Comparison;
use waage_result::finding::{Bilingual, Margin, Severity};

use super::{
    Check, Correction, DataPolicy, Decide, Kept, Lineage, OnInconclusive, Op, POLICY_SCHEMA,
    Policy, Privacy, Source, Target,
};

/// The family of all comparisons of the built-in policy.
const FAMILY: &str = "audit";

impl Policy {
    /// For every sensitive attribute and each group of at least 30 rows against the reference: the
    /// ratio of selection rates at least 0.8, the differences of true- and of false-positive rates
    /// within ±0.1; both pass and breach must be shown at 95 %, corrected by Holm over the audit;
    /// severity major.
    #[must_use]
    pub fn built_in() -> Self {
        Self::built_in_of(
            "selection_rate",
            [
                "Every group is selected at least four fifths as often as the reference group",
                "Jede Gruppe wird mindestens vier Fünftel so häufig ausgewählt wie die Referenzgruppe",
            ],
        )
    }

    /// The same where not to be selected is the favourable decision: the ratio is that of the shares
    /// of rejected.
    #[must_use]
    pub fn built_in_punitive() -> Self {
        Self::built_in_of(
            "rejection_share",
            [
                "Every group is spared the decision at least four fifths as often as the reference group",
                "Jede Gruppe bleibt mindestens vier Fünftel so häufig verschont wie die Referenzgruppe",
            ],
        )
    }

    /// The policy whose first check is of that share, for that reason.
    fn built_in_of(favourable_share: &str, [en, de]: [&str; 2]) -> Self {
        let check = |id: &str, metric: &str, comparison, op, margin, en: &str, de: &str| Check {
            id: id.to_owned(),
            metric: metric.to_owned(),
            comparison,
            scheme: None,
            top_k: None,
            attribute: Target::EverySensitive,
            op,
            margin: Margin::One(margin),
            confidence: 0.95,
            interval: None,
            decide: Decide::ThreeWay,
            equivalence: false,
            family: Some(FAMILY.to_owned()),
            severity: Severity::Major,
            why: Some(Bilingual {
                de: de.to_owned(),
                en: en.to_owned(),
            }),
            risk: BTreeSet::new(),
            gates: BTreeSet::new(),
            places: None,
        };
        Self {
            source: Source::BuiltIn,
            lineage: Lineage::default(),
            schema: POLICY_SCHEMA,
            inconclusive: OnInconclusive::Warn,
            data: DataPolicy::default(),
            attributes: Vec::new(),
            intersections: Vec::new(),
            checks: vec![
                check(
                    "FAIR-01",
                    favourable_share,
                    Comparison::Ratio,
                    Op::AtLeast,
                    0.8,
                    en,
                    de,
                ),
                check(
                    "FAIR-02",
                    "true_positive_rate",
                    Comparison::Difference,
                    Op::AtMost,
                    0.1,
                    "Those for whom the decision is right are found equally often in every group",
                    "Wer zu Recht ausgewählt würde, wird in jeder Gruppe gleich häufig erkannt",
                ),
                check(
                    "FAIR-03",
                    "false_positive_rate",
                    Comparison::Difference,
                    Op::AtMost,
                    0.1,
                    "Those for whom the decision is wrong are selected equally often in every group",
                    "Wer zu Unrecht ausgewählt würde, wird in jeder Gruppe gleich häufig ausgewählt",
                ),
            ],
            families: BTreeMap::from([(FAMILY.to_owned(), Correction::Holm)]),
            waivers: Vec::new(),
            privacy: Privacy::default(),
            kept: Kept::default(),
        }
    }
}
