//! Ledgers, approvals and keys in the words of one language.

use waage_result::approval::{
    ApprovalResult, ConditionDoc, ExceptionResult, InvalidSignature, KeysResult, SignatureDoc,
};
use waage_result::dp::DpRelease;
use waage_result::ledger::{EntriesResult, EntryDoc, LedgerResult, ProofKind, ProofResult};
use waage_result::pii::PiiResult;
use waage_result::privacy::PrivacyComparison;
use waage_result::review::ReviewResult;
use waage_result::text::Language;

use crate::privacy;
use crate::review::review;
use crate::sheet::{Part, Sheet};
use crate::words::{Words, clean, isolated};
use crate::{Format, Options, ReportError, text};

/// A record that people read.
#[derive(Clone, Copy, Debug)]
pub enum Record<'a> {
    /// What the verification of a ledger found.
    Ledger(&'a LedgerResult),
    /// Entries of a ledger.
    Entries(&'a EntriesResult),
    /// A proof that holds, and the checkpoint that it was held against.
    Proof(&'a ProofResult, Option<HeldAgainst<'a>>),
    /// The signatures of a result.
    Approval(&'a ApprovalResult),
    /// Who agreed to a waiver or to an accepted risk.
    Exception(&'a ExceptionResult),
    /// Public keys.
    Keys(&'a KeysResult),
    /// What reviews say.
    Review(&'a ReviewResult),
    /// Counts with noise.
    Release(&'a DpRelease),
    /// What two releases give away together.
    Comparison(&'a PrivacyComparison),
    /// Which columns look like personal data.
    Pii(&'a PiiResult),
}

/// The checkpoint that names the root of a proof.
#[derive(Clone, Copy, Debug)]
pub struct HeldAgainst<'a> {
    /// Its origin.
    pub origin: &'a str,
    /// Whether its signature was verified.
    pub is_verified: bool,
}

/// Writes a record as text, JSON or Markdown.
///
/// # Errors
/// [`ReportError::UnknownFormat`] for a page, which records do not have; [`ReportError::Json`] where the
/// document cannot be written.
pub fn render_record(
    record: Record<'_>,
    format: Format,
    language: Language,
    options: &Options,
) -> Result<String, ReportError> {
    let words = Words::of(language);
    // The terminal shows the working document.
    let hide_below = match format {
        Format::Text => 0,
        _ => options.hide_below,
    };
    let sheet = || match record {
        Record::Ledger(result) => ledger(result, words),
        Record::Entries(result) => entries(result, words),
        Record::Proof(proof, against) => self::proof(proof, against, words),
        Record::Approval(result) => approval(result, words),
        Record::Exception(result) => exception(result, words),
        Record::Keys(result) => keys(result, words),
        Record::Review(result) => review(result, hide_below, words),
        Record::Release(result) => privacy::release(result, words),
        Record::Comparison(result) => privacy::comparison(result, words),
        Record::Pii(result) => privacy::columns(result, words),
    };
    match format {
        Format::Text => Ok(text::sheet(&sheet(), options)),
        Format::Markdown | Format::Print => Ok(sheet().markdown(words)),
        Format::Json => {
            let text = match record {
                Record::Ledger(result) => serde_json::to_string_pretty(result),
                Record::Entries(result) => serde_json::to_string_pretty(result),
                Record::Proof(proof, _) => serde_json::to_string_pretty(proof),
                Record::Approval(result) => serde_json::to_string_pretty(result),
                Record::Exception(result) => serde_json::to_string_pretty(result),
                Record::Keys(result) => serde_json::to_string_pretty(result),
                Record::Review(result) => serde_json::to_string_pretty(result),
                Record::Release(result) => serde_json::to_string_pretty(result),
                Record::Comparison(result) => serde_json::to_string_pretty(result),
                Record::Pii(result) => serde_json::to_string_pretty(result),
            };
            Ok(text? + "\n")
        }
        Format::Html => Err(ReportError::UnknownFormat("html".to_owned())),
    }
}

/// Free text on one line that keeps to itself.
fn free(text: &str) -> String {
    isolated(&clean(text))
}

fn in_language(text: &waage_result::finding::Bilingual, words: Words) -> String {
    free(match words.catalogue.language() {
        Language::De => &text.de,
        Language::En => &text.en,
    })
}

fn ledger(result: &LedgerResult, words: Words) -> Sheet {
    let entries = words.integer(result.entries);
    let mut facts = Vec::new();
    let headline = match &result.first_bad {
        None => words.fill("ledger.valid", &[("entries", &entries)]),
        Some(bad) => {
            facts.push(in_language(&bad.text, words) + ".");
            facts.push(words.fill("ledger.entries", &[("entries", &entries)]) + ".");
            let class = words.text(&format!("ledger.class.{}", bad.class.name()));
            let seq = words.integer(bad.seq);
            words.fill("ledger.invalid", &[("class", &class), ("seq", &seq)])
        }
    };
    if let Some(id) = &result.ledger_id {
        facts.push(words.fill("ledger.id", &[("id", &free(id))]));
    }
    if let (Some(ts), Some(hash)) = (&result.last_ts, &result.last_hash) {
        facts.push(words.fill("ledger.last", &[("ts", ts), ("hash", hash)]));
    }
    if let Some(root) = &result.root {
        facts.push(words.fill("ledger.root", &[("root", root)]));
    }
    for check in &result.checkpoints {
        let ids = free(&check.signed_by.join(", "));
        let signed = if ids.is_empty() {
            String::new()
        } else {
            words.fill("ledger.signed_by", &[("ids", &ids)])
        };
        let key = if check.agrees {
            "ledger.checkpoint_agrees"
        } else {
            "ledger.checkpoint_differs"
        };
        let (origin, size) = (free(&check.origin), words.integer(check.size));
        let values = [
            ("origin", origin.as_str()),
            ("size", &size),
            ("signed", &signed),
        ];
        facts.push(words.fill(key, &values));
    }
    if let Some(count) = result.signatures.filter(|count| count.signed > 0) {
        let (signed, verified) = (words.integer(count.signed), words.integer(count.verified));
        let values = [("signed", signed.as_str()), ("verified", &verified)];
        facts.push(words.fill("ledger.signatures", &values));
    }
    let warnings = result.warnings.iter();
    let warnings = warnings
        .map(|w| in_language(&w.text, words) + ".")
        .collect();
    Sheet {
        title: words.text("ledger.title"),
        is_good: Some(result.valid),
        headline,
        facts,
        parts: vec![Part::List(words.text("ledger.warnings"), warnings)],
    }
}

fn entries(result: &EntriesResult, words: Words) -> Sheet {
    let cells = |entry: &EntryDoc| {
        vec![
            entry.seq.to_string(),
            entry.ts.clone(),
            free(&entry.kind),
            free(&entry.actor),
            free(&entry.payload.to_string()),
        ]
    };
    let rows: Vec<_> = result.entries.iter().map(cells).collect();
    let title = words.text("ledger.entries_title");
    let headline = if rows.is_empty() {
        words.text("ledger.no_entries")
    } else {
        title.clone()
    };
    let heads = ["#", "ts", "kind", "actor", "payload"].map(str::to_owned);
    Sheet {
        title,
        headline,
        parts: vec![Part::Table(heads.to_vec(), rows)],
        ..Sheet::default()
    }
}

fn proof(proof: &ProofResult, against: Option<HeldAgainst<'_>>, words: Words) -> Sheet {
    let key = match proof.kind {
        ProofKind::Inclusion => "proof.inclusion",
        ProofKind::Consistency => "proof.consistency",
    };
    let (from, size) = (words.integer(proof.from), words.integer(proof.size));
    let mut facts = vec![words.fill("ledger.root", &[("root", &free(&proof.root))])];
    facts.push(match against {
        None => words.text("proof.alone"),
        Some(checkpoint) => {
            let key = match checkpoint.is_verified {
                true => "proof.checkpoint",
                false => "proof.unverified",
            };
            words.fill(key, &[("origin", &free(checkpoint.origin))])
        }
    });
    facts.extend(proof.line.as_deref().map(free));
    Sheet {
        title: words.text("ledger.title"),
        is_good: Some(true),
        headline: words.fill(key, &[("from", &from), ("size", &size)]),
        facts,
        parts: Vec::new(),
    }
}

fn approval(result: &ApprovalResult, words: Words) -> Sheet {
    let role = |name: &str| words.text(&format!("approval.role.{name}"));
    let missing: Vec<String> = result
        .missing
        .iter()
        .map(|one| {
            let key = if one.count == 1 {
                "approval.missing_one"
            } else {
                "approval.missing_many"
            };
            let count = words.integer(one.count.into());
            words.fill(key, &[("count", &count), ("role", &role(&one.role))])
        })
        .collect();
    let rejection = result.rejections.iter().find(|one| one.blocks);
    let overdue = result.conditions.iter().find(|one| one.overdue);
    let headline = match (rejection, overdue) {
        (Some(one), _) => {
            let values = [("signer", free(&one.signer)), ("role", role(&one.role))];
            words.fill(
                "approval.rejected",
                &values.each_ref().map(|(k, v)| (*k, v.as_str())),
            )
        }
        (None, _) if !missing.is_empty() => {
            words.fill("approval.incomplete", &[("missing", &missing.join("; "))])
        }
        (None, Some(one)) => words.fill("approval.overdue", &[("what", &condition(one, words))]),
        (None, None) => words.text("approval.complete"),
    };
    let mut facts = vec![
        words.fill(
            "approval.result",
            &[("digest", &free(&result.audit_digest))],
        ),
        words.fill(
            "approval.policy",
            &[("digest", &free(&result.policy_digest))],
        ),
    ];
    if result.other_results > 0 {
        let count = words.integer(result.other_results);
        facts.push(words.fill("approval.other_results", &[("count", &count)]));
    }
    let signatures = result.signatures.iter().map(|one| signature(one, words));
    let invalid = result.invalid.iter().map(|one| invalid(one, words));
    let rejections = result.rejections.iter().map(|one| {
        let comment = one.comment.as_deref().map(free);
        let mut parts = vec![format!(
            "#{}: {} ({})",
            one.seq,
            free(&one.signer),
            role(&one.role)
        )];
        parts.extend(comment);
        parts.join("; ")
    });
    let conditions = result.conditions.iter().map(|one| condition(one, words));
    let list = |key: &str, points: Vec<String>| Part::List(words.text(key), points);
    Sheet {
        title: words.text("approval.title"),
        is_good: Some(result.complete),
        headline,
        facts,
        parts: vec![
            list("approval.signatures", signatures.collect()),
            list("approval.rejections", rejections.collect()),
            list("approval.invalid", invalid.collect()),
            list("approval.conditions", conditions.collect()),
        ],
    }
}

fn exception(result: &ExceptionResult, words: Words) -> Sheet {
    let id = free(&result.id);
    let what = words.fill(&format!("exception.{}", result.kind), &[("id", &id)]);
    let names: Vec<String> = result.missing.iter().map(|name| free(name)).collect();
    let (key, names) = match result.complete {
        true => ("exception.complete", String::new()),
        false => ("exception.incomplete", words.list(&names)),
    };
    let mut facts = vec![words.fill("exception.digest", &[("digest", &free(&result.digest))])];
    if let Some(score) = result.score {
        let score = words.integer(score.into());
        facts.push(words.fill("exception.score", &[("score", &score)]));
    }
    let signed = |key: &str, all: &[SignatureDoc]| {
        let points = all.iter().map(|one| signature(one, words)).collect();
        Part::List(words.text(key), points)
    };
    let not_counted = result.invalid.iter().map(|one| invalid(one, words));
    Sheet {
        title: words.text("approval.title"),
        is_good: Some(result.complete),
        headline: words.fill(key, &[("what", &what), ("names", &names)]),
        facts,
        parts: vec![
            signed("approval.signatures", &result.signatures),
            signed("approval.rejections", &result.rejections),
            signed("exception.requests", &result.requests),
            Part::List(words.text("approval.invalid"), not_counted.collect()),
        ],
    }
}

/// Who signed in which role when, and what was decided.
fn signature(one: &SignatureDoc, words: Words) -> String {
    let (signer, role) = (
        free(&one.signer),
        words.text(&format!("approval.role.{}", one.role)),
    );
    let values = [
        ("signer", signer.as_str()),
        ("role", &role),
        ("ts", &one.ts),
    ];
    let decision = words.text(&format!("approval.decision.{}", one.decision));
    let mut parts = vec![words.fill("approval.signed", &values), decision];
    if let Some(day) = &one.expires {
        parts.push(words.fill("approval.expires", &[("day", day)]));
    }
    if one.doubtful {
        parts.push(words.text("approval.doubtful"));
    }
    parts.join("; ")
}

fn invalid(one: &InvalidSignature, words: Words) -> String {
    format!("#{}: {}", one.seq, in_language(&one.text, words))
}

fn condition(one: &ConditionDoc, words: Words) -> String {
    let part = |text: &Option<String>| text.as_deref().map(free).unwrap_or_default();
    match &one.check {
        Some(check) => words.fill("approval.condition_check", &[("check", &free(check))]),
        None => {
            let (due, task) = (part(&one.due), part(&one.task));
            words.fill("approval.condition_task", &[("due", &due), ("task", &task)])
        }
    }
}

fn keys(result: &KeysResult, words: Words) -> Sheet {
    let heads = ["id", "person", "roles", "until", "standing", "fingerprint"];
    let rows: Vec<_> = result
        .keys
        .iter()
        .map(|key| {
            let until = key.revoked_at.as_ref().or(key.valid_to.as_ref());
            vec![
                free(&key.id),
                free(&key.person),
                key.roles.join(", "),
                until.map_or_else(|| "–".to_owned(), |day| day.clone()),
                words.text(&format!("keys.standing.{}", key.standing)),
                key.fingerprint.clone(),
            ]
        })
        .collect();
    let title = words.text("keys.title");
    Sheet {
        headline: if rows.is_empty() {
            words.text("keys.none")
        } else {
            title.clone()
        },
        title,
        parts: vec![Part::Table(
            heads
                .map(|head| words.text(&format!("keys.column.{head}")))
                .to_vec(),
            rows,
        )],
        ..Sheet::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waage_result::approval::{APPROVAL_SCHEMA, Rejection, RoleCount};

    fn rejected(comment: &str) -> ApprovalResult {
        ApprovalResult {
            schema: APPROVAL_SCHEMA.to_owned(),
            audit_digest: "sha256:a".to_owned(),
            policy_digest: "sha256:p".to_owned(),
            as_of: "2026-01-05".to_owned(),
            complete: false,
            required: Vec::new(),
            signatures: Vec::new(),
            missing: vec![RoleCount {
                role: "dpo".to_owned(),
                count: 1,
            }],
            invalid: Vec::new(),
            rejections: vec![Rejection {
                seq: 7,
                signer: "m.owner".to_owned(),
                role: "owner".to_owned(),
                comment: Some(comment.to_owned()),
                blocks: true,
            }],
            conditions: Vec::new(),
            other_results: 0,
        }
    }

    #[test]
    fn hostile_comments_stay_text() {
        let result = rejected("\u{1b}[2J<script>\n| =1+1 \u{202e}x *y*");
        for language in Language::ALL {
            for format in [Format::Text, Format::Markdown] {
                let record = Record::Approval(&result);
                let told = render_record(record, format, language, &Options::default()).unwrap();
                assert!(
                    !told.contains('\u{1b}') && !told.contains('\u{202e}'),
                    "{told}"
                );
                assert!(told.contains("m.owner"));
                if format == Format::Markdown {
                    assert!(
                        !told.contains("<script>") && told.contains("\\*y\\*"),
                        "{told}"
                    );
                }
            }
        }
        let german = render_record(
            Record::Approval(&result),
            Format::Text,
            Language::De,
            &Options::default(),
        );
        assert!(
            german
                .unwrap()
                .starts_with("✗ Abgelehnt von m.owner (verantwortliche Person)")
        );
        let page = Record::Approval(&result);
        assert!(render_record(page, Format::Html, Language::En, &Options::default()).is_err());
    }
}
