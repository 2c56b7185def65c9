//! The first hour: what the columns are, and which command line they suggest.

use waage_core::observer::Observer;
use waage_data::{ColumnFacts, Source, guess_roles, inspect};
use waage_result::spec::{Cut, RolesSpec};

use crate::{AuditError, Job};

/// Columns with type, distinct values and missing share, and the command line that they suggest.
///
/// # Errors
/// [`AuditError`] for data that cannot be read.
pub fn suggest(job: &Job, observer: &dyn Observer) -> Result<String, AuditError> {
    let columns = inspect(job.source.clone(), observer)?;
    let named = match &job.source {
        Source::Input(input) => input
            .paths
            .iter()
            .map(|p| quoted(p))
            .collect::<Vec<_>>()
            .join(" "),
        Source::Batches { .. } => "DATA".to_owned(),
    };
    Ok(describe(&columns, &named))
}

/// The table of columns and the guessed command line.
#[must_use]
pub fn describe(columns: &[ColumnFacts], data: &str) -> String {
    let headings = ["column", "type", "distinct", "missing", "values"];
    let rows: Vec<[String; 5]> = columns
        .iter()
        .map(|column| {
            [
                column.name.clone(),
                column.kind.name().to_owned(),
                column.distinct_text(),
                format!("{:.1}%", 100.0 * column.missing_share()),
                values(column),
            ]
        })
        .collect();
    let width = |i: usize| {
        rows.iter()
            .map(|r| r[i].chars().count())
            .chain([headings[i].len()])
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..5).map(width).collect();
    let line = |cells: &[&str]| {
        let padded: Vec<String> = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.chars().count())))
            .collect();
        format!("{}\n", padded.join("  ").trim_end())
    };
    let mut out = line(&headings);
    for row in &rows {
        out.push_str(&line(&row.each_ref().map(String::as_str)));
    }
    let roles = guess_roles(columns);
    if roles == RolesSpec::default() {
        out.push_str("\nNo column looks like a label, a decision or a score.\n");
    } else {
        out.push_str(&format!(
            "\nA guess, to be checked:\n\n    waage audit {data}{}\n",
            options(&roles)
        ));
    }
    out
}

/// What a column holds, in a few words.
fn values(column: &ColumnFacts) -> String {
    match (&column.min, &column.max) {
        (Some(min), Some(max)) if column.values.is_empty() => format!("{min} to {max}"),
        _ => column.values.join(", "),
    }
}

fn options(roles: &RolesSpec) -> String {
    let mut out = String::new();
    let mut add = |flag: &str, value: Option<String>| {
        if let Some(value) = value {
            out.push_str(&format!(" --{flag} {}", quoted(&value)));
        }
    };
    add("label", roles.label.clone());
    add("decision", roles.decision.clone());
    add("score", roles.score.clone());
    match &roles.cut {
        Some(Cut::Threshold(at)) => add("threshold", Some(at.to_string())),
        Some(Cut::TopK(k)) => add("top-k", Some(k.to_string())),
        Some(Cut::TopFraction(share)) => add("top-fraction", Some(share.clone())),
        None => {}
    }
    add("positive", roles.positive.clone());
    let text = |attribute: &waage_result::spec::AttributeSpec| match &attribute.bins {
        Some(waage_result::spec::Bins::Quantiles(n)) => format!("{}/{n}", attribute.column),
        Some(waage_result::spec::Bins::Edges(edges)) => {
            let edges: Vec<String> = edges.iter().map(f64::to_string).collect();
            format!("{}:{}", attribute.column, edges.join(":"))
        }
        None => attribute.column.clone(),
    };
    let sensitive: Vec<String> = roles.sensitive.iter().map(text).collect();
    add(
        "sensitive",
        (!sensitive.is_empty()).then(|| sensitive.join(",")),
    );
    add("weight", roles.weight.clone());
    add("id", roles.id.clone());
    out
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:,*=+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}
