//! Individual fairness of an audit: rows compared with rows in a scan of their own (FORMULAS §3.9).
//!
//! Rows are ordered by what they hold before they are compared, so that files and their order decide no
//! tie. Time grows with the square of their number, so more than [`ROWS_MAX`] are refused.

use std::cmp::Ordering;

use waage_core::block::outcome;
use waage_core::label::Label;
use waage_data::{DataError, Dataset, FeatureColumn, Frame, Input, Limits, Unseen};
use waage_metrics::individual::{Features, ROWS_MAX, apart, steepness};
use waage_result::document::AuditResult;
use waage_result::individual::{Consistency, GroupConsistency, IndividualResult, Lipschitz};
use waage_result::spec::AuditSpec;

use crate::error::fail;
use crate::observer::Observer;
use crate::{AuditError, Source, tie};

/// Features that distances may be made of.
const FEATURES_MAX: usize = 200;
/// Rows read at a time.
const BLOCK: usize = 8192;

/// Options that nothing can be made of, before any row is read.
pub fn check(spec: &AuditSpec, source: &Source) -> Result<(), AuditError> {
    if spec.features.is_empty() {
        return match spec.lipschitz {
            Some(_) => fail(
                "--lipschitz compares scores with distances: name the columns that make them with --features"
                    .to_owned(),
            ),
            None => Ok(()),
        };
    }
    if spec.features.len() > FEATURES_MAX {
        return fail(format!(
            "--features names {} columns, more than the limit of {FEATURES_MAX}: name fewer",
            spec.features.len()
        ));
    }
    let roles = &spec.roles;
    for (at, name) in spec.features.iter().enumerate() {
        if spec.features[..at].contains(name) {
            return fail(format!(
                "--features names \"{name}\" twice; name each column once"
            ));
        }
        for (role, column) in [("label", &roles.label), ("decision", &roles.decision)] {
            if column.as_ref() == Some(name) {
                return fail(format!(
                    "column \"{name}\" is the {role}, which --features is to explain; leave it out of --features"
                ));
            }
        }
    }
    if spec.neighbours == 0 {
        return fail(
            "--neighbours 0 compares no row with another; give at least 1, such as 5".to_owned(),
        );
    }
    if let Some(limit) = spec.lipschitz
        && !(limit >= 0.0 && limit.is_finite())
    {
        return fail(format!(
            "--lipschitz {limit} is no slope; give the largest difference of scores per standard deviation, such as 0.2"
        ));
    }
    if spec.lipschitz.is_some() && roles.score.is_none() {
        return fail(
            "--lipschitz compares scores with distances: name them with --score".to_owned(),
        );
    }
    match source {
        Source::Input(Input { paths, .. }) if paths.iter().any(|path| path == "-") => fail(
            "--features reads the rows a second time, which standard input does not allow; save them to a file"
                .to_owned(),
        ),
        _ => Ok(()),
    }
}

/// That outcomes of several classes are not compared with those of neighbours.
pub fn refuse_classes(spec: &AuditSpec) -> Result<(), AuditError> {
    match spec.features.is_empty() {
        true => Ok(()),
        false => fail(
            "--features needs labels and decisions of two values, and these have more: name the one that counts with --positive, or leave --features out"
                .to_owned(),
        ),
    }
}

/// One row.
struct Row {
    features: Vec<f64>,
    outcome: u8,
    score: f64,
    /// Level codes by sensitive attribute.
    groups: Vec<u32>,
}

impl Row {
    /// The order of what rows hold, groups apart.
    fn order(&self, other: &Self) -> Ordering {
        let pairs = self.features.iter().zip(&other.features);
        let features = pairs
            .map(|(a, b)| a.total_cmp(b))
            .find(|order| order.is_ne());
        features
            .unwrap_or(Ordering::Equal)
            .then(self.outcome.cmp(&other.outcome))
            .then(self.score.total_cmp(&other.score))
    }
}

