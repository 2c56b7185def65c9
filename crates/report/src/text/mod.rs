//! The report for a terminal: about a screen, aligned, worst first. It is a working document and
//! shows every group.

mod grid;

use unicode_width::UnicodeWidthStr;
use waage_result::document::{AuditResult, GroupResult};
use waage_result::finding::{Finding, State};
use waage_result::privacy::{Hidden, group_name};
use waage_result::text::Language;

use self::grid::{Column, Grid, Style, pad_left, pad_right, wrap};
use crate::Options;
use crate::article::{
    CELLS_MAX, Cell, Mark, Table, Views, disparities, facts_of_data, mark, methods, rates,
    reasons_in_order, tally, worst_cells,
};
use crate::headline::headline;
use crate::order::worst_first;
use crate::words::{Words, clean, limits, unit};

/// Findings listed.
const FINDINGS_MAX: usize = 12;
/// Groups of an attribute listed.
const GROUPS_MAX: usize = 12;
/// Columns of a full bar.
const BAR: usize = 6;
/// Rates shown, with an interval for the first.
const RATES: [&str; 5] = [
    "selection_rate",
    "true_positive_rate",
    "false_positive_rate",
    "precision",
    "base_rate",
];
/// Comparisons shown.
const COMPARED: [(&str, &str); 3] = [
    ("selection_rate", "ratio"),
    ("true_positive_rate", "difference"),
    ("false_positive_rate", "difference"),
];

