//! Roles that columns might play, by name, kind and values: a command line to start from.

use waage_result::spec::{AttributeSpec, Bins, Cut, RolesSpec};

use super::ColumnFacts;
use crate::kind::Kind;

/// Words in the names of outcomes, most telling first. English and German.
const LABELS: [&str; 27] = [
    "label",
    "target",
    "outcome",
    "converted",
    "conversion",
    "y",
    "class",
    "income",
    "subscribed",
    "responded",
    "response",
    "default",
    "churn",
    "won",
    "bought",
    "purchased",
    "hired",
    "repaid",
    "recidivism",
    "credit_risk",
    "ziel",
    "ergebnis",
    "abschluss",
    "gekauft",
    "konvertiert",
    "true",
    "actual",
];
/// Words in the names of decisions.
const DECISIONS: [&str; 16] = [
    "decision",
    "decided",
    "selected",
    "prediction",
    "predicted",
    "pred",
    "yhat",
    "contacted",
    "approved",
    "accepted",
    "invited",
    "granted",
    "entscheidung",
    "ausgewaehlt",
    "kontaktiert",
    "zugesagt",
];
/// Words in the names of scores.
const SCORES: [&str; 6] = [
    "score",
    "probability",
    "proba",
    "prob",
    "punkte",
    "wahrscheinlichkeit",
];
/// Words in the names of protected attributes.
const SENSITIVE: [&str; 26] = [
    "gender",
    "sex",
    "race",
    "ethnicity",
    "ethnic",
    "age",
    "age_band",
    "nationality",
    "religion",
    "disability",
    "marital",
    "marital_status",
    "region",
    "language",
    "citizenship",
    "foreign_worker",
    "personal_status",
    "geschlecht",
    "alter",
    "altersgruppe",
    "nationalitaet",
    "herkunft",
    "familienstand",
    "behinderung",
    "sprache",
    "konfession",
];
/// Words in the names of weights.
const WEIGHTS: [&str; 4] = ["weight", "sample_weight", "fnlwgt", "gewicht"];
/// Values that mean 1, in lower case.
const POSITIVES: [&str; 14] = [
    "1",
    "true",
    "yes",
    "y",
    "ja",
    "j",
    "good",
    "gut",
    "positive",
    "approved",
    "accepted",
    ">50k",
    "won",
    "converted",
];
/// Distinct values up to which a number is an attribute as it is.
const GROUPS_MAX: usize = 12;

