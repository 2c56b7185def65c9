//! A subgroup scan as Markdown, for people: subgroups below the limit are left out.

use waage_result::scan::{ScanResult, Subgroup};
use waage_result::text::Language;

use crate::Options;
use crate::markdown::{bullets, close, escape, row};
use crate::scan::{Told, dash};
use crate::words::Words;

/// Writes a scan as GitHub-flavoured Markdown.
pub(crate) fn markdown(result: &ScanResult, language: Language, options: &Options) -> String {
    let words = Words::of(language);
    let mut shown = result.clone();
    let limit = options.hide_below;
    let all = shown.dataset.rows;
    shown
        .subgroups
        .retain(|subgroup| subgroup.n >= limit && all.saturating_sub(subgroup.n) >= limit);
    let hidden = result.subgroups.len() - shown.subgroups.len();
    let told = Told {
        result: &shown,
        words,
    };
    let mut parts = vec![
        format!("# {}", escape(&words.text("scan.title"))),
        format!("**{}**", escape(&told.headline())),
        escape(&told.overall()),
        escape(&told.columns()),
    ];
    if !shown.subgroups.is_empty() {
        parts.push(table(&told));
        let remarks: Vec<String> = shown
            .subgroups
            .iter()
            .enumerate()
            .filter_map(|(at, subgroup)| {
                let remarks = told.remarks(subgroup)?;
                Some(format!("- {}: {}", at + 1, escape(&remarks)))
            })
            .collect();
        if !remarks.is_empty() {
            parts.push(remarks.join("\n"));
        }
    }
    if hidden > 0 {
        let (count, limit) = (words.integer(hidden as u64), words.integer(limit));
        let values = [("count", count.as_str()), ("limit", limit.as_str())];
        parts.push(escape(&words.fill("scan.hidden", &values)));
    } else if let Some(more) = told.more() {
        parts.push(escape(&more));
    }
    if let Some(notes) = bullets(&told.notes()) {
        parts.push(format!("## {}", escape(&words.text("report.data.title"))));
        parts.push(notes);
    }
    close(parts, &told.method(), words)
}

fn table(told: &Told<'_>) -> String {
    let words = told.words;
    let permuted = told.result.settings.permutations > 0;
    let mut titles = vec![
        "#".to_owned(),
        told.title("subgroup"),
        told.title("rows"),
        told.title("share"),
        words.metric_title(&told.result.settings.metric),
        told.title("others"),
        crate::words::capitalised(&told.gap_title()),
        told.title("p"),
    ];
    if permuted {
        titles.push(told.title("p_permutation"));
    }
    let numbers = titles.len() - 2;
    let rule = ["---:", "---"].into_iter().chain(vec!["---:"; numbers]);
    let mut lines = vec![
        row(titles.iter().map(|title| escape(title))),
        row(rule.map(str::to_owned)),
    ];
    for (at, subgroup) in told.result.subgroups.iter().enumerate() {
        let cells = cells(told, at, subgroup, permuted);
        lines.push(row(cells.iter().map(|cell| escape(cell))));
    }
    lines.join("\n")
}

fn cells(told: &Told<'_>, at: usize, subgroup: &Subgroup, permuted: bool) -> Vec<String> {
    let words = told.words;
    let gap = match told.gap_interval(subgroup) {
        Some(interval) => format!("{} ({interval})", told.gap(subgroup.gap)),
        None => told.gap(subgroup.gap),
    };
    let p = |p: Option<f64>| p.map_or_else(dash, |p| words.p_value(p));
    let mut cells = vec![
        (at + 1).to_string(),
        told.conditions(&subgroup.conditions),
        words.integer(subgroup.n),
        words.number(subgroup.share, crate::numbers::Unit::Share),
        told.value(subgroup.estimate.value),
        told.value(subgroup.complement.value),
        gap,
        p(subgroup.p_adjusted),
    ];
    if permuted {
        cells.push(p(subgroup.p_permutation));
    }
    cells
}
