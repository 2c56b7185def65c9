//! Options of a scan that cannot be meant, each told in a sentence.

use waage_metrics::catalogue::Kind;
use waage_metrics::scan::{COLUMNS_MAX, COMBINATIONS_MAX, Classes, Magnitudes, Score, Side};
use waage_metrics::{CATALOGUE, Metric};
use waage_result::scan::ScanSpec;
use waage_result::spec::Bins;

use crate::error::fail;
use crate::{AuditError, plan};

/// Draws of rows that permutations may take: some minutes.
const DRAWS_MAX: u128 = 10_000_000_000;
/// Bins of a column at most.
const BINS_MAX: usize = 100;

/// What the options mean.
pub struct Asked {
    pub metric: Metric,
    pub mean: bool,
    pub score: Score,
    pub side: Side,
}

/// Checks everything that can be told without reading rows.
pub fn spec(spec: &ScanSpec) -> Result<Asked, AuditError> {
    ranges(spec)?;
    attributes(spec)?;
    if let Some(cluster) = spec
        .roles
        .cluster
        .as_ref()
        .filter(|_| spec.permutations > 0)
    {
        return fail(format!(
            "permutations deal outcomes to single rows, which the cluster \"{cluster}\" does not allow: leave out --permutations or --cluster"
        ));
    }
    let metric = metric(spec)?;
    let mean = matches!(metric.row().kind, Kind::Mean);
    if spec.permutations > 0 && (mean || spec.roles.weight.is_some()) {
        return fail(
            "permutations deal out whole outcomes: leave out --permutations, or --weight and the mean score",
        );
    }
    let score = Score::parse(&spec.score).ok_or_else(|| {
        let names: Vec<&str> = Score::ALL.iter().map(|score| score.name()).collect();
        let (given, names) = (&spec.score, names.join(", "));
        AuditError::Option(format!("no score is called {given:?}; use one of {names}"))
    })?;
    let side = Side::parse(&spec.side).ok_or_else(|| {
        let given = &spec.side;
        AuditError::Option(format!(
            "no side is called {given:?}; use both, worse or better"
        ))
    })?;
    Ok(Asked {
        metric,
        mean,
        score,
        side,
    })
}

fn ranges(spec: &ScanSpec) -> Result<(), AuditError> {
    if !(1..=3).contains(&spec.depth) {
        return fail(format!(
            "--depth {} is out of range; subgroups have 1, 2 or 3 conditions",
            spec.depth
        ));
    }
    if spec.min_support == Some(0) {
        return fail("--min-support 0 lets subgroups without rows in; give at least 1, such as 30");
    }
    if spec.top == 0 {
        return fail("--top 0 lists nothing; give at least 1, such as 20");
    }
    if !(spec.margin >= 0.0 && spec.margin.is_finite()) {
        return fail(format!(
            "--margin {} is no gap; give a number of at least 0, such as 0.05",
            spec.margin
        ));
    }
    if !(spec.alpha > 0.0 && spec.alpha <= 1.0) {
        return fail(format!(
            "--alpha {} must lie above 0 and be at most 1, such as 0.05",
            spec.alpha
        ));
    }
    if !(spec.confidence > 0.5 && spec.confidence < 1.0) {
        return fail(format!(
            "the confidence {} must lie between 0.5 and 1, such as 0.95",
            spec.confidence
        ));
    }
    if spec.permutations > 100_000 {
        return fail(format!(
            "{} permutations are more than the limit of 100000; 200 to 2000 are usual",
            spec.permutations
        ));
    }
    if spec.holdout.is_some() && spec.permutations > 0 {
        return fail(
            "--holdout and --permutations answer the same question in two ways; give one of them",
        );
    }
    if spec.holdout.is_some() && spec.roles.id.is_none() && spec.roles.cluster.is_none() {
        return fail("--holdout keeps rows back by their id; name its column with --id");
    }
    Ok(())
}

fn attributes(spec: &ScanSpec) -> Result<(), AuditError> {
    let attributes = || spec.roles.sensitive.iter().chain(&spec.features);
    if attributes().next().is_none() {
        return fail(
            "no column to scan was given: name at least one with --sensitive or --features, such as --sensitive gender --features region,age",
        );
    }
    let count = attributes().count();
    if count > COLUMNS_MAX {
        return fail(format!(
            "a scan of {count} columns would count more combinations than is sensible; name at most {COLUMNS_MAX}"
        ));
    }
    let roles = &spec.roles;
    let taken = [
        ("label", &roles.label),
        ("decision", &roles.decision),
        ("score", &roles.score),
    ];
    for (at, attribute) in attributes().enumerate() {
        for (role, column) in taken {
            if column.as_ref() == Some(&attribute.column) {
                return fail(format!(
                    "column \"{}\" is the {role}: subgroups by it would say nothing new; leave it out of --sensitive and --features",
                    attribute.column
                ));
            }
        }
        if attributes()
            .take(at)
            .any(|other| other.column == attribute.column)
        {
            return fail(format!(
                "column \"{}\" is given twice; name each column once, as sensitive or as feature",
                attribute.column
            ));
        }
        if let Some(Bins::Edges(edges)) = &attribute.bins
            && edges.len() >= BINS_MAX
        {
            return fail(format!(
                "column \"{}\" would have {} bins; give at most {BINS_MAX}",
                attribute.column,
                edges.len() + 1
            ));
        }
    }
    Ok(())
}