/// Writes the report for a terminal.
pub(crate) fn text(result: &AuditResult, language: Language, options: &Options) -> String {
    let words = Words::of(language);
    let mut page = Page {
        out: String::new(),
        width: options.width.max(40),
        color: options.color,
    };
    let verdict = mark(result.verdict, words);
    page.point(&verdict, &headline(result, language));
    findings(&mut page, result, words);
    let views = Views::of(result);
    for (view, groups) in views.marginals() {
        attribute(&mut page, result, &views, view, groups, words);
    }
    for (view, groups) in views.intersections() {
        intersection(&mut page, result, &views, view, groups, words);
    }
    page.list(
        &words.text("report.data.title"),
        &facts_of_data(result, words),
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

    fn heading(&mut self, title: &str, remark: &str) {
        self.line("");
        let title = self.styled(title, Style::Bold);
        self.line(&if remark.is_empty() {
            title
        } else {
            format!("{title}  {remark}")
        });
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
        self.heading(title, "");
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

fn findings(page: &mut Page, result: &AuditResult, words: Words) {
    let counts: Vec<String> = tally(result, words)
        .iter()
        .map(|m| format!("{} {}", page.styled(m.symbol, Style::of(m.state)), m.word))
        .collect();
    page.heading(&words.text("report.findings.title"), &counts.join(" · "));
    let sorted = worst_first(&result.findings);
    let shown = &sorted[..sorted.len().min(FINDINGS_MAX)];
    let mut grid = Grid::new(vec![
        Column::fixed(""),
        Column::fixed(""),
        Column::flexible(""),
        Column::flexible(""),
        Column::fixed(""),
        Column::fixed(""),
        Column::flexible(""),
    ]);
    let estimates: Vec<Cell> = shown
        .iter()
        .map(|finding| estimate(finding, words))
        .collect();
    for (finding, estimate) in shown.iter().zip(composites(&estimates, 0)) {
        let mark = mark(finding.state, words);
        let comparison = words.text(&format!("text.comparison.{}", finding.comparison));
        grid.row(vec![
            (mark.symbol.to_owned(), Style::of(mark.state)),
            (clean(&finding.check), Style::Plain),
            (
                format!("{} {comparison}", words.metric_short(&finding.metric)),
                Style::Plain,
            ),
            (against(finding, words), Style::Plain),
            (estimate, Style::Plain),
            (words.demand_sign(finding), Style::Dim),
            (remark(finding, words), Style::Dim),
        ]);
    }
    page.grid(&grid);
    let rest = &sorted[shown.len()..];
    if !rest.is_empty() {
        let count = |state| rest.iter().filter(|f| f.state == state).count() as u64;
        let parts: Vec<String> = [State::Breach, State::Inconclusive, State::Pass]
            .into_iter()
            .filter(|state| count(*state) > 0)
            .map(|state| {
                let count = words.integer(count(state));
                words.fill(
                    &format!("report.tally.{}", state.name()),
                    &[("count", &count)],
                )
            })
            .collect();
        let count = words.integer(rest.len() as u64);
        let states = words.list(&parts);
        let more = words.fill(
            "text.more_findings",
            &[("count", &count), ("states", &states)],
        );
        page.paragraph(&more, Style::Dim, 2);
    }
}

fn estimate(finding: &Finding, words: Words) -> Cell {
    let unit = unit(&finding.metric, &finding.comparison);
    match finding.estimate.value {
        None => Cell::none(),
        Some(value) => Cell {
            text: words.number_beside(value, &limits(finding), unit),
            detail: words.plain_range(finding.estimate.low, finding.estimate.high, unit),
            ..Cell::default()
        },
    }
}

fn against(finding: &Finding, words: Words) -> String {
    let group = words.group(&finding.attribute, finding.group.as_deref());
    match &finding.reference {
        None => group,
        Some(reference) => {
            let reference = words.group(&finding.attribute, Some(reference));
            words.fill(
                "text.against",
                &[("group", &group), ("reference", &reference)],
            )
        }
    }
}

/// What a finding's line ends with: waiver, rows needed or reason, the four-fifths flag.
fn remark(finding: &Finding, words: Words) -> String {
    let mut parts = Vec::new();
    if let Some(waiver) = &finding.waived_by {
        parts.push(words.fill("report.findings.waived", &[("waiver", &clean(waiver))]));
    }
    if finding.four_fifths_adverse == Some(true) {
        parts.push(words.text("text.four_fifths"));
    }
    match (finding.state, finding.rows_needed, &finding.reason) {
        (State::Inconclusive, Some(rows), _) => {
            parts.push(words.fill("text.rows_needed", &[("rows", &words.integer(rows))]));
        }
        (State::Inconclusive, None, Some(reason)) => parts.push(words.name_in("reason", reason)),
        _ => {}
    }
    parts.join(", ")
}

fn attribute(
    page: &mut Page,
    result: &AuditResult,
    views: &Views<'_>,
    view: &str,
    groups: &[&GroupResult],
    words: Words,
) {
    let reference = result
        .settings
        .references
        .get(view)
        .and_then(Option::as_deref);
    let shown = if groups.len() > GROUPS_MAX {
        worst_cells(views, view, groups)
    } else {
        groups.to_vec()
    };
    let mut remarks = Vec::new();
    if let Some(reference) = reference {
        let name = words.group(view, Some(reference));
        remarks.push(words.fill("text.reference", &[("reference", &name)]));
    }
    if shown.len() < groups.len() {
        remarks.push(of_total(shown.len(), groups.len(), words));
    }
    page.heading(
        &words.attribute(view),
        &page.styled(&remarks.join(" · "), Style::Dim),
    );
    let metrics: Vec<&str> = RATES
        .into_iter()
        .filter(|metric| result.overall.contains_key(*metric))
        .collect();
    if !metrics.is_empty() {
        let table = rates(result, view, &shown, &metrics, &Hidden::default(), words);
        page.grid(&rates_grid(&table, &metrics, words));
    }
    if let Some(table) = disparities(result, views, view, &shown, &COMPARED, words) {
        page.line("");
        page.grid(&disparities_grid(&table, reference, view, words));
    }
}

fn of_total(shown: usize, total: usize, words: Words) -> String {
    let (shown, total) = (words.integer(shown as u64), words.integer(total as u64));
    words.fill("text.worst_groups", &[("shown", &shown), ("total", &total)])
}

/// Group, rows, the first metric with interval and bar, the others as plain figures.
fn rates_grid(table: &Table, metrics: &[&str], words: Words) -> Grid {
    let mut columns = vec![
        Column::flexible(&words.text("report.groups.group")),
        Column::number(&words.text("report.groups.rows")),
        Column::fixed(&words.metric_short(metrics[0])),
    ];
    columns.extend(
        metrics[1..]
            .iter()
            .map(|metric| Column::number(&words.metric_short(metric))),
    );
    let mut grid = Grid::new(columns);
    let first: Vec<Cell> = table.rows.iter().map(|row| copy(&row.cells[2])).collect();
    for (row, composite) in table.rows.iter().zip(composites(&first, BAR)) {
        let style = if row.strong { Style::Dim } else { Style::Plain };
        let mut cells = vec![
            (row.cells[0].text.clone(), style),
            (row.cells[1].text.clone(), style),
            (composite, style),
        ];
        cells.extend(row.cells[3..].iter().map(|cell| (cell.text.clone(), style)));
        grid.row(cells);
    }
    grid
}

fn disparities_grid(table: &Table, reference: Option<&str>, view: &str, words: Words) -> Grid {
    let name = words.group(view, reference);
    let mut columns = vec![Column::flexible(
        &words.fill("text.to", &[("reference", &name)]),
    )];
    columns.extend(
        table.columns[1..]
            .iter()
            .map(|column| Column::fixed(&column.title)),
    );
    let mut grid = Grid::new(columns);
    let composed: Vec<Vec<String>> = (1..table.columns.len())
        .map(|i| {
            let cells: Vec<Cell> = table.rows.iter().map(|row| copy(&row.cells[i])).collect();
            composites(&cells, 0)
        })
        .collect();
    for (i, row) in table.rows.iter().enumerate() {
        let mut cells = vec![(row.cells[0].text.clone(), Style::Plain)];
        cells.extend(
            composed
                .iter()
                .map(|column| (column[i].clone(), Style::Plain)),
        );
        grid.row(cells);
    }
    grid
}

fn intersection(
    page: &mut Page,
    result: &AuditResult,
    views: &Views<'_>,
    view: &str,
    groups: &[&GroupResult],
    words: Words,
) {
    let cells = worst_cells(views, view, groups);
    let mut remarks = Vec::new();
    if let Some(Some(reference)) = result.settings.references.get(view) {
        let name = words.group(view, Some(reference));
        remarks.push(words.fill("text.reference", &[("reference", &name)]));
    }
    if groups.len() > CELLS_MAX {
        remarks.push(of_total(cells.len(), groups.len(), words));
    }
    page.heading(
        &words.attribute(view),
        &page.styled(&remarks.join(" · "), Style::Dim),
    );
    let Some(metric) = RATES
        .into_iter()
        .find(|metric| result.overall.contains_key(*metric))
    else {
        return;
    };
    let mut table = rates(result, view, &cells, &[metric], &Hidden::default(), words);
    table.rows.truncate(cells.len());
    let compared = disparities(result, views, view, &cells, &COMPARED[..2], words);
    let mut columns = vec![
        Column::flexible(&words.text("report.groups.group")),
        Column::number(&words.text("report.groups.rows")),
        Column::fixed(&words.metric_short(metric)),
    ];
    let titles = compared.iter().flat_map(|table| &table.columns[1..]);
    columns.extend(titles.map(|column| Column::fixed(&column.title)));
    let mut grid = Grid::new(columns);
    let first: Vec<Cell> = table.rows.iter().map(|row| copy(&row.cells[2])).collect();
    let first = composites(&first, 0);
    let reference = result
        .settings
        .references
        .get(view)
        .and_then(Option::as_deref);
    let names: Vec<String> = cells.iter().map(|group| group_name(group)).collect();
    let with_row: Vec<usize> = (0..names.len())
        .filter(|&i| reference != Some(names[i].as_str()))
        .collect();
    let width = compared.as_ref().map_or(0, |table| table.columns.len() - 1);
    let mut composed = vec![vec![String::from("–"); width]; cells.len()];
    if let Some(compared) = &compared {
        for column in 0..width {
            let cells: Vec<Cell> = compared
                .rows
                .iter()
                .map(|row| copy(&row.cells[column + 1]))
                .collect();
            for (&i, text) in with_row.iter().zip(composites(&cells, 0)) {
                composed[i][column] = text;
            }
        }
    }
    for (i, row) in table.rows.iter().enumerate() {
        let mut line = vec![
            (row.cells[0].text.clone(), Style::Plain),
            (row.cells[1].text.clone(), Style::Plain),
            (first[i].clone(), Style::Plain),
        ];
        line.extend(composed[i].iter().map(|text| (text.clone(), Style::Plain)));
        grid.row(line);
    }
    page.grid(&grid);
}

fn copy(cell: &Cell) -> Cell {
    Cell {
        text: cell.text.clone(),
        detail: cell.detail.clone(),
        bar: cell.bar,
        ..Cell::default()
    }
}

/// The cells of a column as value, interval and bar, each aligned down the column.
fn composites(cells: &[Cell], bar: usize) -> Vec<String> {
    let widest = |text: fn(&Cell) -> &str| cells.iter().map(|c| text(c).width()).max().unwrap_or(0);
    let values = widest(|cell| &cell.text);
    let details = widest(|cell| cell.detail.as_deref().unwrap_or(""));
    cells
        .iter()
        .map(|cell| {
            let value = pad_left(&cell.text, values);
            let detail = pad_right(cell.detail.as_deref().unwrap_or(""), details);
            let bar = cell.bar.map(|share| blocks(share, bar)).unwrap_or_default();
            format!("{value}  {detail} {bar}").trim_end().to_owned()
        })
        .collect()
}

/// A bar in eighths of a column.
fn blocks(share: f64, width: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (share.clamp(0.0, 1.0) * width as f64 * 8.0).round() as usize;
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
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
