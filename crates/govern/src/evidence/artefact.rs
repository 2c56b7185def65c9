//! What counts as evidence.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;
use waage_result::finding::Bilingual;
use waage_result::text::{Catalogue, Language};

use crate::policy::Localised;
use crate::risks::words::words;

const TEXT: &str = include_str!("artefacts.toml");

words! {
    /// A kind of record that Waage knows; what else is evidence is a document of the policy.
    Kind {
        /// A result of an audit.
        Audit = "audit",
        /// Its metrics by group.
        GroupMetrics = "group_metrics",
        /// Its metrics of all rows, with labels.
        Performance = "performance",
        /// Its gaps within strata.
        Conditional = "conditional",
        /// Its ratios of selection rates.
        ImpactRatio = "impact_ratio",
        /// Its tables of Local Law 144.
        Ll144 = "ll144",
        /// Its tests.
        Significance = "significance",
        /// What it says of the data.
        DataSummary = "data_summary",
        /// What it says of the model.
        Explanation = "explanation",
        /// The policy.
        Policy = "policy",
        /// The purpose that it states.
        Purpose = "purpose",
        /// Owner and approver.
        Roles = "roles",
        /// Who leads human review.
        OversightRoles = "oversight_roles",
        /// Legal basis of every sensitive attribute.
        LegalBasis = "legal_basis",
        /// Suppliers.
        Suppliers = "suppliers",
        /// Gates.
        Gates = "gates",
        /// How often it is audited.
        MonitoringPlan = "monitoring_plan",
        /// Which counts are hidden.
        Suppression = "suppression",
        /// Pseudonyms of reviewed cases.
        Pseudonyms = "pseudonyms",
        /// Confirmed risks.
        RiskRegister = "risk_register",
        /// Risks that findings measure.
        RiskMeasured = "risk_measured",
        /// Controls that count.
        ControlsTested = "controls_tested",
        /// The log of incidents.
        IncidentLog = "incident_log",
        /// What was learnt of them.
        Lessons = "lessons",
        /// The system's entry.
        Inventory = "inventory",
        /// Answers about its risk class.
        Classification = "classification",
        /// A ledger that holds.
        Ledger = "ledger",
        /// The audit's entry in it.
        AuditRecorded = "audit_recorded",
        /// Verified signatures.
        Approvals = "approvals",
        /// Decisions of gates.
        GateDecisions = "gate_decisions",
        /// Decisions of the gate `periodic`.
        PeriodicDecisions = "periodic_decisions",
        /// Steps of the system's life in it.
        Lifecycle = "lifecycle",
        /// A signed head of its tree.
        Checkpoint = "checkpoint",
        /// Decisions of reviewers.
        Review = "review",
        /// Decisions made before the score was seen.
        BlindReview = "blind_review",
        /// The glossary that comes with reports.
        Glossary = "glossary",
    }
}

/// A piece of evidence that a clause asks for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Artefact {
    /// A record that Waage makes or reads.
    Record(Kind),
    /// A document that the policy lists with its digest (`document:ID`).
    Document(String),
}

/// What is said of an artefact.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    what: Localised,
    how: Localised,
    command: String,
}

fn said() -> &'static BTreeMap<String, Said> {
    static SAID: OnceLock<BTreeMap<String, Said>> = OnceLock::new();
    // A test reads it: what is compiled in cannot be mistaken.
    SAID.get_or_init(|| toml::from_str(TEXT).unwrap_or_default())
}

/// Documents that `waage evidence dossier` begins.
const BEGUN: [&str; 4] = ["system_card", "data_sheet", "dpia", "fria"];

impl Artefact {
    /// The artefact of a name in a map.
    pub(super) fn parse(name: &str) -> Option<Self> {
        if let Some(id) = name.strip_prefix("document:") {
            let is_id = (1..=64).contains(&id.len())
                && id.bytes().all(|b| {
                    b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-')
                });
            return is_id.then(|| Self::Document(id.to_owned()));
        }
        Kind::parse(name).map(Self::Record)
    }

    /// The name in maps and documents.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Record(kind) => kind.name().to_owned(),
            Self::Document(id) => format!("document:{id}"),
        }
    }

    /// What it is.
    #[must_use]
    pub fn what(&self) -> Bilingual {
        match self {
            Self::Record(kind) => said()
                .get(kind.name())
                .map_or_else(Bilingual::default, |said| said.what.clone().into()),
            Self::Document(id) => both(|words| {
                let named = words.get(&format!("evidence.document.{id}"));
                named.map_or_else(
                    || words.fill("evidence.document_other", &[("id", id)]),
                    str::to_owned,
                )
            }),
        }
    }

    /// What to do to get it.
    #[must_use]
    pub fn how(&self) -> Bilingual {
        match self {
            Self::Record(kind) => said()
                .get(kind.name())
                .map_or_else(Bilingual::default, |said| said.how.clone().into()),
            Self::Document(id) => {
                let key = match BEGUN.contains(&id.as_str()) {
                    true => "evidence.document_begin",
                    false => "evidence.document_write",
                };
                both(|words| words.fill(key, &[("id", id)]))
            }
        }
    }

    /// The command, with `{names}` to be filled in.
    pub(super) fn command(&self) -> String {
        match self {
            Self::Record(kind) => said()
                .get(kind.name())
                .map_or_else(String::new, |said| said.command.clone()),
            Self::Document(id) if BEGUN.contains(&id.as_str()) => {
                "waage evidence dossier --result {result} --policy {policy} --out dossier"
                    .to_owned()
            }
            Self::Document(id) => {
                format!("sha256sum docs/{id}.pdf && waage policy check {{policy}}")
            }
        }
    }
}

/// A text of both catalogues.
pub(super) fn both(of: impl Fn(&'static Catalogue) -> String) -> Bilingual {
    Bilingual {
        de: of(Catalogue::of(Language::De)),
        en: of(Catalogue::of(Language::En)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waage_result::wording::forbidden;

    #[test]
    fn every_kind_says_what_it_is_and_how_to_get_it() {
        let known: Vec<&str> = said().keys().map(String::as_str).collect();
        let mut kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        kinds.sort_unstable();
        assert_eq!(known, kinds);
        for said in said().values() {
            for text in [said.what.clone(), said.how.clone()].map(Bilingual::from) {
                assert_eq!(forbidden(&text.en, Language::En), None);
                assert_eq!(forbidden(&text.de, Language::De), None);
                assert!(!text.en.is_empty() && !text.de.is_empty());
            }
            assert!(said.command.contains("waage "), "{}", said.command);
        }
    }

    #[test]
    fn names_are_records_or_documents() {
        for name in ["audit", "document:dpia"] {
            assert_eq!(
                Artefact::parse(name).map(|a| a.name()).as_deref(),
                Some(name)
            );
        }
        for name in ["", "audits", "document:", "document:A b", "document:../x"] {
            assert_eq!(Artefact::parse(name), None, "{name}");
        }
    }
}
