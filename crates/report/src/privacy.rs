//! Releases with noise, comparisons of releases and columns of personal data, in the words of one language.

use waage_result::dp::{DpGap, DpRelease, DpTable};
use waage_result::pii::{PiiColumn, PiiFound, PiiResult};
use waage_result::privacy::PrivacyComparison;

use crate::numbers::Unit;
use crate::scan::dash;
use crate::sheet::{Part, Sheet};
use crate::words::{Words, clean, isolated};

fn name(text: &str) -> String {
    isolated(&clean(text))
}

fn heads<const N: usize>(names: [&str; N], words: Words) -> Vec<String> {
    names
        .map(|name| words.text(&format!("privacy.column.{name}")))
        .to_vec()
}

/// Noisy counts and the rates that they give.
pub(crate) fn release(result: &DpRelease, words: Words) -> Sheet {
    let level = words.number(result.confidence, Unit::Share);
    let per_table = words.number(result.epsilon_per_table, Unit::Ratio);
    let noise = words.integer(result.noise.within_95);
    let epsilon = name(&result.epsilon);
    let count = words.integer(result.tables.len() as u64);
    let mut facts = vec![
        words.fill(
            "privacy.noise",
            &[("within", &noise), ("epsilon", &per_table)],
        ),
        words.fill("privacy.intervals", &[("level", &level)]),
        words.text("privacy.negative"),
    ];
    if let Some(budget) = &result.budget {
        let values = [
            ("before", name(&budget.before)),
            ("after", name(&budget.after)),
            ("budget", name(&budget.per_year)),
        ];
        let values = values.each_ref().map(|(k, v)| (*k, v.as_str()));
        facts.push(words.fill("privacy.budget", &values));
    } else {
        facts.push(words.text("privacy.no_account"));
    }
    Sheet {
        title: words.text("privacy.release"),
        is_good: None,
        headline: words.fill(
            "privacy.release_headline",
            &[("epsilon", &epsilon), ("tables", &count)],
        ),
        facts,
        parts: result
            .tables
            .iter()
            .flat_map(|table| table_parts(table, words))
            .collect(),
    }
}

fn table_parts(table: &DpTable, words: Words) -> Vec<Part> {
    let outcomes: Vec<&String> = table
        .cells
        .first()
        .map_or_else(Vec::new, |cell| cell.counts.keys().collect());
    let mut counts = vec![words.attribute(&table.view)];
    counts.extend(
        outcomes
            .iter()
            .map(|outcome| words.name_in("privacy.outcome", outcome)),
    );
    let cells = table.cells.iter().map(|cell| {
        let labels: Vec<String> = cell
            .group
            .values()
            .map(|label| name(label.as_deref().unwrap_or(waage_result::privacy::MISSING)))
            .collect();
        let shown = cell.counts.values().map(|count| words.integer(count.shown));
        std::iter::once(labels.join(" × ")).chain(shown).collect()
    });
    let interval = |low, high, unit| words.range(low, high, unit).unwrap_or_else(dash);
    let value = |value: Option<f64>, unit| value.map_or_else(dash, |v| words.number(v, unit));
    let rates = table.rates.iter().map(|rate| {
        vec![
            words.attribute(&rate.view),
            name(&rate.group),
            words.name_in("metric", &rate.metric),
            value(rate.value, Unit::Share),
            interval(rate.low, rate.high, Unit::Share),
            cause(rate.cause.as_deref(), words),
        ]
    });
    let gaps = table.gaps.iter().map(|gap: &DpGap| {
        let state = words.text(&format!("privacy.gap.{}", gap.state));
        vec![
            words.attribute(&gap.view),
            name(&gap.group),
            words.name_in("metric", &gap.metric),
            value(gap.value, Unit::Points),
            interval(gap.low, gap.high, Unit::Points),
            match gap.cause.as_deref() {
                Some(why) => format!("{state}: {}", cause(Some(why), words)),
                None => state,
            },
        ]
    });
    vec![
        Part::Table(counts, cells.collect()),
        Part::Table(
            heads(
                ["view", "group", "metric", "value", "interval", "note"],
                words,
            ),
            rates.collect(),
        ),
        Part::Table(
            heads(
                ["view", "group", "metric", "gap", "interval", "state"],
                words,
            ),
            gaps.collect(),
        ),
    ]
}

fn cause(cause: Option<&str>, words: Words) -> String {
    cause.map_or_else(String::new, |cause| words.name_in("privacy.cause", cause))
}

/// What two releases give away together.
pub(crate) fn comparison(result: &PrivacyComparison, words: Words) -> Sheet {
    let count = words.integer(result.leaks.len() as u64);
    let key = match result.leaks.len() {
        0 => "privacy.compare_none",
        1 => "privacy.compare_one",
        _ => "privacy.compare_many",
    };
    let rows = [result.rows_old, result.rows_new, result.k].map(|n| words.integer(n));
    let values = [("old", &*rows[0]), ("new", &rows[1]), ("k", &rows[2])];
    let leaks = result.leaks.iter().map(|leak| {
        vec![
            words.attribute(&leak.view),
            name(&leak.group),
            match leak.of.as_str() {
                "rows" => words.text("privacy.rows"),
                metric => words.name_in("metric", metric),
            },
            words.name_in("privacy.leak", &leak.cause),
        ]
    });
    Sheet {
        title: words.text("privacy.compare"),
        is_good: Some(result.leaks.is_empty()),
        headline: words.fill(key, &[("count", &count)]),
        facts: vec![words.fill("privacy.compare_rows", &values)],
        parts: vec![Part::Table(
            heads(["view", "group", "of", "why"], words),
            leaks.collect(),
        )],
    }
}

/// Which columns look like personal data.
pub(crate) fn columns(result: &PiiResult, words: Words) -> Sheet {
    let likely = |verdict: &str| {
        let of = |column: &&PiiColumn| column.verdict == verdict;
        words.integer(result.columns.iter().filter(of).count() as u64)
    };
    let (yes, maybe) = (likely("likely"), likely("possible"));
    let rows = words.integer(result.rows);
    let read = if result.all_rows {
        "privacy.pii_all"
    } else {
        "privacy.pii_first"
    };
    let warnings = result.warnings.iter().map(|warning| {
        let column = name(&warning.column);
        let text = words.fill(
            &format!("privacy.warning.{}", warning.code),
            &[("column", &column)],
        );
        format!(
            "{}: {text}",
            words.name_in("privacy.severity", &warning.severity)
        )
    });
    let found = |found: &PiiFound| {
        let kind = words.name_in("privacy.kind", &found.kind);
        match found.hit_rate {
            Some(rate) => format!("{kind} ({})", words.number(rate, Unit::Share)),
            None => kind,
        }
    };
    let table = result.columns.iter().map(|column| {
        let all: Vec<String> = column.found.iter().map(found).collect();
        vec![
            name(&column.column),
            words.name_in("privacy.verdict", &column.verdict),
            if all.is_empty() {
                dash()
            } else {
                all.join("; ")
            },
            words.integer(column.values),
        ]
    });
    Sheet {
        title: words.text("privacy.pii"),
        is_good: Some(!result.warnings.iter().any(|w| w.severity == "major")),
        headline: words.fill(
            "privacy.pii_headline",
            &[("likely", &yes), ("possible", &maybe)],
        ),
        facts: vec![
            words.fill(read, &[("rows", &rows)]),
            words.text("privacy.pii_values"),
        ],
        parts: vec![
            Part::List(words.text("privacy.warnings"), warnings.collect()),
            Part::Table(
                heads(["column", "verdict", "found", "values"], words),
                table.collect(),
            ),
        ],
    }
}
