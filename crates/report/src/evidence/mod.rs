//! The evidence map and the dossier: what is stored about a system, for people who assess it.

mod documents;
mod fill;
mod map;

use waage_result::document::AuditResult;
use waage_result::evidence::{Described, EvidenceResult};
use waage_result::incidents::IncidentsResult;
use waage_result::privacy::{Hidden, suppress};
use waage_result::review::ReviewResult;
use waage_result::risks::RisksResult;
use waage_result::systems::SystemsResult;
use waage_result::text::Language;

use crate::article::Article;
use crate::lint::Theirs;
use crate::words::{Words, clean, isolated};
use crate::{Format, Options, ReportError, html, markdown, pdf, text};

/// Everything that a dossier is made of; what is absent shows as a gap.
#[derive(Clone, Copy, Debug)]
pub struct Dossier<'a> {
    /// The evidence map.
    pub evidence: &'a EvidenceResult,
    /// What the policy says of the system.
    pub described: Option<&'a Described>,
    /// The audit.
    pub audit: Option<&'a AuditResult>,
    /// The risk register.
    pub risks: Option<&'a RisksResult>,
    /// Incidents.
    pub incidents: Option<&'a IncidentsResult>,
    /// The system's entry in the inventory.
    pub systems: Option<&'a SystemsResult>,
    /// Human review.
    pub review: Option<&'a ReviewResult>,
}

/// A document of a dossier, in each form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its name as a file, without an end.
    pub name: &'static str,
    /// GitHub-flavoured Markdown.
    pub markdown: String,
    /// One self-contained page.
    pub html: String,
    /// The same for print.
    pub pdf: Vec<u8>,
}

/// Writes an evidence map.
///
/// # Errors
/// [`ReportError`] where the document or the page cannot be written, or a text would claim too much.
pub fn evidence_map(
    result: &EvidenceResult,
    format: Format,
    language: Language,
    options: &Options,
) -> Result<String, ReportError> {
    if format == Format::Json {
        return Ok(serde_json::to_string_pretty(result)? + "\n");
    }
    let article = map::article(result, Words::of(language));
    own(result).check_article(&article, language)?;
    Ok(match format {
        Format::Text => text::article(&article, options),
        Format::Markdown => markdown::markdown(&article),
        Format::Print => markdown::printed(&article, &[], "", Words::of(language)),
        Format::Html | Format::Json => html::page(&article, &[], "", language)?,
    })
}

/// Writes the documents of a dossier; groups of fewer than `hide_below` rows are hidden.
///
/// # Errors
/// As [`evidence_map`].
pub fn dossier(
    dossier: &Dossier<'_>,
    language: Language,
    hide_below: u64,
) -> Result<Vec<Written>, ReportError> {
    let hidden = dossier.audit.map(|audit| Hidden::below(audit, hide_below));
    let shown = dossier
        .audit
        .zip(hidden.as_ref())
        .map(|(audit, hidden)| suppress(audit, hidden));
    let shown = Dossier {
        audit: shown.as_ref(),
        ..*dossier
    };
    let mut theirs = own(shown.evidence);
    theirs.add(&shown.described);
    theirs.add(&(shown.risks, shown.incidents, shown.systems));
    if let Some(review) = shown.review {
        theirs.add(&(&review.batches, &review.bias));
    }
    if let Some(audit) = shown.audit {
        theirs.add_audit(audit);
    }
    let words = Words::of(language);
    let nothing = Hidden::default();
    let filled = fill::Filled::of(
        &shown,
        hidden.as_ref().unwrap_or(&nothing),
        hide_below,
        words,
    );
    let mut articles = documents::articles(&filled);
    articles.push(("evidence-map", map::article(shown.evidence, words)));
    articles.push(("glossary", documents::glossary(words)));
    let write = |(name, article): (&'static str, Article)| {
        theirs.check_article(&article, language)?;
        Ok(Written {
            name,
            markdown: markdown::markdown(&article),
            html: html::page(&article, &[], "", language)?,
            pdf: pdf(&markdown::printed(&article, &[], "", words), language, None)?,
        })
    };
    articles.into_iter().map(write).collect()
}

/// The words of a map that are its users'.
fn own(result: &EvidenceResult) -> Theirs {
    let mut theirs = Theirs::default();
    theirs.add(&result.system);
    for clause in &result.clauses {
        let sources = clause.evidence.iter().map(|piece| piece.source.as_str());
        theirs.add(&sources.collect::<Vec<_>>());
        let commands = clause.missing.iter().map(|gap| gap.command.as_str());
        theirs.add(&commands.collect::<Vec<_>>());
    }
    theirs
}

/// The words of others in quotation marks, on one line; marks within become plain ones, so that a
/// quotation ends where it ends.
pub(crate) fn quoted(text: &str, words: Words) -> String {
    let text = isolated(&clean(text)).replace(['“', '”', '„'], "'");
    words.fill("dossier.quoted", &[("text", &text)])
}

/// A day as the language writes it; as it is where it is none.
pub(crate) fn day(text: &str, words: Words) -> String {
    let parts: Vec<&str> = text.splitn(3, '-').collect();
    let [year, month, day] = parts[..] else {
        return clean(text);
    };
    let digits = |part: &str, len| part.len() == len && part.bytes().all(|b| b.is_ascii_digit());
    let month_name = month
        .parse::<usize>()
        .ok()
        .and_then(|at| MONTHS.get(at.wrapping_sub(1)));
    match (month_name, words.catalogue.language()) {
        (Some(name), Language::En) if digits(year, 4) && digits(day, 2) => {
            format!("{} {name} {year}", day.trim_start_matches('0'))
        }
        (Some(_), Language::De) if digits(year, 4) && digits(day, 2) => {
            format!("{day}.{month}.{year}")
        }
        _ => clean(text),
    }
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_follow_the_language() {
        assert_eq!(day("2026-11-05", Words::of(Language::En)), "5 Nov 2026");
        assert_eq!(day("2026-11-05", Words::of(Language::De)), "05.11.2026");
        for odd in ["", "soon", "2026-13-05", "x-y-z"] {
            assert_eq!(day(odd, Words::of(Language::En)), odd);
        }
    }

    #[test]
    fn a_quotation_ends_where_it_ends() {
        let words = Words::of(Language::De);
        assert_eq!(quoted("a“ garantiert „b\nc", words), "„a' garantiert 'b↵c“");
    }
}