/// Guesses roles: one label, one decision or score, and the attributes whose names are known to be
/// sensitive. What it does not recognise stays empty; a person must confirm the rest.
///
/// ```
/// use waage_data::{ColumnFacts, Kind, guess_roles};
///
/// let column = |name: &str, kind, values: &[&str]| ColumnFacts {
///     name: name.to_owned(),
///     kind,
///     rows: 100,
///     missing: 0,
///     distinct: Some(values.len()),
///     min: values.first().map(|v| (*v).to_owned()),
///     max: values.last().map(|v| (*v).to_owned()),
///     values: values.iter().map(|v| (*v).to_owned()).collect(),
/// };
/// let roles = guess_roles(&[
///     column("gender", Kind::Text, &["f", "m"]),
///     column("converted", Kind::Text, &["no", "yes"]),
///     column("approved", Kind::Text, &["no", "yes"]),
/// ]);
/// assert_eq!(roles.label.as_deref(), Some("converted"));
/// assert_eq!(roles.decision.as_deref(), Some("approved"));
/// assert_eq!(roles.positive.as_deref(), Some("yes"));
/// assert_eq!(roles.sensitive[0].column, "gender");
/// ```
#[must_use]
pub fn guess_roles(columns: &[ColumnFacts]) -> RolesSpec {
    let sensitive: Vec<AttributeSpec> = columns
        .iter()
        .filter(|column| names_one_of(&column.name, &SENSITIVE))
        .filter_map(attribute)
        .collect();
    let free = |column: &&ColumnFacts| !sensitive.iter().any(|s| s.column == column.name);
    let best = |words: &[&str], suits: fn(&ColumnFacts) -> bool, taken: &[Option<&ColumnFacts>]| {
        let candidates = || columns.iter().filter(free).filter(|column| suits(column));
        words.iter().find_map(|word| {
            candidates()
                .filter(|column| {
                    !taken
                        .iter()
                        .flatten()
                        .any(|other| other.name == column.name)
                })
                .find(|column| names_one_of(&column.name, &[word]))
        })
    };
    let label = best(&LABELS, is_binary, &[]);
    let decision = best(&DECISIONS, is_binary, &[label]);
    let score = best(
        &SCORES,
        |column| column.kind.is_number(),
        &[label, decision],
    );
    let weight = best(
        &WEIGHTS,
        |column| column.kind.is_number(),
        &[label, decision, score],
    );
    // Without a word in any name, the last column of two values is the usual place of a label.
    let label = label.or_else(|| {
        let taken = |column: &&ColumnFacts| decision.is_none_or(|other| other.name != column.name);
        columns
            .iter()
            .rev()
            .filter(free)
            .filter(taken)
            .find(|column| is_binary(column))
    });
    let cut = match (decision, score) {
        (None, Some(score)) => Some(cut(score)),
        _ => None,
    };
    let positive = [label, decision].into_iter().flatten().find_map(positive);
    let name = |column: Option<&ColumnFacts>| column.map(|column| column.name.clone());
    RolesSpec {
        label: name(label),
        decision: name(decision),
        score: name(score),
        cut,
        weight: name(weight),
        sensitive,
        positive,
        ..RolesSpec::default()
    }
}

/// Whether a name is one of the words, or has it between its separators.
fn names_one_of(name: &str, words: &[&str]) -> bool {
    let name = name
        .to_lowercase()
        .replace(['-', ' ', '.'], "_")
        .replace('ä', "ae");
    words
        .iter()
        .any(|word| name == *word || name.split('_').any(|part| part == *word))
}

fn is_binary(column: &ColumnFacts) -> bool {
    let zero_one = || {
        column
            .values
            .iter()
            .all(|value| value == "0" || value == "1")
    };
    match column.kind {
        Kind::Bool => true,
        Kind::Int | Kind::Float | Kind::Decimal => {
            column.distinct == Some(2) && (zero_one() || positive(column).is_some())
        }
        Kind::Text => column.distinct == Some(2),
        _ => false,
    }
}

/// The value that means 1 where the column does not say so itself.
fn positive(column: &ColumnFacts) -> Option<String> {
    if column.kind == Kind::Bool || column.values.iter().all(|v| v == "0" || v == "1") {
        return None;
    }
    let known = |value: &&String| POSITIVES.contains(&value.trim().to_lowercase().as_str());
    column
        .values
        .iter()
        .find(known)
        .or(column.values.last())
        .cloned()
}

fn attribute(column: &ColumnFacts) -> Option<AttributeSpec> {
    let mut spec = AttributeSpec::column(&column.name);
    match column.kind {
        Kind::Int | Kind::Float | Kind::Decimal => {
            let many = column.distinct.is_none_or(|distinct| distinct > GROUPS_MAX);
            if many || column.kind != Kind::Int {
                spec.bins = Some(Bins::Quantiles(4));
            }
        }
        Kind::Bool | Kind::Text => {
            column.distinct.filter(|distinct| *distinct <= 1000)?;
        }
        _ => return None,
    }
    Some(spec)
}

/// A threshold where the score looks like a probability, else a share of the best.
fn cut(score: &ColumnFacts) -> Cut {
    let number = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<f64>().ok());
    match (number(&score.min), number(&score.max)) {
        (Some(low), Some(high)) if low >= 0.0 && high <= 1.0 => Cut::Threshold(0.5),
        _ => Cut::TopFraction("0.3".to_owned()),
    }
}
