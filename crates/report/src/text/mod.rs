//! The report for a terminal: about a screen, aligned, worst first. It is a working document and
//! shows every group.

mod article;
mod attribution;
mod findings;
mod grid;
mod groups;
mod metrics;
mod power;
mod ranking;
mod scan;
mod sheet;
mod strata;
mod unknown;

pub use power::power_text;

pub(crate) use self::article::article;
pub(crate) use self::attribution::explanation;
pub(crate) use self::scan::scan;
pub(crate) use self::sheet::sheet;

use unicode_width::UnicodeWidthStr;
use waage_result::document::AuditResult;
use waage_result::privacy::Hidden;
use waage_result::text::Language;

use self::grid::{Grid, Style, shorten, wrap};
use crate::Options;
use crate::article::{Mark, Views, facts_of_data, mark, methods, reasons_in_order};
use crate::headline::headline;
use crate::words::{Words, clean};

pub(crate) use self::metrics::{list as metrics_list, pages as metrics_pages};

/// Writes the report for a terminal.
pub(crate) fn text(result: &AuditResult, language: Language, options: &Options) -> String {
    let words = Words::of(language);
    let mut page = Page::new(options);
    let verdict = mark(result.verdict, words);
    page.point(&verdict, &headline(result, language));
    findings::write(&mut page, result, words);
    let views = Views::of(result);
    for (view, groups) in views.marginals() {
        groups::attribute(&mut page, result, &views, view, groups, words);
    }
    for (view, groups) in views.intersections() {
        groups::intersection(&mut page, result, &views, view, groups, words);
    }
    strata::write(&mut page, result, words);
    ranking::write(&mut page, result, words);
    unknown::write(&mut page, result, words);
    for class in &result.classes {
        let of_class = result.of_class(class);
        page.heading(
            &words.fill("text.class", &[("class", &clean(&class.class))]),
            &[],
        );
        let views = Views::of(&of_class);
        for (view, groups) in views.marginals() {
            groups::attribute(&mut page, &of_class, &views, view, groups, words);
        }
    }
    page.list(
        &words.text("report.data.title"),
        &facts_of_data(result, &Hidden::default(), words),
    );
    page.list(
        &words.text("report.not_run.title"),
        &reasons_in_order(result, words),
    );
    page.line("");
    page.paragraph(&method(result, words), Style::Dim, 0);
    page.paragraph(&words.text("report.footer"), Style::Dim, 0);
    page.out
}

struct Page {
    out: String,
    width: usize,
    color: bool,
}

impl Page {
    fn new(options: &Options) -> Self {
        Self {
            out: String::new(),
            width: options.width.max(40),
            color: options.color,
        }
    }

    fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    fn styled(&self, text: &str, style: Style) -> String {
        style.paint(text, self.color)
    }

    /// A sentence after a state's symbol, set in bold.
    fn point(&mut self, mark: &Mark, sentence: &str) {
        for (i, part) in wrap(sentence, self.width - 2).iter().enumerate() {
            let start = if i == 0 {
                self.styled(mark.symbol, Style::of(mark.state))
            } else {
                " ".to_owned()
            };
            let line = format!("{start} {}", self.styled(part, Style::Bold));
            self.line(&line);
        }
    }

    /// A title and remarks on it, which go on in further lines where the terminal is narrow.
    fn heading(&mut self, title: &str, remarks: &[(String, String)]) {
        self.line("");
        let mut line = self.styled(&shorten(title, self.width), Style::Bold);
        let mut used = title.width().min(self.width);
        for (i, (plain, styled)) in remarks.iter().enumerate() {
            let gap = if i == 0 { "  " } else { " · " };
            if used + gap.width() + plain.width() > self.width {
                self.line(&line);
                line = format!("  {}", shorten_styled(plain, styled, self.width - 2));
                used = 2 + plain.width();
            } else {
                line.push_str(gap);
                line.push_str(styled);
                used += gap.width() + plain.width();
            }
        }
        self.line(&line);
    }

    fn paragraph(&mut self, text: &str, style: Style, indent: usize) {
        for part in wrap(text, self.width - indent) {
            let line = format!("{}{}", " ".repeat(indent), self.styled(&part, style));
            self.line(&line);
        }
    }

    fn list(&mut self, title: &str, points: &[String]) {
        if points.is_empty() {
            return;
        }
        self.heading(title, &[]);
        for point in points {
            for (i, part) in wrap(point, self.width - 4).iter().enumerate() {
                self.line(&format!("{}{part}", if i == 0 { "  • " } else { "    " }));
            }
        }
    }

    fn grid(&mut self, grid: &Grid) {
        for line in grid.lines(self.width - 2, self.color) {
            self.line(&format!("  {line}"));
        }
    }
}

/// The styled form of a remark, or its plain form cut where it is too long.
fn shorten_styled(plain: &str, styled: &str, width: usize) -> String {
    if plain.width() <= width {
        styled.to_owned()
    } else {
        shorten(plain, width)
    }
}

fn method(result: &AuditResult, words: Words) -> String {
    let families: Vec<String> = result
        .policy
        .families
        .iter()
        .map(|family| {
            words.fill(
                "text.family",
                &[
                    ("name", &clean(&family.name)),
                    ("method", &clean(&family.method)),
                    ("size", &words.integer(family.size)),
                ],
            )
        })
        .collect();
    let methods: Vec<String> = methods(result)
        .into_iter()
        .filter(|method| !["count", "identity"].contains(method))
        .map(clean)
        .collect();
    words.fill(
        "text.method",
        &[
            ("level", &words.level(result.settings.confidence)),
            ("methods", &words.list(&methods)),
            ("families", &families.join("; ")),
            (
                "bootstrap",
                &words.integer(u64::from(result.settings.bootstrap)),
            ),
            ("seed", &result.settings.seed.to_string()),
        ],
    )
}
