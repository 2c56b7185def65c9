//! What `waage policy check` says.

use waage_result::finding::Bilingual;
use waage_result::policy::{PolicyCheck, PolicyPlace};
use waage_result::text::Language;

use crate::markdown::{escape, row};
use crate::notices::{NoticeFormat, Spot, workflow_command};
use crate::text::{Page, Style};
use crate::words::{Words, clean};
use crate::{Options, ReportError};

/// Writes a check of a policy.
///
/// # Errors
/// [`ReportError::UnknownFormat`] for JUnit, which a check does not have; [`ReportError::Json`] if
/// the document cannot be written.
pub fn policy_check(
    check: &PolicyCheck,
    format: NoticeFormat,
    language: Language,
    options: &Options,
) -> Result<String, ReportError> {
    let told = Told {
        check,
        words: Words::of(language),
        language,
    };
    match format {
        NoticeFormat::Text => Ok(told.text(options)),
        NoticeFormat::Json => Ok(serde_json::to_string_pretty(check)? + "\n"),
        NoticeFormat::Markdown => Ok(told.markdown()),
        NoticeFormat::Github => Ok(told.github()),
        NoticeFormat::Junit => Err(ReportError::UnknownFormat(format.name().to_owned())),
    }
}

/// The language's text.
pub(super) fn in_language(text: &Bilingual, language: Language) -> &str {
    match language {
        Language::En => &text.en,
        Language::De => &text.de,
    }
}

/// One remark in one language.
struct Item<'a> {
    level: &'static str,
    style: Style,
    place: &'a PolicyPlace,
    what: String,
    mend: Option<String>,
}

struct Told<'a> {
    check: &'a PolicyCheck,
    words: Words,
    language: Language,
}

impl<'a> Told<'a> {
    /// Errors, warnings, notes.
    fn items(&self) -> Vec<Item<'a>> {
        let errors = self.check.errors.iter().map(|fault| Item {
            level: "error",
            style: Style::Red,
            place: &fault.place,
            what: clean(&fault.what),
            mend: (!fault.mend.is_empty()).then(|| clean(&fault.mend)),
        });
        let language = self.language;
        let remarks = [
            ("warning", Style::Yellow, &self.check.warnings),
            ("note", Style::Dim, &self.check.notes),
        ];
        let remarks = remarks.into_iter().flat_map(|(level, style, list)| {
            list.iter().map(move |remark| Item {
                level,
                style,
                place: &remark.place,
                what: clean(in_language(&remark.text, language)),
                mend: None,
            })
        });
        errors.chain(remarks).collect()
    }

    fn level(&self, level: &str) -> String {
        self.words.text(&format!("policy.check.{level}"))
    }

    fn counted(&self, key: &str, count: usize) -> String {
        let number = self.words.integer(count as u64);
        let key = match count {
            1 => format!("policy.check.{key}_one"),
            _ => format!("policy.check.{key}"),
        };
        self.words.fill(&key, &[("count", &number)])
    }

    fn summary(&self) -> String {
        let counts = [
            self.counted("errors", self.check.errors.len()),
            self.counted("warnings", self.check.warnings.len()),
            self.counted("notes", self.check.notes.len()),
        ];
        let values = [
            ("errors", counts[0].as_str()),
            ("warnings", &counts[1]),
            ("notes", &counts[2]),
        ];
        format!(
            "{}: {}",
            clean(&self.check.file),
            self.words.fill("policy.check.summary", &values)
        )
    }

    /// How many checks, the digest, and what is inherited.
    fn facts(&self) -> Vec<String> {
        let Some(digest) = &self.check.digest else {
            return Vec::new();
        };
        let mut facts = vec![format!(
            "{}, {}",
            self.counted(
                "checks",
                usize::try_from(self.check.checks).unwrap_or(usize::MAX)
            ),
            self.words
                .fill("policy.check.digest", &[("digest", digest)])
        )];
        facts.extend(inherited(
            &self.check.extends,
            &self.check.overrides,
            self.words,
        ));
        facts
    }

    fn text(&self, options: &Options) -> String {
        let mut page = Page::new(options);
        for item in self.items() {
            let level = page.styled(&self.level(item.level), item.style);
            page.line(&format!("{}: {level}: {}", at(item.place), item.what));
            if !item.place.text.is_empty() {
                let (number, line) = (item.place.line.to_string(), clean(&item.place.text));
                let cut: String = line
                    .chars()
                    .take(options.width.max(40) - number.len() - 5)
                    .collect();
                page.line(&format!("  {number} | {cut}"));
                let gap = " ".repeat(number.len() + 2);
                let before = item.place.column.saturating_sub(1).min(cut.chars().count());
                let caret = page.styled("^", item.style);
                page.line(&format!("{gap} | {}{caret}", " ".repeat(before)));
            }
            if let Some(mend) = item.mend {
                let mend = self.words.fill("policy.check.mend", &[("mend", &mend)]);
                page.paragraph(&mend, Style::Plain, 4);
            }
        }
        for fact in self.facts() {
            page.paragraph(&fact, Style::Dim, 0);
        }
        page.line(&page.styled(&self.summary(), Style::Bold));
        page.into_text()
    }

    fn github(&self) -> String {
        let command = |item: Item<'_>| {
            let level = match item.level {
                "note" => "notice",
                level => level,
            };
            let text = match &item.mend {
                Some(mend) => format!("{}; {mend}", item.what),
                None => item.what,
            };
            let file = clean(&item.place.file);
            let spot = Spot {
                file: &file,
                line: item.place.line,
                column: item.place.column,
            };
            workflow_command(level, Some(spot), "waage policy check", &text)
        };
        self.items().into_iter().map(command).collect()
    }

    fn markdown(&self) -> String {
        let file = clean(&self.check.file);
        let title = self.words.fill("policy.check.title", &[("file", &file)]);
        let mut parts = vec![format!("# {}", escape(&title)), escape(&self.summary())];
        parts.extend(self.facts().iter().map(|fact| escape(fact)));
        let items = self.items();
        let lines: Vec<String> = items
            .iter()
            .map(|item| {
                let mend = item.mend.as_ref().map(|mend| format!(" {}", escape(mend)));
                format!(
                    "- **{}** {}: {}{}",
                    escape(&self.level(item.level)),
                    escape(&at(item.place)),
                    escape(&item.what),
                    mend.unwrap_or_default()
                )
            })
            .collect();
        if !lines.is_empty() {
            parts.push(lines.join("\n"));
        }
        parts.extend(overrides_table(
            &self.check.overrides,
            self.words,
            self.language,
        ));
        parts.join("\n\n") + "\n"
    }
}

