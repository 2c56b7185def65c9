//! The brief for people who decide: two pages in plain words.
//!
//! Every number stands with out of how many and its range, every term that is not plain is explained at
//! the end, and what is not known is written out. Both languages say the same in the same order.

mod changes;
mod decide;
mod findings;
mod page;
mod rich;
mod risks;
mod unknown;
mod write;

use waage_result::document::AuditResult;
use waage_result::evidence::{Described, Recorded};
use waage_result::incidents::IncidentsResult;
use waage_result::privacy::{Hidden, suppress};
use waage_result::risks::RisksResult;
use waage_result::text::Language;

use crate::evidence::quoted;
use crate::lint::Theirs;
use crate::words::Words;
use crate::{Format, Options, ReportError};

/// What a brief is made of.
#[derive(Clone, Copy, Debug)]
pub struct Brief<'a> {
    /// The audit.
    pub audit: &'a AuditResult,
    /// The audit before.
    pub previous: Option<&'a AuditResult>,
    /// What the policy says of the system.
    pub described: &'a Described,
    /// The risk register.
    pub risks: Option<&'a RisksResult>,
    /// Incidents.
    pub incidents: Option<&'a IncidentsResult>,
    /// What a ledger says of the audit.
    pub recorded: Option<&'a Recorded>,
    /// The day as of which it is told, ISO 8601.
    pub as_of: &'a str,
}

/// Writes a brief as text, Markdown or a page; groups below each audit's own limit are hidden.
///
/// # Errors
/// [`ReportError::UnknownFormat`] for JSON, which a brief does not have; [`ReportError::Claim`] where a
/// text would say more than evidence can.
pub fn brief(
    brief: &Brief<'_>,
    format: Format,
    language: Language,
    options: &Options,
) -> Result<String, ReportError> {
    let small = |audit: &AuditResult| {
        let limit = audit.policy.privacy_k.max(options.hide_below);
        suppress(audit, &Hidden::below(audit, limit))
    };
    let audit = small(brief.audit);
    let previous = brief.previous.map(small);
    let shown = Brief {
        audit: &audit,
        previous: previous.as_ref(),
        ..*brief
    };
    let words = Words::of(language);
    let limit = audit.policy.privacy_k.max(options.hide_below);
    let page = page::page(&shown, limit, words);
    let mut theirs = Theirs::default();
    theirs.add_audit(&audit);
    theirs.add(&(shown.described, shown.risks, shown.recorded));
    for text in page.texts() {
        theirs.check(&text, language)?;
    }
    match format {
        Format::Text => Ok(write::text(&page, options)),
        Format::Markdown => Ok(write::markdown(&page)),
        Format::Print => Ok(write::printed(&page, words)),
        Format::Html => write::html(&page),
        Format::Json => Err(ReportError::UnknownFormat("json".to_owned())),
    }
}

/// Longest name that is shown, in characters: two pages are two pages, whatever things are called.
const NAME_MAX: usize = 40;

/// A name or id in the marks of others' words.
fn own(name: &str, words: Words) -> String {
    quoted(&shortened(name, NAME_MAX), words)
}

/// People by their ids, the first two of them.
fn people(ids: &[String], words: Words) -> String {
    let mut named: Vec<String> = ids.iter().take(2).map(|id| own(id, words)).collect();
    if ids.len() > 2 {
        named.push("…".to_owned());
    }
    words.list(&named)
}

/// At most so many characters.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let cut: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}
