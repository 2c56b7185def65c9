//! The brief in one language, ready for any writer.

use std::collections::BTreeMap;

use serde::Serialize;
use waage_result::document::AuditResult;
use waage_result::finding::State;
use waage_result::text::Language;

use super::Brief;
use super::rich::Rich;
use super::{NAME_MAX, changes, decide, findings, own, people, risks, shortened, unknown};
use crate::article::{Fact, Mark, mark};
use crate::evidence::{day, quoted};
use crate::governance::pick;
use crate::numbers::Unit;
use crate::words::{Words, clean};

/// Longest purpose that a brief shows, in characters.
const PURPOSE_MAX: usize = 240;

/// A brief.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    pub(super) lang: &'static str,
    pub(super) title: String,
    pub(super) system: Option<String>,
    /// Day, version, day of the audit.
    pub(super) stand: Vec<String>,
    pub(super) head: Heads,
    pub(super) verdict: Mark,
    pub(super) result: Vec<Rich>,
    pub(super) what: Vec<Rich>,
    pub(super) findings: Vec<findings::Told>,
    pub(super) decision: Vec<Rich>,
    pub(super) actions: Vec<Rich>,
    pub(super) risk_columns: Vec<String>,
    pub(super) risks: Vec<risks::Told>,
    pub(super) risk_notes: Vec<Rich>,
    pub(super) changes: Vec<Rich>,
    pub(super) owners: Vec<Fact>,
    pub(super) owner_notes: Vec<Rich>,
    pub(super) unknown: Vec<Rich>,
    pub(super) terms: Vec<Term>,
    pub(super) term_note: String,
    pub(super) footer: String,
    pub(super) generator: String,
}

/// The headings.
#[derive(Debug, Serialize)]
pub(super) struct Heads {
    pub(super) what: String,
    pub(super) verdict: String,
    pub(super) findings: String,
    pub(super) decision: String,
    pub(super) actions: String,
    pub(super) risks: String,
    pub(super) changes: String,
    pub(super) owners: String,
    pub(super) unknown: String,
    pub(super) glossary: String,
}

/// A term and what it means.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Term {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) text: String,
}

/// The page of a brief from which hidden groups are already removed.
pub(super) fn page(brief: &Brief<'_>, limit: u64, words: Words) -> Page {
    let head = |name: &str| words.text(&format!("brief.head.{name}"));
    let (owners, owner_notes) = owners(brief, words);
    let mut page = Page {
        lang: words.catalogue.language().code(),
        title: words.text("brief.title"),
        system: brief
            .described
            .name
            .as_ref()
            .map(|name| shortened(&pick(name, words), NAME_MAX)),
        stand: stand(brief, words),
        head: Heads {
            what: head("what"),
            verdict: head("verdict"),
            findings: head("findings"),
            decision: head("decision"),
            actions: head("actions"),
            risks: head("risks"),
            changes: head("changes"),
            owners: head("owners"),
            unknown: head("unknown"),
            glossary: head("glossary"),
        },
        verdict: mark(brief.audit.verdict, words),
        result: result(brief.audit, words),
        what: what(brief, words),
        findings: findings::findings(brief.audit, words),
        decision: decide::decision(brief, words),
        actions: decide::actions(brief, words),
        risk_columns: ["title", "loss", "event", "score", "owner"]
            .map(|name| Rich::of(&format!("brief.risk.{name}"), &[], words).text())
            .to_vec(),
        risks: brief
            .risks
            .map(|told| risks::risks(told, words))
            .unwrap_or_default(),
        risk_notes: risks::notes(brief.risks, words),
        changes: changes::changes(brief, words),
        owners,
        owner_notes,
        unknown: unknown::unknown(brief, limit, words),
        terms: Vec::new(),
        term_note: words.text("brief.term_note"),
        footer: words.text("report.footer"),
        generator: words.text("report.generator"),
    };
    page.terms = terms(&page, words);
    page
}

fn stand(brief: &Brief<'_>, words: Words) -> Vec<String> {
    let told = |key: &str, name: &str, value: String| words.fill(key, &[(name, &value)]);
    let audited = brief.recorded.and_then(|of| of.audited.clone());
    let audited = audited.or_else(|| brief.audit.settings.as_of.clone());
    let version = brief.described.version.as_ref();
    let mut out = vec![told("brief.stand", "day", day(brief.as_of, words))];
    out.extend(audited.map(|on| told("brief.audited", "day", day(&on, words))));
    out.extend(version.map(|of| told("brief.version", "version", own(of, words))));
    out
}

fn what(brief: &Brief<'_>, words: Words) -> Vec<Rich> {
    let (of, audit) = (brief.described, brief.audit);
    let mut out = vec![match &of.purpose {
        Some(purpose) => {
            let purpose = match words.catalogue.language() {
                Language::En => &purpose.en,
                Language::De => &purpose.de,
            };
            let purpose = quoted(&shortened(purpose, PURPOSE_MAX), words);
            Rich::of("brief.what.purpose", &[("purpose", &purpose)], words)
        }
        None => Rich::of("brief.what.no_purpose", &[], words),
    }];
    let mut facts = Rich::default();
    if let Some(word) = of.use_case.as_deref().filter(|word| *word != "other") {
        let word = words.name_in("systems.use_case", word);
        facts = facts.then(Rich::of("brief.what.use", &[("use", &word)], words));
    }
    let share = audit.overall.get("selection_rate");
    if let Some(estimate) = share
        && let Some(value) = estimate.value
        && let Some(range) = words.range(estimate.low, estimate.high, Unit::Share)
    {
        let (share, n) = (words.number(value, Unit::Share), words.integer(estimate.n));
        let values = [("share", share.as_str()), ("n", &n), ("range", &range)];
        facts = facts.then(Rich::of("brief.what.selects", &values, words));
    }
    let rows = words.integer(audit.dataset.rows);
    let names = audit
        .settings
        .views
        .iter()
        .filter(|view| view.len() == 1)
        .flatten();
    let names: Vec<String> = names.take(6).map(|name| own(name, words)).collect();
    facts = facts.then(match names.is_empty() {
        true => Rich::of("brief.what.only", &[("rows", &rows)], words),
        false => {
            let values = [("rows", rows.as_str()), ("attributes", &words.list(&names))];
            Rich::of("brief.what.compared", &values, words)
        }
    });
    out.push(facts);
    out
}

