//! The published JSON Schemas.

/// The schema of the document of `waage audit --format json`.
#[must_use]
pub fn audit() -> String {
    pretty(&waage_report::schema())
}

/// The schema of the document of `waage metrics --format json`.
#[must_use]
pub fn metrics() -> String {
    pretty(&waage_report::metrics_schema())
}

/// The schema of the document of `waage power --format json`.
#[must_use]
pub fn power() -> String {
    pretty(&waage_report::power_schema())
}

/// The schema of an audit's spec.
#[must_use]
pub fn spec() -> String {
    let mut schema = schemars::schema_for!(waage_result::spec::AuditSpec);
    schema.insert("$id".to_owned(), "waage/spec/1".into());
    pretty(schema.as_value())
}

/// The schema of the document of `waage scan --format json`.
#[must_use]
pub fn scan() -> String {
    of_document(
        schemars::schema_for!(waage_result::scan::ScanResult),
        waage_result::scan::SCAN_SCHEMA,
    )
}

/// The schema of the document of `waage explain --format json`.
#[must_use]
pub fn explain() -> String {
    of_document(
        schemars::schema_for!(waage_result::attribution::ExplainResult),
        waage_result::attribution::EXPLAIN_SCHEMA,
    )
}

/// The schema of the policy file, for editors.
#[must_use]
pub fn policy() -> String {
    pretty(&waage_govern::policy::schema())
}

/// The schema of the document of `waage policy check --format json`.
#[must_use]
pub fn policy_check() -> String {
    of_document(
        schemars::schema_for!(waage_result::policy::PolicyCheck),
        waage_result::policy::POLICY_CHECK_SCHEMA,
    )
}

/// The schema of the document of `waage policy diff --format json`.
#[must_use]
pub fn policy_diff() -> String {
    of_document(
        schemars::schema_for!(waage_result::policy::PolicyDiff),
        waage_result::policy::POLICY_DIFF_SCHEMA,
    )
}

/// The schema of the document of `waage policy show --format json`.
#[must_use]
pub fn policy_show() -> String {
    of_document(
        schemars::schema_for!(waage_result::policy::PolicyShow),
        waage_result::policy::POLICY_SHOW_SCHEMA,
    )
}

/// The schema of the document of `waage policy presets --format json`.
#[must_use]
pub fn policy_presets() -> String {
    of_document(
        schemars::schema_for!(waage_result::policy::PolicyPresets),
        waage_result::policy::POLICY_PRESETS_SCHEMA,
    )
}

/// The schema of the document of `waage gate --format json`.
#[must_use]
pub fn gate() -> String {
    of_document(
        schemars::schema_for!(waage_result::gate::GateResult),
        waage_result::gate::GATE_SCHEMA,
    )
}

/// The schema of the document of `waage ledger verify --format json`.
#[must_use]
pub fn ledger() -> String {
    use waage_result::ledger::{LEDGER_SCHEMA, LedgerResult};
    of_document(schemars::schema_for!(LedgerResult), LEDGER_SCHEMA)
}

/// The schema of the document of `waage ledger show --format json`.
#[must_use]
pub fn entries() -> String {
    use waage_result::ledger::{ENTRIES_SCHEMA, EntriesResult};
    of_document(schemars::schema_for!(EntriesResult), ENTRIES_SCHEMA)
}

/// The schema of the document of `waage ledger prove`.
#[must_use]
pub fn proof() -> String {
    use waage_result::ledger::{PROOF_SCHEMA, ProofResult};
    of_document(schemars::schema_for!(ProofResult), PROOF_SCHEMA)
}

/// The schema of the document of `waage approve --format json`.
#[must_use]
pub fn approval() -> String {
    use waage_result::approval::{APPROVAL_SCHEMA, ApprovalResult};
    of_document(schemars::schema_for!(ApprovalResult), APPROVAL_SCHEMA)
}

/// The schema of the document of `waage approve --waiver` and `--risk` with `--format json`.
#[must_use]
pub fn exception() -> String {
    use waage_result::approval::{EXCEPTION_SCHEMA, ExceptionResult};
    of_document(schemars::schema_for!(ExceptionResult), EXCEPTION_SCHEMA)
}

/// The schema of the document of `waage keys list --format json`.
#[must_use]
pub fn keys() -> String {
    use waage_result::approval::{KEYS_SCHEMA, KeysResult};
    of_document(schemars::schema_for!(KeysResult), KEYS_SCHEMA)
}

/// The schema of the document of `waage risks`.
#[must_use]
pub fn risks() -> String {
    of_document(
        schemars::schema_for!(waage_result::risks::RisksResult),
        waage_result::risks::RISKS_SCHEMA,
    )
}

/// The schema of the document of `waage incident`.
#[must_use]
pub fn incidents() -> String {
    of_document(
        schemars::schema_for!(waage_result::incidents::IncidentsResult),
        waage_result::incidents::INCIDENTS_SCHEMA,
    )
}

/// The schema of the document of `waage systems`.
#[must_use]
pub fn systems() -> String {
    of_document(
        schemars::schema_for!(waage_result::systems::SystemsResult),
        waage_result::systems::SYSTEMS_SCHEMA,
    )
}

/// The schema of the document of `waage review report --format json`.
#[must_use]
pub fn review() -> String {
    use waage_result::review::{REVIEW_SCHEMA, ReviewResult};
    of_document(schemars::schema_for!(ReviewResult), REVIEW_SCHEMA)
}

/// The schema of `batch.json`, which `waage review sample` leaves.
#[must_use]
pub fn review_batch() -> String {
    use waage_result::review::{REVIEW_BATCH_SCHEMA, ReviewBatch};
    of_document(schemars::schema_for!(ReviewBatch), REVIEW_BATCH_SCHEMA)
}

/// The schema of the document of `waage privacy release --format json`.
#[must_use]
pub fn dp_release() -> String {
    use waage_result::dp::{DP_SCHEMA, DpRelease};
    of_document(schemars::schema_for!(DpRelease), DP_SCHEMA)
}

/// The schema of the document of `waage privacy scan --format json`.
#[must_use]
pub fn pii_scan() -> String {
    use waage_result::pii::{PII_SCHEMA, PiiResult};
    of_document(schemars::schema_for!(PiiResult), PII_SCHEMA)
}

/// The schema of the document of `waage privacy compare --format json`.
#[must_use]
pub fn privacy_compare() -> String {
    use waage_result::privacy::{COMPARE_SCHEMA, PrivacyComparison};
    of_document(schemars::schema_for!(PrivacyComparison), COMPARE_SCHEMA)
}

/// The schema of the document of `waage evidence map --format json`.
#[must_use]
pub fn evidence() -> String {
    use waage_result::evidence::{EVIDENCE_SCHEMA, EvidenceResult};
    of_document(schemars::schema_for!(EvidenceResult), EVIDENCE_SCHEMA)
}

/// A document's schema with its name in it.
fn of_document(mut schema: schemars::Schema, id: &str) -> String {
    schema.insert("$id".to_owned(), id.into());
    if let Some(name) = schema
        .get_mut("properties")
        .and_then(|properties| properties.get_mut("schema"))
    {
        name["const"] = id.into();
    }
    pretty(schema.as_value())
}

fn pretty(value: &serde_json::Value) -> String {
    format!("{value:#}\n")
}