/// A column without numbers, told without the model that others need it for.
fn not_numbers(error: DataError) -> AuditError {
    match error {
        DataError::NotFeature { column, kind } => AuditError::Option(format!(
            "column \"{column}\" holds {kind}, and --features takes distances between numbers; leave it out, or encode it as numbers"
        )),
        other => other.into(),
    }
}

/// Compares the rows of an audit with each other, where features were named.
///
/// # Errors
/// [`AuditError`]: a column that is no number, too many rows, unreadable data, an interruption.
pub fn individual(
    source: &Source,
    spec: &AuditSpec,
    audited: &AuditResult,
    observer: &dyn Observer,
) -> Result<Option<IndividualResult>, AuditError> {
    if spec.features.is_empty() {
        return Ok(None);
    }
    let column = |name: &String| FeatureColumn {
        name: name.clone(),
        categories: None,
        unseen: Unseen::Refuse,
    };
    let limits = Limits {
        memory_max: spec.memory,
        ..Limits::default()
    };
    let dataset = Dataset::open(
        source.clone(),
        &spec.roles,
        spec.filter.as_deref(),
        limits,
        observer,
    )?
    .with_features(spec.features.iter().map(column).collect())
    .map_err(not_numbers)?;
    let (mut rows, mut left_out) = (Vec::new(), 0);
    let width = spec.features.len();
    let read = dataset.in_order(BLOCK, observer, |frame: Frame| {
        for (at, values) in frame.values.chunks_exact(width).enumerate() {
            if values.iter().any(|value| !value.is_finite()) {
                left_out += 1;
                continue;
            }
            rows.push(Row {
                features: values.to_vec(),
                outcome: frame.outcomes[at],
                score: frame.scores.as_ref().map_or(f64::NAN, |scores| scores[at]),
                groups: frame.groups.iter().map(|codes| codes[at]).collect(),
            });
        }
        match rows.len() > ROWS_MAX {
            true => fail(format!(
                "--features compares each row with each, and there are more than {ROWS_MAX} rows; keep a part of them with --where, or leave --features out"
            )),
            false => Ok(()),
        }
    })?;
    rows.sort_by(Row::order);
    let (constant, features) = standardised(&rows, &spec.features);
    let told = Told {
        rows: &rows,
        features: &features,
        width: width - constant.len(),
        axes: &read.axes,
        spec,
    };
    let tie = tie(audited.settings.cut.as_ref());
    let roles = &spec.roles;
    let decided = roles.decision.is_some() || roles.cut.is_some();
    let decision = |row: &Row| match outcome::decision(row.outcome) {
        outcome::REJECTED => Some(0.0),
        outcome::SELECTED => Some(1.0),
        outcome::TIED => Some(tie.share()),
        _ => None,
    };
    let label = |row: &Row| match outcome::label(row.outcome) {
        outcome::LABEL_NEGATIVE => Some(0.0),
        outcome::LABEL_POSITIVE => Some(1.0),
        _ => None,
    };
    Ok(Some(IndividualResult {
        features: spec.features.clone(),
        rows: rows.len() as u64,
        rows_left_out: left_out,
        neighbours: u64::from(spec.neighbours),
        decisions: decided.then(|| told.consistency(decision)).transpose()?,
        labels: roles
            .label
            .is_some()
            .then(|| told.consistency(label))
            .transpose()?,
        scores: roles
            .score
            .is_some()
            .then(|| told.lipschitz())
            .transpose()?,
        constant,
    }))
}

/// Features less their mean, in standard deviations, row by row, and the names of constant ones, which
/// are left out.
fn standardised(rows: &[Row], names: &[String]) -> (Vec<String>, Vec<f64>) {
    let n = rows.len().max(1) as f64;
    let column = |at: usize| rows.iter().map(move |row| row.features[at]);
    let scale = |at: usize| {
        let mean = column(at).sum::<f64>() / n;
        let variance = column(at).map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
        (mean, variance.sqrt())
    };
    let scales: Vec<(f64, f64)> = (0..names.len()).map(scale).collect();
    // Of equal numbers the mean may differ from them by a rounding.
    let varies = |at: &usize| column(*at).any(|x| x != rows[0].features[*at]);
    let kept: Vec<usize> = (0..names.len()).filter(varies).collect();
    let constant = (0..names.len()).filter(|at| !kept.contains(at));
    let value = |row: &Row, at: &usize| {
        let (mean, deviation) = scales[*at];
        (row.features[*at] - mean) / deviation
    };
    let values = rows
        .iter()
        .flat_map(|row| kept.iter().map(move |at| value(row, at)));
    (
        constant.map(|at| names[at].clone()).collect(),
        values.collect(),
    )
}

