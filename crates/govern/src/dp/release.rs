//! A release: noisy cells of the finest tables of an audit, and the rates that they give.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use waage_core::special;
use waage_result::document::{AuditResult, GroupResult};
use waage_result::dp::{DP_SCHEMA, DpCell, DpCount, DpGap, DpNoise, DpRate, DpRelease, DpTable};
use waage_result::privacy::MISSING;
use waage_result::spec::{AttributeSpec, Bins, Cut};

use super::rates::{Part, Rate, rate};
use super::sampler::{Epsilon, Noise, Source};

/// Most cells that a table may have.
const CELLS_MAX: usize = 10_000;

/// Why nothing can be released.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DpError {
    /// The document does not have what a release needs.
    #[error("no noisy counts can be made of this audit: {what}; {mend}")]
    Document {
        /// What is in the way.
        what: String,
        /// How to mend it.
        mend: &'static str,
    },
    /// An option that cannot be used.
    #[error("{0}")]
    Option(String),
}

impl DpError {
    fn document(what: impl Into<String>, mend: &'static str) -> Self {
        Self::Document {
            what: what.into(),
            mend,
        }
    }
}

/// Outcomes that a rate is made of: name, hits, misses.
const RATES: [(&str, &[&str], &[&str]); 4] = [
    (
        "selection_rate",
        &["selected", "true_positives", "false_positives"],
        &["rejected", "false_negatives", "true_negatives"],
    ),
    (
        "base_rate",
        &["positive", "true_positives", "false_negatives"],
        &["negative", "false_positives", "true_negatives"],
    ),
    (
        "true_positive_rate",
        &["true_positives"],
        &["false_negatives"],
    ),
    (
        "false_positive_rate",
        &["false_positives"],
        &["true_negatives"],
    ),
];

/// The counts that noise is to be laid on, taken from an audit's result and checked.
#[derive(Clone, Debug)]
pub struct Cubes {
    tables: Vec<Cube>,
    /// SHA-256 of the tally that they were taken from, by which the budget is kept.
    pub data: String,
}

/// Labels of a cell and its counts by name.
type NoisyCell = (Vec<Option<String>>, Vec<(&'static str, u64)>);

#[derive(Clone, Debug)]
struct Cube {
    attributes: Vec<String>,
    /// Labels and counts by outcome; every combination of labels.
    cells: Vec<NoisyCell>,
}

impl Cubes {
    /// The finest tables of a result: those whose attributes are not all part of another's.
    ///
    /// # Errors
    /// [`DpError::Document`] where a person may be in several cells, or counts are missing or hidden.
    pub fn of(result: &AuditResult) -> Result<Self, DpError> {
        check(result)?;
        let mut views: Vec<Vec<String>> = Vec::new();
        for group in &result.groups {
            let view: Vec<String> = group.attributes.keys().cloned().collect();
            if !views.contains(&view) {
                views.push(view);
            }
        }
        let finest: Vec<&Vec<String>> = views
            .iter()
            .filter(|view| {
                let part = |other: &&Vec<String>| {
                    other.len() > view.len() && view.iter().all(|a| other.contains(a))
                };
                !views.iter().any(|other| part(&other))
            })
            .collect();
        let tables = finest
            .into_iter()
            .map(|view| cube(result, view))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            tables,
            data: result.dataset.digest.clone(),
        })
    }
}

