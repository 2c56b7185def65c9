//! What a gate says, for people and for pipelines.

use waage_result::gate::{GateReason, GateResult, GateVerdict};
use waage_result::text::Language;

use crate::markdown::escape;
use crate::notices::{NoticeFormat, workflow_command, xml};
use crate::text::{Page, Style};
use crate::words::{Words, clean};
use crate::{Options, ReportError};

/// Writes what a gate says. Text tells what stands in the way; with `explain` every reason, a line each.
///
/// # Errors
/// [`ReportError::Json`] if the document cannot be written.
pub fn gate(
    result: &GateResult,
    format: NoticeFormat,
    explain: bool,
    language: Language,
    options: &Options,
) -> Result<String, ReportError> {
    let told = Told {
        result,
        words: Words::of(language),
        language,
    };
    match format {
        NoticeFormat::Text => Ok(told.text(explain, options)),
        NoticeFormat::Json => Ok(serde_json::to_string_pretty(result)? + "\n"),
        NoticeFormat::Markdown => Ok(told.markdown()),
        NoticeFormat::Github => Ok(told.github()),
        NoticeFormat::Junit => Ok(told.junit()),
    }
}

/// Reasons shown of each kind without `--explain`.
const SHOWN_MAX: usize = 10;

struct Told<'a> {
    result: &'a GateResult,
    words: Words,
    language: Language,
}

impl<'a> Told<'a> {
    /// Kinds of reasons, the gravest first, with their style.
    fn lists(&self) -> [(&'static str, Style, &'a [GateReason]); 6] {
        let result = self.result;
        [
            ("breaches", Style::Red, &result.breaches),
            ("errors", Style::Red, &result.errors),
            ("inconclusive", Style::Yellow, &result.inconclusive),
            ("waived", Style::Yellow, &result.waived),
            ("passed", Style::Green, &result.passed),
            ("noted", Style::Dim, &result.noted),
        ]
    }

    fn sentence(&self, reason: &GateReason) -> String {
        clean(match self.language {
            Language::En => &reason.text.en,
            Language::De => &reason.text.de,
        })
    }

    fn name(&self, kind: &str) -> String {
        self.words.text(&format!("gate.kind.{kind}"))
    }

    fn headline(&self) -> String {
        let result = self.result;
        let counts = [&result.breaches, &result.errors, &result.passed]
            .map(|list| self.words.integer(list.len() as u64));
        let gate = clean(&result.gate);
        let values = [
            ("gate", gate.as_str()),
            ("breaches", &counts[0]),
            ("errors", &counts[1]),
            ("passed", &counts[2]),
            ("day", &result.as_of),
        ];
        let key = format!("gate.headline.{}", result.verdict.name());
        self.words.fill(&key, &values)
    }

    fn text(&self, explain: bool, options: &Options) -> String {
        let mut page = Page::new(options);
        let style = match self.result.verdict {
            GateVerdict::Pass => Style::Green,
            GateVerdict::Breach => Style::Red,
            GateVerdict::Error => Style::Yellow,
        };
        let headline = page.styled(&self.headline(), style);
        page.line(&headline);
        for (kind, style, reasons) in self.lists() {
            if reasons.is_empty() || (matches!(kind, "passed" | "noted") && !explain) {
                continue;
            }
            let most = if explain { reasons.len() } else { SHOWN_MAX };
            for reason in reasons.iter().take(most) {
                let name = page.styled(&self.name(kind), style);
                page.line(&format!("  {name}: {}", self.sentence(reason)));
            }
            if reasons.len() > most {
                let count = self.words.integer((reasons.len() - most) as u64);
                let more = self.words.fill("gate.more", &[("count", &count)]);
                page.paragraph(&more, Style::Dim, 2);
            }
        }
        page.into_text()
    }

    fn markdown(&self) -> String {
        let gate = clean(&self.result.gate);
        let title = self.words.fill("gate.title", &[("gate", &gate)]);
        let mut parts = vec![
            format!("# {}", escape(&title)),
            format!("**{}**", escape(&self.headline())),
        ];
        for (kind, _, reasons) in self.lists() {
            if reasons.is_empty() {
                continue;
            }
            parts.push(format!(
                "## {}",
                escape(&self.words.text(&format!("gate.section.{kind}")))
            ));
            let lines: Vec<String> = reasons
                .iter()
                .map(|reason| format!("- {}", escape(&self.sentence(reason))))
                .collect();
            parts.push(lines.join("\n"));
        }
        let digests = [
            ("policy", Some(&self.result.policy_digest)),
            ("audit", self.result.audit_digest.as_ref()),
        ];
        for (key, digest) in digests {
            if let Some(digest) = digest {
                let text = self
                    .words
                    .fill(&format!("gate.digest_{key}"), &[("digest", digest)]);
                parts.push(escape(&clean(&text)));
            }
        }
        parts.join("\n\n") + "\n"
    }

    fn github(&self) -> String {
        let gate = format!("waage gate {}", clean(&self.result.gate));
        let mut out = String::new();
        for (kind, _, reasons) in self.lists() {
            let level = match kind {
                "breaches" | "errors" => "error",
                "inconclusive" | "waived" => "warning",
                _ => continue,
            };
            for reason in reasons {
                let text = format!("{}: {}", self.name(kind), self.sentence(reason));
                out.push_str(&workflow_command(level, None, &gate, &text));
            }
        }
        out.push_str(&self.headline());
        out.push('\n');
        out
    }

    /// A test case for each reason: breaches fail, what could not be evaluated is an error, and what
    /// is waived or undecided is skipped with its reason.
    fn junit(&self) -> String {
        let result = self.result;
        let total: usize = self.lists().iter().map(|(_, _, list)| list.len()).sum();
        let skipped = result.inconclusive.len() + result.waived.len() + result.noted.len();
        let mut out = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"waage gate {}\" tests=\"{total}\" failures=\"{}\" errors=\"{}\" skipped=\"{skipped}\">\n",
            xml(&clean(&result.gate)),
            result.breaches.len(),
            result.errors.len(),
        );
        for (kind, _, reasons) in self.lists() {
            for reason in reasons {
                let group = reason.group.as_ref().map(|group| format!(" {group}"));
                let name = format!(
                    "{} {}{}",
                    reason.requirement,
                    reason.subject,
                    group.unwrap_or_default()
                );
                let text = xml(&self.sentence(reason));
                let body = match kind {
                    "breaches" => format!("<failure message=\"{text}\"/>"),
                    "errors" => format!("<error message=\"{text}\"/>"),
                    "inconclusive" | "waived" | "noted" => format!("<skipped message=\"{text}\"/>"),
                    _ => String::new(),
                };
                let class = format!("waage.gate.{}", result.gate);
                let (class, name) = (xml(&clean(&class)), xml(&clean(name.trim())));
                out.push_str(&if body.is_empty() {
                    format!("  <testcase classname=\"{class}\" name=\"{name}\"/>\n")
                } else {
                    format!("  <testcase classname=\"{class}\" name=\"{name}\">{body}</testcase>\n")
                });
            }
        }
        out.push_str("</testsuite>\n");
        out
    }
}
