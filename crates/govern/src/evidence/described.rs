//! What a policy says of its system, and a ledger of an audit, as documents tell it.

use indexmap::IndexMap;
use waage_result::evidence::{Described, DescribedAttribute, Recorded};

use super::given::{Audited, Given};
use crate::approval;
use crate::date::Date;
use crate::gate::Found;
use crate::policy::{People, Policy};

/// What the given policy says; `None` without one.
#[must_use]
pub fn described(given: &Given) -> Option<Described> {
    let policy = given.policy.as_ref()?;
    let kept = &policy.kept;
    let system = kept.system.as_ref();
    let mut out = Described {
        policy_digest: policy.digest(),
        people: kept.people.as_ref().map(people).unwrap_or_default(),
        columns: columns(policy),
        special_categories: policy.data.special_categories,
        attributes: policy
            .attributes
            .iter()
            .map(|attribute| DescribedAttribute {
                name: attribute.spec.name.clone(),
                column: attribute.spec.column.clone(),
                basis: attribute.basis.clone(),
            })
            .collect(),
        checks: policy
            .checks
            .iter()
            .map(|check| (check.id.clone(), check.why.clone()))
            .collect(),
        gates: kept
            .gates
            .iter()
            .map(|(name, gate)| (name.clone(), gate.every_days))
            .collect(),
        documents: documents(policy, given),
        currency: kept
            .risk_appetite
            .as_ref()
            .and_then(|appetite| appetite.currency.clone()),
        privacy_k: policy.privacy.k,
        review: kept
            .review
            .as_ref()
            .map(|review| (review.sample, review.sla_working_days)),
        ..Described::default()
    };
    if let Some(system) = system {
        out.id = Some(system.id.clone());
        out.name = Some(system.name.clone());
        out.purpose = system.purpose.clone();
        out.version = system.version.clone();
        out.use_case = system.use_case.and_then(word);
        out.decision = system.decision.and_then(word);
        out.lifecycle = system.lifecycle.and_then(word);
        out.criticality = system.criticality.map(|tier| tier.name().to_owned());
        out.strategy_link = system.strategy_link.clone();
        out.affects_natural_persons = system.affects_natural_persons;
        let supplier = |of: &crate::policy::ThirdParty| {
            [
                of.name.clone(),
                of.what.clone(),
                of.contract.clone().unwrap_or_default(),
            ]
        };
        out.third_party = system.third_party.iter().map(supplier).collect();
    }
    Some(out)
}

fn word(value: impl serde::Serialize) -> Option<String> {
    serde_json::to_value(value)
        .ok()?
        .as_str()
        .map(str::to_owned)
}

fn people(people: &People) -> IndexMap<String, Vec<String>> {
    let one = |id: &Option<String>| id.iter().cloned().collect();
    [
        ("owner", one(&people.owner)),
        ("developer", people.developer.iter().cloned().collect()),
        ("validator", one(&people.validator)),
        ("approver", one(&people.approver)),
        ("dpo", one(&people.dpo)),
        ("review_lead", one(&people.review_lead)),
    ]
    .map(|(role, ids)| (role.to_owned(), ids))
    .into_iter()
    .collect()
}

fn columns(policy: &Policy) -> IndexMap<String, String> {
    let data = &policy.data;
    let parts = [
        ("label", &data.label),
        ("score", &data.score),
        ("decision", &data.decision),
        ("weight", &data.weight),
        ("id", &data.id),
        ("cluster", &data.cluster),
        ("propensity", &data.propensity),
    ];
    let named = |(part, column): (&str, &Option<String>)| Some((part.to_owned(), column.clone()?));
    parts.into_iter().filter_map(named).collect()
}

fn documents(policy: &Policy, given: &Given) -> Vec<(String, String, String)> {
    let told = |(id, listed): (&String, &crate::policy::Document)| {
        let state = match (&listed.sha256, given.documents.get(id)) {
            (None, _) => "undigested",
            (Some(digest), Some(Found::Digest(found))) if digest.eq_ignore_ascii_case(found) => {
                "same"
            }
            (Some(_), Some(Found::Digest(_))) => "changed",
            (Some(_), _) => "missing",
        };
        (id.clone(), listed.path.clone(), state.to_owned())
    };
    policy.kept.documents.iter().map(told).collect()
}

/// What the given ledger says of an audit, as of a day; `None` without a ledger.
#[must_use]
pub fn recorded(given: &Given, audit: &Audited, day: Date) -> Option<Recorded> {
    let entries = &given.ledger.as_ref()?.entries;
    let of_this = |kind: &str, key: &str| {
        let (kind, key) = (kind.to_owned(), key.to_owned());
        move |entry: &&crate::ledger::Entry| {
            entry.kind == kind && entry.payload[key.as_str()] == audit.digest.as_str()
        }
    };
    let audited = entries.iter().rev().find(of_this("audit.result", "digest"));
    let gate = entries
        .iter()
        .rev()
        .find(of_this("gate.decision", "audit_digest"));
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let (verified, approvals) = match (&given.policy, &given.keys) {
        (Some(policy), Some(keys)) => {
            let state = approval::state(policy, keys, entries, &audit.digest, day);
            let told = state.signatures.into_iter().map(|one| {
                let day = one.ts.split('T').next().unwrap_or_default().to_owned();
                [one.signer, one.role, day]
            });
            (true, told.collect())
        }
        _ => (false, Vec::new()),
    };
    Some(Recorded {
        audited: audited.map(|entry| entry.ts.date().to_string()),
        approvals,
        verified,
        gate: gate.map(|entry| {
            let payload = &entry.payload;
            [
                text(&payload["gate"]),
                text(&payload["verdict"]),
                entry.ts.date().to_string(),
            ]
        }),
    })
}