fn check(result: &AuditResult) -> Result<(), DpError> {
    let again = "give the working document of waage audit --format json, or the data";
    if result.privacy.is_some() || result.groups.iter().any(|group| group.n == 0) {
        return Err(DpError::document(
            "its small groups are hidden already",
            again,
        ));
    }
    if result.groups.is_empty() {
        return Err(DpError::document("it has no groups", again));
    }
    if !result.dataset.digest.starts_with("sha256:") {
        return Err(DpError::document("it names no data", again));
    }
    if result.roles.weight.is_some() {
        return Err(DpError::document(
            "its rows have weights, so that one person may change a count by more than 1",
            "leave the weights out",
        ));
    }
    if result.dataset.clusters.is_some() {
        return Err(DpError::document(
            "its people are in several rows, so that one person may change several counts",
            "keep one row of each person first",
        ));
    }
    if !result.classes.is_empty() {
        return Err(DpError::document(
            "its labels have several classes",
            "name the class that counts with --positive",
        ));
    }
    if matches!(result.roles.cut, Some(Cut::TopK(_) | Cut::TopFraction(_))) {
        return Err(DpError::document(
            "who is selected follows from the scores of all rows, so that one person may change several counts",
            "use --threshold, or a column of decisions",
        ));
    }
    let by_quantiles =
        |attribute: &&AttributeSpec| matches!(attribute.bins, Some(Bins::Quantiles(_)));
    if let Some(attribute) = result.roles.sensitive.iter().find(by_quantiles) {
        return Err(DpError::document(
            format!(
                "the bins of {:?} follow from all rows, so that one person may change several counts",
                attribute.name
            ),
            "name the edges, such as age:25:40:60",
        ));
    }
    Ok(())
}

fn count(group: &GroupResult, metric: &str) -> Option<u64> {
    let value = group.metrics.get(metric)?.value?;
    (value >= 0.0 && value.fract() == 0.0 && value <= u64::MAX as f64).then_some(value as u64)
}

fn hits(group: &GroupResult, metric: &str) -> Option<(u64, u64)> {
    let estimate = group.metrics.get(metric)?;
    if estimate.n == 0 {
        return Some((0, 0));
    }
    let hits = (estimate.value? * estimate.n as f64).round() as u64;
    Some((hits, estimate.n.checked_sub(hits)?))
}

/// Disjoint counts of a group's rows; the last is what the others leave.
fn outcomes(result: &AuditResult, group: &GroupResult) -> Option<Vec<(&'static str, u64)>> {
    let roles = &result.roles;
    let decided = roles.decision.is_some() || roles.cut.is_some();
    let mut counts: Vec<(&'static str, u64)> = match (roles.label.is_some(), decided) {
        (true, true) => [
            "true_positives",
            "false_positives",
            "false_negatives",
            "true_negatives",
        ]
        .into_iter()
        .map(|name| Some((name, count(group, name)?)))
        .collect::<Option<_>>()?,
        (false, true) => {
            let (selected, rejected) = hits(group, "selection_rate")?;
            vec![("selected", selected), ("rejected", rejected)]
        }
        (true, false) => {
            let (positive, negative) = hits(group, "base_rate")?;
            vec![("positive", positive), ("negative", negative)]
        }
        (false, false) => Vec::new(),
    };
    let known: u64 = counts.iter().map(|(_, n)| n).sum();
    counts.push(("other", group.n.checked_sub(known)?));
    Some(counts)
}