/// How many tests ended how, of how many.
fn result(audit: &AuditResult, words: Words) -> Vec<Rich> {
    let total = audit.findings.len();
    if total == 0 {
        return vec![Rich::of("brief.verdict.nothing", &[], words)];
    }
    let total = words.integer(total as u64);
    let mut out = Vec::new();
    let mut say = |key: &str, count: usize| {
        if count > 0 {
            let form = if count == 1 { "one" } else { "many" };
            let count = words.integer(count as u64);
            let values = [("count", count.as_str()), ("total", &total)];
            out.push(Rich::of(
                &format!("brief.verdict.{key}_{form}"),
                &values,
                words,
            ));
        }
    };
    let count = |state: State| audit.findings.iter().filter(|f| f.state == state).count();
    say("breach", count(State::Breach));
    let waived =
        |f: &&waage_result::finding::Finding| f.state == State::Breach && f.waived_by.is_some();
    say("waived", audit.findings.iter().filter(waived).count());
    say("open", count(State::Inconclusive));
    say("pass", count(State::Pass));
    out
}

fn owners(brief: &Brief<'_>, words: Words) -> (Vec<Fact>, Vec<Rich>) {
    let named = &brief.described.people;
    let roles = [
        "owner",
        "developer",
        "validator",
        "approver",
        "dpo",
        "review_lead",
    ];
    let fact = |role: &str| {
        let ids = named.get(role).map(Vec::as_slice).unwrap_or_default();
        Fact {
            name: words.name_in("dossier.role", role),
            text: match ids.is_empty() {
                true => words.text("brief.owner.none"),
                false => people(ids, words),
            },
        }
    };
    let mut notes = Vec::new();
    let recorded = brief
        .recorded
        .filter(|of| of.verified && !of.approvals.is_empty());
    notes.push(match recorded {
        None => Rich::of("brief.owner.unsigned", &[], words),
        Some(of) => {
            let count = words.integer(of.approvals.len() as u64);
            let form = if of.approvals.len() == 1 {
                "one"
            } else {
                "many"
            };
            Rich::of(
                &format!("brief.owner.signed_{form}"),
                &[("count", &count)],
                words,
            )
        }
    });
    if let Some([gate, verdict, on]) = brief.recorded.and_then(|of| of.gate.as_ref()) {
        let verdict = match words.catalogue.get(&format!("verdict.{verdict}")) {
            Some(word) => word.to_owned(),
            None => clean(verdict),
        };
        let (gate, on) = (own(gate, words), day(on, words));
        let values = [("gate", gate.as_str()), ("verdict", &verdict), ("day", &on)];
        notes.push(Rich::of("brief.owner.gate", &values, words));
    }
    (roles.map(fact).to_vec(), notes)
}

impl Page {
    /// Every sentence.
    pub(super) fn sentences(&self) -> impl Iterator<Item = &Rich> {
        let lists = [
            &self.result,
            &self.what,
            &self.decision,
            &self.actions,
            &self.risk_notes,
            &self.changes,
            &self.owner_notes,
            &self.unknown,
        ];
        let findings = self
            .findings
            .iter()
            .flat_map(|told| [&told.title, &told.text]);
        lists.into_iter().flatten().chain(findings)
    }

    /// Every text, for the lint.
    pub(super) fn texts(&self) -> Vec<String> {
        let mut out: Vec<String> = self.sentences().map(Rich::text).collect();
        out.push(self.title.clone());
        out.extend(self.stand.clone());
        out.push(self.verdict.word.clone());
        for risk in &self.risks {
            out.extend(
                [
                    &risk.title,
                    &risk.loss,
                    &risk.event,
                    &risk.score,
                    &risk.owner,
                ]
                .map(Clone::clone),
            );
        }
        out.extend(
            self.owners
                .iter()
                .flat_map(|fact| [fact.name.clone(), fact.text.clone()]),
        );
        out.extend(
            self.terms
                .iter()
                .map(|term| format!("{}: {}", term.name, term.text)),
        );
        out.push(self.footer.clone());
        out
    }
}

/// The terms that sentences use, sorted by name.
fn terms(page: &Page, words: Words) -> Vec<Term> {
    let head = Rich::of("brief.risk.score", &[], words);
    let heads = (!page.risks.is_empty()).then_some(&head);
    let mut shown: BTreeMap<&str, &str> = BTreeMap::new();
    for (id, text) in page.sentences().chain(heads).flat_map(Rich::terms) {
        shown.entry(id).or_insert(text);
    }
    let mut terms: Vec<Term> = shown
        .into_iter()
        .map(|(id, text)| {
            let term = words.text(&format!("glossary.{id}.term"));
            // The word that was read comes first, so that it is found.
            let known = term.to_lowercase().starts_with(&text.to_lowercase());
            Term {
                id: id.to_owned(),
                name: if known {
                    term
                } else {
                    format!("{text} ({term})")
                },
                text: words.text(&format!("glossary.{id}.text")),
            }
        })
        .collect();
    terms.sort_by_key(|term| term.name.to_lowercase());
    terms
}
