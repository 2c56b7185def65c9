//! The map told as a document.

use std::collections::BTreeMap;

use waage_result::evidence::{Clause, EVIDENCE_SCHEMA, EvidenceResult, Gap, LegalDate, Piece};

use super::applies;
use super::artefact::{Artefact, both};
use super::command::command;
use super::found::pieces;
use super::given::Given;
use super::map::{ClauseRow, Map, Status};
use crate::date::Date;

/// Legal knowledge older than this may be out of date.
const KNOWLEDGE_DAYS: i32 = 180;

/// Tells the clauses of some laws and the evidence for them, as of a day.
#[must_use]
pub fn tell(map: &Map, given: &Given, scope: &[String], day: Date) -> EvidenceResult {
    let asked = |law: &String| scope.contains(law);
    let rows: Vec<&ClauseRow> = map.clauses.iter().filter(|row| asked(&row.law)).collect();
    let dates: Vec<_> = map.dates.iter().filter(|date| asked(&date.law)).collect();
    let known = rows
        .iter()
        .map(|row| row.as_of)
        .chain(dates.iter().map(|date| date.as_of));
    let oldest = known.min();
    // Many clauses ask for the same artefact.
    let mut found = Pieces::new();
    for artefact in rows.iter().flat_map(|row| &row.artefacts) {
        let known = found.entry(artefact);
        known.or_insert_with(|| pieces(artefact, given, day));
    }
    EvidenceResult {
        schema: EVIDENCE_SCHEMA.to_owned(),
        as_of: day.to_string(),
        scope: scope.to_vec(),
        system: given.system().map(|system| system.name.clone()),
        knowledge: oldest.map(|day| day.to_string()).unwrap_or_default(),
        out_of_date: oldest.is_some_and(|oldest| is_old(oldest, day)),
        dates: dates
            .into_iter()
            .map(|date| LegalDate {
                law: date.law.clone(),
                date: date.date.clone(),
                what: date.what.clone(),
                status: date.status.name().to_owned(),
                as_of: date.as_of.to_string(),
            })
            .collect(),
        clauses: rows
            .into_iter()
            .map(|row| clause(row, given, &found, day))
            .collect(),
    }
}

fn is_old(known: Date, day: Date) -> bool {
    day.days_since(&known) > KNOWLEDGE_DAYS
}

/// The pieces that are each artefact.
type Pieces<'a> = BTreeMap<&'a Artefact, Vec<Piece>>;

fn clause(row: &ClauseRow, given: &Given, found: &Pieces<'_>, day: Date) -> Clause {
    let superseded = (row.status == Status::Superseded)
        .then(|| both(|words| words.text("evidence.reason.superseded").to_owned()));
    let reason = superseded.or_else(|| applies::reason(row.applies?, given));
    let mut evidence = Vec::new();
    let mut missing = Vec::new();
    for artefact in &row.artefacts {
        match found.get(artefact) {
            Some(pieces) if !pieces.is_empty() => evidence.extend_from_slice(pieces),
            _ => missing.push(gap(artefact, given)),
        }
    }
    let coverage = match (&reason, evidence.is_empty(), missing.is_empty()) {
        (Some(_), _, _) => "not_applicable",
        (None, true, _) => "none",
        (None, false, false) => "partial",
        (None, false, true) => "present",
    };
    if reason.is_some() {
        // Nobody is told to make evidence for what does not apply.
        missing.clear();
    }
    Clause {
        id: row.id.clone(),
        law: row.law.clone(),
        clause: row.clause.clone(),
        title: row.title.clone(),
        status: row.status.name().to_owned(),
        as_of: row.as_of.to_string(),
        out_of_date: is_old(row.as_of, day),
        note: row.note.clone(),
        from_user: row.from_user,
        sections: row.sections.clone(),
        coverage: coverage.to_owned(),
        reason,
        evidence,
        missing,
    }
}

fn gap(artefact: &Artefact, given: &Given) -> Gap {
    Gap {
        artefact: artefact.name(),
        what: artefact.what(),
        how: artefact.how(),
        command: command(artefact, given),
    }
}