fn cube(result: &AuditResult, view: &[String]) -> Result<Cube, DpError> {
    let own = |group: &&GroupResult| group.attributes.keys().eq(view);
    let groups: Vec<&GroupResult> = result.groups.iter().filter(own).collect();
    let mut labels: Vec<BTreeSet<Option<String>>> = vec![BTreeSet::new(); view.len()];
    for group in &groups {
        for (set, label) in labels.iter_mut().zip(group.attributes.values()) {
            set.insert(label.clone());
        }
    }
    let size = labels
        .iter()
        .map(BTreeSet::len)
        .try_fold(1_usize, usize::checked_mul);
    if size.is_none_or(|size| size > CELLS_MAX) {
        return Err(DpError::document(
            format!(
                "{} has more than {CELLS_MAX} combinations of labels",
                view.join("*")
            ),
            "name fewer attributes, or fewer bins",
        ));
    }
    // Combinations that nobody has get noise too: that they are empty is a fact about people.
    let mut combinations: Vec<Vec<Option<String>>> = vec![Vec::new()];
    for set in &labels {
        combinations = combinations
            .iter()
            .flat_map(|before| {
                set.iter().map(|label| {
                    let mut next = before.clone();
                    next.push(label.clone());
                    next
                })
            })
            .collect();
    }
    let mut names: Option<Vec<(&'static str, u64)>> = None;
    let mut known: IndexMap<Vec<Option<String>>, Vec<(&'static str, u64)>> = IndexMap::new();
    for group in groups {
        let counts = outcomes(result, group).ok_or_else(|| {
            DpError::document(
                "it does not hold whole counts of its outcomes",
                "run the audit without --metrics, or give the data",
            )
        })?;
        names.get_or_insert_with(|| counts.iter().map(|(name, _)| (*name, 0)).collect());
        known.insert(group.attributes.values().cloned().collect(), counts);
    }
    let empty = names.unwrap_or_default();
    let cells = combinations
        .into_iter()
        .map(|labels| {
            let counts = known.get(&labels).unwrap_or(&empty).clone();
            (labels, counts)
        })
        .collect();
    Ok(Cube {
        attributes: view.to_vec(),
        cells,
    })
}

/// The confidence of intervals, between 0 and 1: known to be so before anything is spent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Confidence {
    level: f64,
    z: f64,
}

impl Confidence {
    /// From a number such as 0.95.
    ///
    /// # Errors
    /// [`DpError::Option`] where it is out of range.
    pub fn new(level: f64) -> Result<Self, DpError> {
        let z = special::z_of_level(level).ok_or_else(|| {
            DpError::Option(format!(
                "confidence {level} must lie between 0 and 1, such as 0.95"
            ))
        })?;
        Ok(Self { level, z })
    }
}

/// Draws noise on every count, and computes rates from the noisy counts alone.
///
/// # Errors
/// [`DpError::Option`] where the source of noise fails.
pub fn release(
    cubes: &Cubes,
    epsilon: Epsilon,
    confidence: Confidence,
    source: &mut impl Source,
) -> Result<DpRelease, DpError> {
    let tables = u32::try_from(cubes.tables.len()).unwrap_or(u32::MAX);
    let noise = Noise::new(epsilon, tables);
    let tables = cubes
        .tables
        .iter()
        .map(|cube| table(cube, noise, confidence.z, source))
        .collect::<Result<_, String>>()
        .map_err(DpError::Option)?;
    Ok(DpRelease {
        schema: DP_SCHEMA.to_owned(),
        epsilon: epsilon.to_string(),
        epsilon_per_table: noise.epsilon(),
        confidence: confidence.level,
        noise: DpNoise {
            law: "two_sided_geometric".to_owned(),
            alpha: noise.alpha(),
            variance: noise.variance(),
            within_95: noise.within(0.95),
        },
        budget: None,
        tables,
    })
}

fn table(cube: &Cube, noise: Noise, z: f64, source: &mut impl Source) -> Result<DpTable, String> {
    let mut cells = Vec::with_capacity(cube.cells.len());
    for (labels, counts) in &cube.cells {
        let mut noisy = IndexMap::new();
        for &(name, count) in counts {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            let sum = count.saturating_add(noise.draw(source)?);
            let shown = u64::try_from(sum).unwrap_or(0);
            noisy.insert(name.to_owned(), DpCount { noisy: sum, shown });
        }
        cells.push(DpCell {
            group: cube
                .attributes
                .iter()
                .cloned()
                .zip(labels.iter().cloned())
                .collect(),
            counts: noisy,
        });
    }
    let mut table = DpTable {
        view: cube.attributes.join("*"),
        attributes: cube.attributes.clone(),
        cells,
        ..DpTable::default()
    };
    // From here on only noisy counts are read.
    let mut views: Vec<Vec<String>> = vec![cube.attributes.clone()];
    if cube.attributes.len() > 1 {
        views.extend(cube.attributes.iter().map(|one| vec![one.clone()]));
    }
    for view in views {
        rates_of(&mut table, &view, noise.variance(), z);
    }
    Ok(table)
}

fn rates_of(table: &mut DpTable, view: &[String], variance: f64, z: f64) {
    let mut groups: IndexMap<String, Vec<&DpCell>> = IndexMap::new();
    for cell in &table.cells {
        let labels = view.iter().map(|a| cell.group.get(a).cloned().flatten());
        let labels: Vec<String> = labels
            .map(|l| l.unwrap_or_else(|| MISSING.to_owned()))
            .collect();
        groups.entry(labels.join("*")).or_default().push(cell);
    }
    let part = |cells: &[&DpCell], names: &[&str]| {
        let counts = cells.iter().flat_map(|cell| &cell.counts);
        let own = counts.filter(|(name, _)| names.contains(&name.as_str()));
        own.fold(Part::default(), |sum, (_, count)| Part {
            noisy: sum.noisy.saturating_add(count.noisy),
            cells: sum.cells + 1,
        })
    };
    let rows = |cells: &[&DpCell]| -> i64 {
        let counts = cells.iter().flat_map(|cell| cell.counts.values());
        counts.fold(0, |sum: i64, count| sum.saturating_add(count.noisy))
    };
    let reference = groups
        .iter()
        .max_by_key(|(name, cells)| (rows(cells), std::cmp::Reverse((*name).clone())))
        .map(|(name, _)| name.clone());
    let (mut told, mut gaps) = (Vec::new(), Vec::new());
    for (metric, hits, misses) in RATES {
        let mut known: IndexMap<&String, Option<Rate>> = IndexMap::new();
        for (name, cells) in &groups {
            let (hits, misses) = (part(cells, hits), part(cells, misses));
            if hits.cells == 0 || misses.cells == 0 {
                continue;
            }
            let of = rate(hits, misses, variance);
            let limit =
                |side: f64| of.map(|r| (r.value + side * z * r.standard_error).clamp(0.0, 1.0));
            told.push(DpRate {
                view: view.join("*"),
                group: name.clone(),
                metric: metric.to_owned(),
                value: of.map(|r| r.value),
                low: limit(-1.0),
                high: limit(1.0),
                n: hits.noisy.saturating_add(misses.noisy),
                standard_error: of.map(|r| r.standard_error),
                standard_error_sampling: of.map(|r| r.sampling),
                cause: of.is_none().then(|| "dp_noise".to_owned()),
            });
            known.insert(name, of);
        }
        let Some(reference) = reference.as_ref().filter(|name| known.contains_key(name)) else {
            continue;
        };
        let base = known[reference];
        for (name, own) in known.iter().filter(|(name, _)| **name != reference) {
            gaps.push(gap(
                &view.join("*"),
                name,
                reference,
                metric,
                own.zip(base),
                z,
            ));
        }
    }
    table.rates.extend(told);
    table.gaps.extend(gaps);
}

fn gap(
    view: &str,
    group: &str,
    reference: &str,
    metric: &str,
    rates: Option<(Rate, Rate)>,
    z: f64,
) -> DpGap {
    let mut gap = DpGap {
        view: view.to_owned(),
        group: group.to_owned(),
        reference: reference.to_owned(),
        metric: metric.to_owned(),
        state: "open".to_owned(),
        cause: Some("dp_noise".to_owned()),
        ..DpGap::default()
    };
    if let Some((own, base)) = rates {
        let value = own.value - base.value;
        let half = |a: f64, b: f64| z * (a * a + b * b).sqrt();
        let whole = half(own.standard_error, base.standard_error);
        let differs = value.abs() > whole;
        let would = value.abs() > half(own.sampling, base.sampling);
        gap.value = Some(value);
        gap.low = Some((value - whole).max(-1.0));
        gap.high = Some((value + whole).min(1.0));
        if differs {
            "differs".clone_into(&mut gap.state);
        }
        gap.cause = (would && !differs).then(|| "dp_noise".to_owned());
    }
    gap
}