/// The metric asked for, or the first that the roles allow.
fn metric(spec: &ScanSpec) -> Result<Metric, AuditError> {
    let roles = plan::given_roles(&spec.roles);
    let Some(name) = &spec.metric else {
        return [Metric::SelectionRate, Metric::BaseRate, Metric::MeanScore]
            .into_iter()
            .find(|metric| roles.missing_for(metric.quantity()).is_none())
            .ok_or_else(|| {
                AuditError::Option(
                    "nothing to compare was given: name at least one of --label, --decision, --score"
                        .to_owned(),
                )
            });
    };
    let metric = plan::metric(name)?;
    if !is_scanned(metric) {
        let names: Vec<&str> = CATALOGUE
            .iter()
            .filter(|row| is_scanned(row.metric))
            .map(|row| row.quantity.name)
            .collect();
        return fail(format!(
            "a scan compares proportions and the mean score, and \"{name}\" is neither; use one of {}",
            names.join(", ")
        ));
    }
    let quantity = metric.quantity();
    let missing = [
        (
            quantity.needs_label && !roles.label,
            "labels; name their column with --label",
        ),
        (
            quantity.needs_decision && !roles.decision,
            "decisions; give --decision, or --score with --threshold, --top-k or --top-fraction",
        ),
        (
            quantity.needs_score && !roles.score,
            "scores; name their column with --score",
        ),
    ];
    match missing.iter().find(|(missing, _)| *missing) {
        Some((_, what)) => fail(format!("{} needs {what}", quantity.name)),
        None => Ok(metric),
    }
}

/// Whether a scan can measure a metric.
fn is_scanned(metric: Metric) -> bool {
    Classes::of(metric, Magnitudes::default()).is_some()
}

/// The classes of the metric asked for.
pub fn classes(asked: &Asked, magnitudes: Magnitudes) -> Result<Classes, AuditError> {
    Classes::of(asked.metric, magnitudes).ok_or_else(|| {
        AuditError::Option(format!(
            "{} is no proportion and no mean; a scan compares these",
            asked.metric.quantity().name
        ))
    })
}

/// Names of the scanned columns, in order.
pub fn columns(spec: &ScanSpec) -> Vec<String> {
    let attributes = spec.roles.sensitive.iter().chain(&spec.features);
    attributes.map(|attribute| attribute.name.clone()).collect()
}

/// That more rows have clusters than can be kept.
pub fn too_many_clustered(rows_max: usize) -> AuditError {
    AuditError::Option(format!(
        "with --cluster a scan keeps every row until all are counted, and there are more than the {rows_max} that fit into 1 GiB; scan a sample of the clusters with --where, or fewer columns"
    ))
}

/// More combinations of levels than are counted.
pub fn too_many_combinations(spec: &ScanSpec) -> AuditError {
    let columns = columns(spec).len();
    let shallower = if spec.depth > 1 {
        format!(", or give --depth {}", spec.depth - 1)
    } else {
        String::new()
    };
    AuditError::Option(format!(
        "{columns} columns to depth {} have more than {COMBINATIONS_MAX} combinations of levels; name fewer columns or coarser bins{shallower}",
        spec.depth
    ))
}

/// More combinations of all columns than outcomes can be dealt among.
pub fn too_many_to_permute(most: usize) -> AuditError {
    AuditError::Option(format!(
        "the rows fall into more than {most} combinations of all columns, too many for --permutations; name fewer columns, or leave it out"
    ))
}

/// Whether permutations of so many rows end in time.
pub fn permuted_rows(spec: &ScanSpec, rows: u64) -> Result<(), AuditError> {
    if u128::from(rows) * u128::from(spec.permutations) <= DRAWS_MAX {
        return Ok(());
    }
    let most = DRAWS_MAX / u128::from(rows.max(1));
    fail(format!(
        "{} permutations of {rows} rows would take very long; give at most {most}",
        spec.permutations
    ))
}