/// `audit.toml:8:1`, or the file alone.
fn at(place: &PolicyPlace) -> String {
    let file = clean(&place.file);
    match place.line {
        0 => file,
        line => format!("{file}:{line}:{}", place.column),
    }
}

/// Overrides that a line names.
const NAMED_MAX: usize = 8;

/// What is extended, and what is changed of it, in sentences.
pub(crate) fn inherited(
    extends: &[String],
    overrides: &[waage_result::policy::PolicyOverride],
    words: Words,
) -> Vec<String> {
    if extends.is_empty() {
        return Vec::new();
    }
    let names: Vec<String> = extends.iter().map(|name| clean(name)).collect();
    let names = words.list(&names);
    let mut out = vec![words.fill("policy.overrides.extends", &[("names", &names)])];
    let mut items: Vec<String> = overrides
        .iter()
        .take(NAMED_MAX)
        .map(|each| {
            let change = &each.change;
            let effect = words.text(&format!("policy.effect.{}", change.effect.name()));
            let [from, to] =
                [&change.from, &change.to].map(|v| super::diff::shown(v.as_ref(), words));
            let values = [
                ("key", clean(&change.key)),
                ("from", from),
                ("to", to),
                ("effect", effect),
            ];
            let values = values.each_ref().map(|(key, value)| (*key, value.as_str()));
            words.fill("policy.overrides.line", &values)
        })
        .collect();
    if overrides.len() > items.len() {
        let count = words.integer((overrides.len() - items.len()) as u64);
        items.push(words.fill("policy.overrides.more", &[("count", &count)]));
    }
    let count = words.integer(overrides.len() as u64);
    let list = items.join("; ");
    let values = [("count", count.as_str()), ("list", &list)];
    out.push(match overrides.len() {
        0 => words.text("policy.overrides.none"),
        1 => words.fill("policy.overrides.intro_one", &values),
        _ => words.fill("policy.overrides.intro", &values),
    });
    out
}

/// What is changed of what is extended, as a table.
fn overrides_table(
    overrides: &[waage_result::policy::PolicyOverride],
    words: Words,
    language: Language,
) -> Option<String> {
    if overrides.is_empty() {
        return None;
    }
    let title = |key: &str| escape(&words.text(key));
    let mut lines = vec![
        row([
            title("policy.overrides.base"),
            title("policy.diff.key"),
            title("policy.diff.from"),
            title("policy.diff.to"),
            title("policy.diff.effect"),
            title("policy.diff.why"),
        ]
        .into_iter()),
        row(std::iter::repeat_n("---".to_owned(), 6)),
    ];
    lines.extend(overrides.iter().map(|each| {
        let cells = super::diff::cells(&each.change, words, language);
        row(std::iter::once(escape(&clean(&each.base))).chain(cells.map(|cell| escape(&cell))))
    }));
    Some(lines.join("\n"))
}