/// What is told of the rows.
struct Told<'a> {
    rows: &'a [Row],
    /// Rows × features that vary.
    features: &'a [f64],
    width: usize,
    axes: &'a [Vec<Label>],
    spec: &'a AuditSpec,
}

impl Told<'_> {
    /// The rows with a value, their features and their values.
    fn with(&self, of: impl Fn(&Row) -> Option<f64>) -> (Vec<&Row>, Vec<f64>, Vec<f64>) {
        let (mut rows, mut features, mut values) = (Vec::new(), Vec::new(), Vec::new());
        for (at, row) in self.rows.iter().enumerate() {
            if let Some(value) = of(row) {
                rows.push(row);
                features.extend_from_slice(&self.features[at * self.width..][..self.width]);
                values.push(value);
            }
        }
        (rows, features, values)
    }

    fn consistency(&self, of: impl Fn(&Row) -> Option<f64>) -> Result<Consistency, AuditError> {
        let (rows, features, values) = self.with(of);
        let n = rows.len() as u64;
        let undefined = |reason: &str| Consistency {
            n,
            value: None,
            reason: Some(reason.to_owned()),
            groups: Vec::new(),
        };
        if u64::from(self.spec.neighbours) > n {
            return Ok(undefined("too_few_rows"));
        }
        if self.width == 0 {
            return Ok(undefined("no_spread"));
        }
        let compared = Features::new(&features, self.width)
            .and_then(|features| apart(&features, &values, self.spec.neighbours as usize, false));
        let apart = compared.map_err(|error| AuditError::Option(error.to_string()))?;
        let mean = |of: &mut dyn Iterator<Item = f64>| {
            let (sum, n) = of.fold((0.0, 0_u64), |(sum, n), x| (sum + x, n + 1));
            (n, (n > 0).then(|| 1.0 - sum / n as f64))
        };
        let (_, value) = mean(&mut apart.iter().copied());
        let mut groups = Vec::new();
        let attributes = self.spec.roles.sensitive.iter().zip(self.axes).enumerate();
        for (axis, (attribute, labels)) in attributes {
            let mut order: Vec<usize> = (0..labels.len()).collect();
            order.sort_by(|a, b| labels[*a].cmp(&labels[*b]));
            for code in order {
                let pairs = rows.iter().zip(&apart);
                let own = pairs.filter(|(row, _)| row.groups[axis] as usize == code);
                let (n, value) = mean(&mut own.map(|(_, apart)| *apart));
                if n > 0 {
                    groups.push(GroupConsistency {
                        attribute: attribute.name.clone(),
                        group: labels[code].name(),
                        n,
                        value,
                    });
                }
            }
        }
        Ok(Consistency {
            n,
            value,
            reason: None,
            groups,
        })
    }

    fn lipschitz(&self) -> Result<Lipschitz, AuditError> {
        let (rows, features, scores) = self.with(|row| Some(row.score).filter(|s| s.is_finite()));
        let limit = self.spec.lipschitz;
        let found = match self.width > 0 && !rows.is_empty() {
            true => Features::new(&features, self.width)
                .and_then(|features| steepness(&features, &scores, limit.unwrap_or(0.0)))
                .map_err(|error| AuditError::Option(error.to_string()))?,
            false => Default::default(),
        };
        Ok(Lipschitz {
            n: rows.len() as u64,
            pairs: found.pairs,
            lipschitz_constant: found.constant,
            twins: found.twins,
            limit,
            lipschitz_violation: limit.and_then(|_| found.share()),
        })
    }
}
