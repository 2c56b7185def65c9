//! Which of the given records are an artefact.

use waage_result::document::AuditResult;
use waage_result::evidence::Piece;
use waage_result::text::GLOSSARY;

use super::artefact::{Artefact, Kind};
use super::given::{Audited, Given, Named};
use crate::approval;
use crate::date::Date;
use crate::gate::Found;
use crate::inventory::{Answer, classify};
use crate::ledger::Entry;
use crate::lifecycle::History;
use crate::risks::words::Status;
use crate::risks::{self, Filter};

/// The pieces that are an artefact on a day; none where there is no evidence.
pub(super) fn pieces(artefact: &Artefact, given: &Given, day: Date) -> Vec<Piece> {
    let seen = Seen {
        given,
        day,
        artefact,
    };
    match artefact {
        Artefact::Document(id) => seen.document(id),
        Artefact::Record(kind) => seen.record(*kind),
    }
}

struct Seen<'a> {
    given: &'a Given,
    day: Date,
    artefact: &'a Artefact,
}

impl Seen<'_> {
    fn piece(&self, source: &str, count: Option<u64>, date: Option<String>, digest: &str) -> Piece {
        Piece {
            artefact: self.artefact.name(),
            what: self.artefact.what(),
            source: source.to_owned(),
            count,
            date,
            digest: digest.to_owned(),
        }
    }

    fn record(&self, kind: Kind) -> Vec<Piece> {
        match kind {
            Kind::Audit => self.audits(|_| Some(None)),
            Kind::DataSummary => self.audits(|result| Some(Some(result.dataset.rows))),
            Kind::GroupMetrics => self.audits(|result| {
                let told = result
                    .groups
                    .iter()
                    .filter(|group| !group.metrics.is_empty());
                some(told.count())
            }),
            Kind::Performance => self.audits(|result| {
                let labelled = result.roles.label.is_some() || result.roles.outcome.is_some();
                some(if labelled { result.overall.len() } else { 0 })
            }),
            Kind::Conditional => self.audits(|result| some(result.conditional.len())),
            Kind::ImpactRatio => self.audits(|result| {
                let share = result.favourable_share();
                let ratios = result.disparities.iter();
                let ratios = ratios.filter(|d| d.comparison == "ratio" && d.metric == share);
                some(ratios.count().max(result.impact_ratios.len()))
            }),
            Kind::Ll144 => self.audits(|result| some(result.impact_ratios.len())),
            Kind::Significance => self
                .audits(|result| some(result.disparities.iter().filter(|d| d.p.is_some()).count())),
            Kind::Explanation => self.audits(|result| result.explanation.as_ref().map(|_| None)),
            Kind::Policy
            | Kind::Purpose
            | Kind::Roles
            | Kind::OversightRoles
            | Kind::LegalBasis
            | Kind::Suppliers
            | Kind::Gates
            | Kind::MonitoringPlan
            | Kind::Suppression => self.policy(kind),
            Kind::Pseudonyms => {
                let reviewed = self.reviews(|_| Some(None));
                if reviewed.is_empty() {
                    self.policy(kind)
                } else {
                    reviewed
                }
            }
            Kind::RiskRegister | Kind::RiskMeasured | Kind::ControlsTested => self.risks(kind),
            Kind::IncidentLog | Kind::Lessons => self.incidents(kind),
            Kind::Inventory | Kind::Classification => self.inventory(kind),
            Kind::Ledger => self.ledger(),
            Kind::AuditRecorded => self.entries("audit.result", |entry| {
                let digest = entry.payload["digest"].as_str();
                self.given
                    .audits
                    .iter()
                    .any(|audit| Some(audit.digest.as_str()) == digest)
            }),
            Kind::GateDecisions => self.entries("gate.decision", |_| true),
            Kind::PeriodicDecisions => {
                self.entries("gate.decision", |entry| entry.payload["gate"] == "periodic")
            }
            Kind::Lifecycle => self.lifecycle(),
            Kind::Checkpoint => self.entries("checkpoint", |_| true),
            Kind::Approvals => self.approvals(),
            Kind::Review => self.reviews(some),
            Kind::BlindReview => self.blind(),
            Kind::Glossary => {
                let digest = crate::canonical::digest(&serde_json::json!(GLOSSARY));
                // A term is a table with a text in each language.
                let terms = GLOSSARY.lines().filter(|line| line.starts_with('['));
                let count = Some(terms.count() as u64);
                vec![self.piece("Waage", count, None, &digest)]
            }
        }
    }

    /// Audits of which something holds, with how many things.
    fn audits(&self, holds: impl Fn(&AuditResult) -> Option<Option<u64>>) -> Vec<Piece> {
        let told = |audit: &Audited| {
            let count = holds(&audit.result)?;
            Some(self.piece(&audit.file, count, self.day_of(audit), &audit.digest))
        };
        self.given.audits.iter().filter_map(told).collect()
    }

    /// The day of an audit: that of its entry in the ledger, else that by which it was judged.
    fn day_of(&self, audit: &Audited) -> Option<String> {
        let entries = self.given.ledger.iter().flat_map(|book| &book.entries);
        let of_this = |entry: &&Entry| {
            entry.kind == "audit.result" && entry.payload["digest"] == audit.digest.as_str()
        };
        let recorded = entries.rev().find(of_this).map(|entry| entry.ts.date());
        recorded.or(audit.day).map(|day| day.to_string())
    }

    fn policy(&self, kind: Kind) -> Vec<Piece> {
        let Some(policy) = &self.given.policy else {
            return Vec::new();
        };
        let kept = &policy.kept;
        let system = kept.system.as_ref();
        let people = kept.people.as_ref();
        let count = match kind {
            Kind::Policy => some(policy.checks.len()),
            Kind::Purpose => system
                .and_then(|system| system.purpose.as_ref())
                .map(|_| None),
            Kind::Roles => people
                .filter(|people| people.owner.is_some() && people.approver.is_some())
                .map(|_| None),
            Kind::OversightRoles => people
                .and_then(|people| people.review_lead.as_ref())
                .map(|_| None),
            Kind::LegalBasis => {
                let stated = policy
                    .attributes
                    .iter()
                    .filter(|a| a.basis.is_some())
                    .count();
                some(if stated == policy.attributes.len() {
                    stated
                } else {
                    0
                })
            }
            Kind::Suppliers => some(system.map_or(0, |system| system.third_party.len())),
            Kind::Gates => some(kept.gates.len()),
            Kind::MonitoringPlan => {
                let days = kept.gates.get("periodic").and_then(|gate| gate.every_days);
                days.map(|_| None)
            }
            Kind::Suppression => Some(None),
            Kind::Pseudonyms => policy.privacy.pseudonym_key_file.as_ref().map(|_| None),
            _ => None,
        };
        let piece = |count| self.piece(policy.file(), count, None, &policy.digest());
        count.map(piece).into_iter().collect()
    }

    fn risks(&self, kind: Kind) -> Vec<Piece> {
        let Some((register, named)) = &self.given.risks else {
            return Vec::new();
        };
        let policy = self.given.policy.as_ref();
        let told = risks::tell(register, policy, self.day, &Filter::default());
        let confirmed = || {
            told.risks
                .iter()
                .filter(|risk| risk.status != Status::Draft.name())
        };
        let measured = |risk: &&waage_result::risks::Risk| {
            risk.measured
                .as_ref()
                .is_some_and(|measured| measured.fresh)
        };
        let (count, date) = match kind {
            Kind::RiskRegister => (confirmed().count(), None),
            Kind::RiskMeasured => (
                confirmed().filter(measured).count(),
                confirmed()
                    .filter(measured)
                    .filter_map(|r| r.measured.as_ref())
                    .map(|m| m.day.clone())
                    .max(),
            ),
            _ => {
                let counts = || {
                    confirmed()
                        .flat_map(|risk| &risk.controls)
                        .filter(|c| c.counts)
                };
                (
                    counts().count(),
                    counts().filter_map(|c| c.ran.clone()).max(),
                )
            }
        };
        let piece = |count| self.piece(&named.file, count, date, &named.digest);
        some(count).map(piece).into_iter().collect()
    }

    fn incidents(&self, kind: Kind) -> Vec<Piece> {
        let Some((log, named)) = &self.given.incidents else {
            return Vec::new();
        };
        let last = log.incidents.iter().filter_map(|one| one.history.last());
        let date = last
            .map(|step| step.at.split('T').next().unwrap_or_default().to_owned())
            .max();
        let count = match kind {
            Kind::IncidentLog => Some(Some(log.incidents.len() as u64)),
            _ => {
                let learnt = log.incidents.iter();
                let learnt = learnt.filter(|one| one.state == "closed" && one.lessons.is_some());
                some(learnt.count())
            }
        };
        let piece = |count| self.piece(&named.file, count, date, &named.digest);
        count.map(piece).into_iter().collect()
    }

    fn inventory(&self, kind: Kind) -> Vec<Piece> {
        let (Some(entry), Some((_, named))) = (self.given.entry(), &self.given.systems) else {
            return Vec::new();
        };
        let count = match kind {
            // Questions that nobody answered classify nothing.
            Kind::Classification if classify(&entry.classification).class == "open" => None,
            Kind::Classification => {
                let answers = entry.classification.values();
                some(answers.filter(|one| **one != Answer::Unknown).count())
            }
            _ => Some(None),
        };
        let piece = |count| self.piece(&named.file, count, None, &named.digest);
        count.map(piece).into_iter().collect()
    }

    fn ledger(&self) -> Vec<Piece> {
        let told = self.given.ledger.as_ref().map(|book| {
            let day = book.last.map(|day| day.to_string());
            self.piece(&book.named.file, Some(book.count), day, &book.named.digest)
        });
        told.into_iter().collect()
    }

    /// Entries of a kind: the last of them as a piece, with how many there are.
    fn entries(&self, kind: &str, keeps: impl Fn(&Entry) -> bool) -> Vec<Piece> {
        let Some(book) = &self.given.ledger else {
            return Vec::new();
        };
        let kept: Vec<&Entry> = book
            .entries
            .iter()
            .filter(|entry| entry.kind == kind && keeps(entry))
            .collect();
        let told = kept
            .last()
            .map(|last| self.entry(&book.named, kept.len(), last));
        told.into_iter().collect()
    }

    fn entry(&self, named: &Named, count: usize, last: &Entry) -> Piece {
        self.piece(
            &named.file,
            Some(count as u64),
            Some(last.ts.date().to_string()),
            &last.hash.digest(),
        )
    }

    /// Steps of the system's life that count, up to the day: the last of them, with how many there are.
    fn lifecycle(&self) -> Vec<Piece> {
        let (Some(book), Some(system)) = (&self.given.ledger, self.given.system_id()) else {
            return Vec::new();
        };
        let until = || {
            let entries = book.entries.iter();
            entries.filter(|entry| entry.ts.date() <= self.day)
        };
        let history = History::of(system, until());
        let told = history.steps.last().and_then(|step| {
            let last = until().find(|entry| entry.seq == step.seq)?;
            Some(self.entry(&book.named, history.steps.len(), last))
        });
        told.into_iter().collect()
    }

    /// Signatures that were verified against keys and leave nothing missing.
    fn approvals(&self) -> Vec<Piece> {
        let given = self.given;
        let (Some(policy), Some(keys), Some(book)) = (&given.policy, &given.keys, &given.ledger)
        else {
            return Vec::new();
        };
        let told = |audit: &Audited| {
            let state = approval::state(policy, keys, &book.entries, &audit.digest, self.day);
            let last = state.signatures.iter().max_by_key(|one| one.seq)?;
            state.complete.then(|| {
                let entry = book.entries.iter().find(|entry| entry.seq == last.seq);
                let count = state.signatures.len();
                entry.map(|entry| self.entry(&book.named, count, entry))
            })?
        };
        given.audits.iter().filter_map(told).collect()
    }

    /// Reviews of which something holds; `holds` takes the number of decisions.
    fn reviews(&self, holds: impl Fn(usize) -> Option<Option<u64>>) -> Vec<Piece> {
        let told = |of: &super::Reviewed| {
            let count = holds(of.decisions.len())?;
            let last = of.decisions.iter().map(|one| one.decided_at.as_str()).max();
            let day = day_part(last.unwrap_or(&of.batch.drawn_at));
            Some(self.piece(&of.folder, count, Some(day), &of.digest))
        };
        self.given.reviews.iter().filter_map(told).collect()
    }

    fn blind(&self) -> Vec<Piece> {
        let told = |of: &super::Reviewed| {
            let blind = of
                .decisions
                .iter()
                .filter(|one| one.decision_blind.is_some());
            let count = some(blind.clone().count())?;
            let last = blind.map(|one| day_part(&one.decided_at)).max();
            Some(self.piece(&of.folder, count, last, &of.digest))
        };
        self.given.reviews.iter().filter_map(told).collect()
    }

    /// A document of the policy that is there as listed and still valid.
    fn document(&self, id: &str) -> Vec<Piece> {
        let listed = self
            .given
            .policy
            .as_ref()
            .and_then(|policy| policy.kept.documents.get(id));
        let (Some(listed), Some(Found::Digest(found))) = (listed, self.given.documents.get(id))
        else {
            return Vec::new();
        };
        let same = listed
            .sha256
            .as_ref()
            .is_some_and(|digest| digest.eq_ignore_ascii_case(found));
        let valid = listed.valid_until.is_none_or(|last| self.day <= last);
        if !(same && valid) {
            return Vec::new();
        }
        vec![self.piece(&listed.path, None, None, &format!("sha256:{found}"))]
    }
}

/// A count of something, if there is any.
fn some(count: usize) -> Option<Option<u64>> {
    (count > 0).then_some(Some(count as u64))
}

fn day_part(moment: &str) -> String {
    moment.split('T').next().unwrap_or_default().to_owned()
}
